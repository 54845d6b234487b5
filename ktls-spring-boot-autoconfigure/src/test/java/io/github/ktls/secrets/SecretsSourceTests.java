/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.github.ktls.secrets;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import javax.net.ssl.SSLEngine;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import io.github.ktls.test.Certificates;
import io.github.ktls.test.InMemoryClient;
import io.github.ktls.test.ServerTls;
import io.github.ktls.test.WatchedTls;
import io.github.ktls.test.Wire;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SecretsSource} and {@link HandshakeSecrets} with handshakes of
 * BoringSSL's.
 */
class SecretsSourceTests {

	private static final CipherSuite TLS_1_3 = CipherSuite.TLS_AES_128_GCM_SHA256;

	private static final CipherSuite TLS_1_2 = CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;

	private static final byte[] DATA = "What the engine encrypts.".getBytes(StandardCharsets.US_ASCII);

	private static Certificates ec;

	private static Certificates rsa;

	private final SecretsSource source = new SecretsSource(true);

	@BeforeAll
	static void createCertificates() {
		ec = Certificates.create("EC", "localhost");
		rsa = Certificates.create("RSA", "localhost");
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.MATCH_NONE, names = { ".*_PSK_.*", "TLS_RSA_.*" })
	void keysAreThoseThatTheEngineEncryptsWith(CipherSuite suite) throws Exception {
		EmbeddedChannel server = server(watched(suite.name().contains("_RSA_") ? rsa : ec, suite.name()));
		InMemoryClient client = InMemoryClient.offering(suite.name());
		client.handshake(server);
		assertThat(engine(server).getSession().getCipherSuite()).isEqualTo(suite.name());
		server.writeOutbound(server.alloc().buffer().writeBytes(DATA));
		byte[] wire = InMemoryClient.outbound(server);
		try (HandshakeSecrets secrets = this.source.take(engine(server), suite).orElseThrow()) {
			assertThat(secrets.suite()).isEqualTo(suite);
			assertThat(decrypt(secrets, new Wire(wire).records())).isEqualTo(DATA);
		}
		client.receive(wire);
		assertThat(client.received()).isEqualTo(DATA);
		assertThat(this.source.pendingHandshakes()).isZero();
		server.finishAndReleaseAll();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.MATCH_NONE, names = { ".*_PSK_.*", "TLS_RSA_.*" })
	void keysOfTheClientAreThoseThatItEncryptsWith(CipherSuite suite) throws Exception {
		EmbeddedChannel server = server(watched(suite.name().contains("_RSA_") ? rsa : ec, suite.name()));
		InMemoryClient client = InMemoryClient.offering(suite.name());
		client.handshake(server);
		byte[] wire = client.send(DATA);
		try (HandshakeSecrets secrets = this.source.take(engine(server), suite).orElseThrow();
				DirectionSecrets receiving = secrets.takeClient().orElseThrow()) {
			// The Finished of TLS 1.2 is the one record before; that of 1.3 has other
			// keys.
			long sequenceNumber = (suite.version() == ProtocolVersion.TLS_1_3) ? 0 : 1;
			assertData(RecordProtection.unprotect(suite, receiving.keys(), sequenceNumber, wire));
			assertThat(receiving.takeNext() != null).isEqualTo(suite.version() == ProtocolVersion.TLS_1_3);
		}
		server.finishAndReleaseAll();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.MATCH_ANY, names = "TLS_(AES|CHACHA).*")
	void nextSecretsAreThoseThatAKeyUpdateStarts(CipherSuite suite) throws Exception {
		EmbeddedChannel server = server(watched(ec, suite.name()));
		InMemoryClient client = InMemoryClient.offering(suite.name());
		client.handshake(server);
		server.writeOutbound(server.alloc().buffer().writeBytes(DATA));
		client.receive(InMemoryClient.outbound(server));
		byte[] request = client.requestKeyUpdate();
		server.writeInbound(server.alloc().buffer().writeBytes(request));
		server.writeOutbound(server.alloc().buffer().writeBytes(DATA));
		List<byte[]> reply = new Wire(InMemoryClient.outbound(server)).records();
		try (HandshakeSecrets secrets = this.source.take(engine(server), suite).orElseThrow();
				DirectionSecrets sending = secrets.takeServer().orElseThrow();
				DirectionSecrets receiving = secrets.takeClient().orElseThrow()) {
			// Those before were a session ticket and data.
			assertThat(RecordProtection.unprotect(suite, sending.keys(), 2, reply.get(0)).content()).containsExactly(24,
					0, 0, 1, 0);
			assertData(RecordProtection.unprotect(suite, nextKeys(suite, sending), 0, reply.get(1)));
			assertThat(RecordProtection.unprotect(suite, receiving.keys(), 0, request).content()).containsExactly(24, 0,
					0, 1, 1);
			assertData(RecordProtection.unprotect(suite, nextKeys(suite, receiving), 0, client.send(DATA)));
		}
		server.finishAndReleaseAll();
	}

	private static TrafficKeys nextKeys(CipherSuite suite, DirectionSecrets direction) {
		try (TrafficSecret next = Objects.requireNonNull(direction.takeNext())) {
			return next.deriveKeys(suite);
		}
	}

	@Test
	void whenReceivingIsNotWantedClientsSecretIsNotKept() throws Exception {
		SecretsSource sending = new SecretsSource(false);
		EmbeddedChannel server = server(WatchedTls.of(sending, ServerTls.openSsl(ec)));
		InMemoryClient.offering(TLS_1_3.name()).handshake(server);
		try (HandshakeSecrets secrets = sending.take(engine(server), TLS_1_3).orElseThrow()) {
			assertThat(secrets.takeClient()).isEmpty();
			assertThat(secrets.takeServer()).isPresent();
		}
		server.finishAndReleaseAll();
	}

	@Test
	void everyEngineOfWatchedContextIsAnnounced() {
		SslContext context = watched(ec);
		SSLEngine first = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
		SSLEngine second = context.newEngine(UnpooledByteBufAllocator.DEFAULT, "localhost", 443);
		SSLEngine third = context.newHandler(UnpooledByteBufAllocator.DEFAULT).engine();
		assertThat(this.source.pendingHandshakes()).isEqualTo(3);
		this.source.discard(first);
		this.source.discard(second);
		this.source.discard(third);
		assertThat(this.source.pendingHandshakes()).isZero();
	}

	@Test
	void whenServersShareContextEachHasTheSecretsOfItsOwnHandshakes() throws Exception {
		SecretsSource other = new SecretsSource(true);
		SslContext shared = ServerTls.openSsl(ec);
		EmbeddedChannel server = server(WatchedTls.of(this.source, shared));
		EmbeddedChannel otherServer = server(WatchedTls.of(other, shared));
		InMemoryClient.offering(TLS_1_3.name()).handshake(otherServer);
		InMemoryClient.offering(TLS_1_3.name()).handshake(server);
		assertThat(this.source.take(engine(otherServer), TLS_1_3)).isEmpty();
		assertThat(other.take(engine(server), TLS_1_3)).isEmpty();
		try (HandshakeSecrets secrets = this.source.take(engine(server), TLS_1_3).orElseThrow();
				HandshakeSecrets otherSecrets = other.take(engine(otherServer), TLS_1_3).orElseThrow()) {
			assertThat(secrets.takeServer()).isPresent();
			assertThat(otherSecrets.takeServer()).isPresent();
		}
		server.finishAndReleaseAll();
		otherServer.finishAndReleaseAll();
	}

	@Test
	void whenContextIsWrappedItsEnginesAreWatchedAllTheSame() throws Exception {
		SslContext wrapped = new DelegatingSslContext(ServerTls.openSsl(ec)) {

			@Override
			protected void initEngine(SSLEngine engine) {
			}

		};
		EmbeddedChannel server = server(WatchedTls.of(this.source, wrapped));
		InMemoryClient.offering(TLS_1_3.name()).handshake(server);
		assertThat(this.source.take(engine(server), TLS_1_3).flatMap(HandshakeSecrets::takeServer)).isPresent();
		server.finishAndReleaseAll();
	}

	@Test
	void whenHandshakeHasBegunTls13HasNoSecretsAndTls12Has() throws Exception {
		for (CipherSuite suite : List.of(TLS_1_3, TLS_1_2)) {
			EmbeddedChannel server = server(ServerTls.openSsl(ec));
			InMemoryClient.offering(suite.name()).handshake(server);
			assertThat(this.source.watch(engine(server))).isTrue();
			assertThat(this.source.isWatched(engine(server))).isTrue();
			assertThat(this.source.take(engine(server), suite).flatMap(HandshakeSecrets::takeServer).isPresent())
				.isEqualTo(suite == TLS_1_2);
			server.finishAndReleaseAll();
		}
	}

	@Test
	void whenTls13SecretsAreTakenTwiceThereAreNone() throws Exception {
		EmbeddedChannel server = server(watched(ec));
		InMemoryClient.offering(TLS_1_3.name()).handshake(server);
		assertThat(this.source.take(engine(server), TLS_1_3)).isPresent();
		assertThat(this.source.take(engine(server), TLS_1_3)).isEmpty();
		server.finishAndReleaseAll();
	}

	@ParameterizedTest
	@EnumSource(names = { "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" })
	void whenDiscardedNothingIsKept(CipherSuite suite) throws Exception {
		EmbeddedChannel server = server(watched(ec));
		InMemoryClient.offering(suite.name()).handshake(server);
		assertThat(this.source.pendingHandshakes()).isOne();
		this.source.discard(engine(server));
		assertThat(this.source.pendingHandshakes()).isZero();
		assertThat(this.source.take(engine(server), TLS_1_3)).isEmpty();
		server.finishAndReleaseAll();
	}

	@Test
	void whenEngineIsShutDownItsHandshakeIsStillForgotten() {
		ReferenceCountedOpenSslEngine engine = (ReferenceCountedOpenSslEngine) watched(ec)
			.newEngine(UnpooledByteBufAllocator.DEFAULT);
		engine.shutdown();
		assertThat(this.source.pendingHandshakes()).isOne();
		this.source.discard(engine);
		assertThat(this.source.pendingHandshakes()).isZero();
	}

	@Test
	void whenThereAreTooManyHandshakesTls13HasNoSecretsAndTls12Has() throws Exception {
		SecretsSource full = new SecretsSource(new PendingSecrets(0, Duration.ofSeconds(60)), true);
		EmbeddedChannel tls13 = server(WatchedTls.of(full, ServerTls.openSsl(ec)));
		InMemoryClient.offering(TLS_1_3.name()).handshake(tls13);
		assertThat(full.take(engine(tls13), TLS_1_3)).isEmpty();
		EmbeddedChannel tls12 = server(WatchedTls.of(full, ServerTls.openSsl(ec)));
		InMemoryClient.offering(TLS_1_2.name()).handshake(tls12);
		assertThat(full.take(engine(tls12), TLS_1_2).flatMap(HandshakeSecrets::takeServer)).isPresent();
		tls13.finishAndReleaseAll();
		tls12.finishAndReleaseAll();
	}

	@Test
	void whenContextIsNotWatchedTls13HasNoSecrets() throws Exception {
		EmbeddedChannel server = server(ServerTls.openSsl(ec));
		InMemoryClient.offering(TLS_1_3.name()).handshake(server);
		assertThat(this.source.take(engine(server), TLS_1_3)).isEmpty();
		server.finishAndReleaseAll();
	}

	@Test
	void whenTls13KeysAreTakenSecretIsGone() throws Exception {
		EmbeddedChannel server = server(watched(ec));
		InMemoryClient.offering(TLS_1_3.name()).handshake(server);
		HandshakeSecrets secrets = this.source.take(engine(server), TLS_1_3).orElseThrow();
		assertThat(secrets.takeServer()).isPresent();
		assertThat(secrets.takeServer()).isEmpty();
		assertThat(secrets.takeClient()).isPresent();
		assertThat(secrets.takeClient()).isEmpty();
		server.finishAndReleaseAll();
	}

	@Test
	void whenEngineIsReleasedTls12HasNoKeys() throws Exception {
		EmbeddedChannel server = server(watched(ec));
		InMemoryClient.offering(TLS_1_2.name()).handshake(server);
		HandshakeSecrets secrets = this.source.take(engine(server), TLS_1_2).orElseThrow();
		((ReferenceCountedOpenSslEngine) engine(server)).shutdown();
		assertThat(secrets.takeServer()).isEmpty();
		assertThat(secrets.takeClient()).isEmpty();
	}

	@Test
	void whenTls12SecretsAreClosedThereAreNoKeysAlthoughTheEngineHasThem() throws Exception {
		EmbeddedChannel server = server(watched(ec));
		InMemoryClient.offering(TLS_1_2.name()).handshake(server);
		HandshakeSecrets secrets = this.source.take(engine(server), TLS_1_2).orElseThrow();
		assertThat(secrets.takeServer()).isPresent();
		assertThat(secrets.takeServer()).isEmpty();
		secrets.close();
		assertThat(secrets.takeClient()).isEmpty();
		server.finishAndReleaseAll();
	}

	@Test
	void whenLibraryIsTheJdksThereIsNothing() {
		SslContext context = ServerTls.jdk(ec);
		SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
		assertThat(this.source.watch(engine)).isFalse();
		assertThat(this.source.isWatched(engine)).isFalse();
		assertThat(this.source.isKeyLogMissing()).isTrue();
		assertThat(this.source.take(engine, TLS_1_2)).isEmpty();
		this.source.discard(engine);
		assertThat(this.source.pendingHandshakes()).isZero();
	}

	// In TLS 1.3 the engine puts a session ticket in front of the first data.
	private static byte[] decrypt(HandshakeSecrets secrets, List<byte[]> records) throws GeneralSecurityException {
		CipherSuite suite = secrets.suite();
		boolean tls13 = suite.version() == ProtocolVersion.TLS_1_3;
		assertThat(records).hasSize(tls13 ? 2 : 1);
		try (DirectionSecrets sending = secrets.takeServer().orElseThrow()) {
			TrafficKeys keys = sending.keys();
			if (tls13) {
				assertThat(RecordProtection.unprotect(suite, keys, 0, records.get(0)).type())
					.isEqualTo(ContentType.HANDSHAKE);
			}
			Plaintext data = RecordProtection.unprotect(suite, keys, 1, records.get(records.size() - 1));
			assertThat(data.type()).isEqualTo(ContentType.APPLICATION_DATA);
			return data.content();
		}
	}

	private static void assertData(Plaintext plaintext) {
		assertThat(plaintext.type()).isEqualTo(ContentType.APPLICATION_DATA);
		assertThat(plaintext.content()).isEqualTo(DATA);
	}

	private SslContext watched(Certificates certificates, String... ciphers) {
		return WatchedTls.of(this.source, ServerTls.openSsl(certificates, ciphers));
	}

	private static EmbeddedChannel server(SslContext context) {
		return new EmbeddedChannel(context.newHandler(UnpooledByteBufAllocator.DEFAULT));
	}

	private static SSLEngine engine(EmbeddedChannel channel) {
		return channel.pipeline().get(SslHandler.class).engine();
	}

}
