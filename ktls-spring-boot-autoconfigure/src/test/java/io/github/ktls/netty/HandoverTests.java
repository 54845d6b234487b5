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

package io.github.ktls.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

import javax.net.ssl.SSLSession;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.kernel.FakeNetwork;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.netty.Handover.Eligibility;
import io.github.ktls.netty.Handover.Outcome;
import io.github.ktls.secrets.HandshakeSecrets;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.InMemoryClient;
import io.github.ktls.test.ServerTls;
import io.github.ktls.test.WatchedTls;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link Handover}: BoringSSL does the handshake, and a kernel in memory that
 * really encrypts takes the keys.
 */
class HandoverTests {

	private static final int FD = 7;

	private static final KtlsSettings SETTINGS = new KtlsSettings(Activation.ON_HANDSHAKE, 0, 1024);

	private static final String TLS_1_3 = "TLS_AES_128_GCM_SHA256";

	private static final String TLS_1_2 = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";

	private static Certificates certificates;

	private final FakeKernel kernel = new FakeKernel().adoptDescriptors();

	private final SecretsSource secrets = new SecretsSource(false);

	private final SentRecordCounter sent = new SentRecordCounter();

	private final EpollSocketChannel channel = mock();

	@BeforeAll
	static void prepare() {
		// Before any mock: the engine's class would ask the library that is not there
		// yet.
		OpenSsl.ensureAvailability();
		certificates = Certificates.create("EC", "localhost");
	}

	@ParameterizedTest
	@EnumSource(names = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
			"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
			"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" })
	void whenHandedOverClientUnderstandsTheKernel(CipherSuite suite) throws Exception {
		EmbeddedChannel server = server(watched(suite.name()));
		InMemoryClient client = InMemoryClient.offering(suite.name(), "http/1.1");
		client.handshake(server);
		this.sent.handshakeCompleted();
		server.writeOutbound(server.alloc().buffer().writeBytes("engine,".getBytes(StandardCharsets.US_ASCII)));
		client.receiveFrom(server);
		Handover handover = handover();
		Eligibility eligibility = examine(handover, server);
		assertThat(eligibility.fallback()).isNull();
		assertThat(this.secrets.pendingHandshakes()).isZero();
		Outcome outcome = handover.perform(this.channel, eligibility.secrets(), this.sent);
		assertThat(outcome.fallback()).isNull();
		ByteBuffer text = ByteBuffer.allocateDirect(7).put("kernel.".getBytes(StandardCharsets.US_ASCII)).flip();
		this.kernel.sendmsg(FD, text, null);
		assertThat(Alerts.closeNotify(outcome.transmit().socket())).isTrue();
		client.receive(this.kernel.sentBy(FD));
		assertThat(client.received()).asString(StandardCharsets.US_ASCII).isEqualTo("engine,kernel.");
		assertThat(client.isEnded()).isTrue();
		assertKeysAreWiped();
		if (suite.version() == ProtocolVersion.TLS_1_3) {
			assertThat(eligibility.secrets().takeServer()).isEmpty();
		}
		server.finishAndReleaseAll();
	}

	@Test
	void whenChannelIsNoneOfEpollItIsDeclined() throws Exception {
		EmbeddedChannel server = shaken(watched(), TLS_1_3);
		assertDeclined(handover().examine(server, sslHandler(server)), KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED,
				"EmbeddedChannel");
	}

	@Test
	void whenEngineIsTheJdksItIsDeclined() throws Exception {
		EmbeddedChannel server = shaken(ServerTls.jdk(certificates), TLS_1_3);
		assertDeclined(examine(handover(), server), KtlsFallbackReason.FOREIGN_TLS_HANDLER, null);
	}

	@ParameterizedTest
	@CsvSource({ TLS_1_3, TLS_1_2 })
	void whenHttp2IsNegotiatedItIsDeclined(String suite) throws Exception {
		EmbeddedChannel server = shaken(watched(), suite, "h2");
		assertThat(sslHandler(server).applicationProtocol()).isEqualTo("h2");
		assertDeclined(examine(handover(), server), KtlsFallbackReason.APPLICATION_PROTOCOL, null);
	}

	@Test
	void whenProtocolVersionIsOldItIsDeclined() {
		SslHandler sslHandler = sslHandler("TLSv1.1", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA");
		assertDeclined(handover().examine(this.channel, sslHandler), KtlsFallbackReason.PROTOCOL_VERSION_NOT_SUPPORTED,
				"TLSv1.1");
	}

	@Test
	void whenSuiteIsOneOfCbcItIsDeclined() throws Exception {
		String cbc = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";
		EmbeddedChannel server = shaken(watched(cbc), cbc);
		assertDeclined(examine(handover(), server), KtlsFallbackReason.CIPHER_SUITE_NOT_SUPPORTED, cbc);
	}

	@Test
	void whenSuiteBelongsToAnotherVersionItIsDeclined() {
		assertDeclined(handover().examine(this.channel, sslHandler("TLSv1.3", TLS_1_2)),
				KtlsFallbackReason.CIPHER_SUITE_NOT_SUPPORTED, TLS_1_2);
	}

	@ParameterizedTest
	@CsvSource({ TLS_1_3, TLS_1_2 })
	void whenKernelLacksTheCipherItIsDeclined(String suite) throws Exception {
		this.kernel.withoutCipher(51);
		EmbeddedChannel server = shaken(watched(), suite);
		assertDeclined(examine(handover(), server), KtlsFallbackReason.CIPHER_NOT_IN_KERNEL,
				"setsockopt(TLS_TX) failed with ENOENT");
	}

	@Test
	void whenContextIsSomebodyElsesItIsDeclined() throws Exception {
		for (String suite : List.of(TLS_1_3, TLS_1_2)) {
			EmbeddedChannel server = shaken(ServerTls.openSsl(certificates), suite);
			assertDeclined(examine(handover(), server), KtlsFallbackReason.FOREIGN_TLS_HANDLER, null);
		}
	}

	@Test
	void whenContextHandsOutNoSecretsItIsDeclined() throws Exception {
		SslContext context = WatchedTls.of(this.secrets, ServerTls.jdk(certificates));
		assertDeclined(examine(handover(), shaken(context, TLS_1_3)), KtlsFallbackReason.KEY_LOG_UNAVAILABLE, null);
	}

	@Test
	void whenHandshakeIsForgottenNothingIsKept() throws Exception {
		EmbeddedChannel server = shaken(watched(), TLS_1_3);
		assertThat(this.secrets.pendingHandshakes()).isOne();
		handover().forget(sslHandler(server));
		assertThat(this.secrets.pendingHandshakes()).isZero();
	}

	@Test
	void whenRecordCountIsUncertainKernelIsNotAsked() throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_3);
		Handover handover = handover();
		this.kernel.forgetCalls();
		Outcome outcome = handover.perform(this.channel, taken, new SentRecordCounter());
		assertDeclined(outcome, KtlsFallbackReason.RECORD_COUNT_UNCERTAIN);
		assertThat(this.kernel.calls()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "TLS_AES_128_GCM_SHA256, true, 40, true", "TLS_AES_128_GCM_SHA256, false, 40, false",
			"TLS_AES_128_GCM_SHA256, false, 20, true", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true, 40, false",
			"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true, 20, true" })
	void whenKeyThatCannotBeReplacedWouldNotLastItIsDeclined(String suite, boolean rekeys, int records,
			boolean handedOver) throws Exception {
		if (!rekeys) {
			this.kernel.withoutRekey();
		}
		EmbeddedChannel server = shaken(watched(), suite);
		this.sent.handshakeCompleted();
		for (int i = 0; i < records; i++) {
			server.writeOutbound(server.alloc().buffer().writeByte(i));
		}
		KtlsSettings settings = new KtlsSettings(Activation.ON_FIRST_FILE, 0, 1024).withRecordLimit(64);
		Handover handover = new Handover(KernelTls.probe(this.kernel), this.secrets, settings, KtlsRollout.complete());
		Outcome outcome = handover.perform(this.channel, examine(handover, server).secrets(), this.sent);
		if (handedOver) {
			assertThat(outcome.fallback()).isNull();
		}
		else {
			assertDeclined(outcome, KtlsFallbackReason.RECORD_LIMIT_NEAR);
		}
		server.finishAndReleaseAll();
	}

	@Test
	void whenSecretsAreGoneKernelIsNotAsked() throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_3);
		Handover handover = handover();
		this.kernel.forgetCalls();
		taken.close();
		assertDeclined(handover.perform(this.channel, taken, this.sent), KtlsFallbackReason.SECRETS_MISSING);
		assertThat(this.kernel.calls()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "2, MODULE_MISSING", "1, SYSTEM_CALL_REFUSED", "17, SYSTEM_CALL_REFUSED", "107, CONNECTION_CLOSING",
			"104, CONNECTION_CLOSING", "32, CONNECTION_CLOSING" })
	void whenAttachingIsRefusedNoKeyLeaves(int errno, KtlsFallbackReason reason) throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_3);
		Handover handover = handover();
		int buffers = this.kernel.keyBuffers().size();
		this.kernel.refuse(Call.ATTACH, errno);
		this.kernel.forgetCalls();
		assertDeclined(handover.perform(this.channel, taken, this.sent), reason);
		assertThat(this.kernel.calls()).containsExactly(Call.ATTACH);
		assertThat(this.kernel.keyBuffers()).hasSize(buffers);
		assertThat(taken.takeServer()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "2, CIPHER_NOT_IN_KERNEL", "22, SYSTEM_CALL_REFUSED", "12, SYSTEM_CALL_REFUSED",
			"16, SYSTEM_CALL_REFUSED" })
	void whenKeyIsRefusedItIsDeclinedAndWiped(int errno, KtlsFallbackReason reason) throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_3);
		Handover handover = handover();
		this.kernel.refuse(Call.INSTALL, errno);
		assertDeclined(handover.perform(this.channel, taken, this.sent), reason);
		assertKeysAreWiped();
		assertThat(taken.takeServer()).isEmpty();
	}

	@Test
	void whenKeyIsTakenAndAFailureReportedThereIsNoWayBack() throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_3);
		Handover handover = handover();
		this.kernel.pretend(Fault.REFUSES_AFTER_INSTALLATION).refuse(Call.INSTALL, Errno.ENOMEM);
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> handover.perform(this.channel, taken, this.sent));
		assertKeysAreWiped();
	}

	@Test
	void whenItCannotBeSeenWhetherTheKeyWasTakenThereIsNoWayBack() throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_3);
		Handover handover = handover();
		this.kernel.refuse(Call.INSTALL, Errno.ENOMEM).refuse(Call.GET_OPTION, Errno.EPERM);
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> handover.perform(this.channel, taken, this.sent));
	}

	@ParameterizedTest
	@CsvSource({ "true, true, DEVICE, true", "true, false, DEVICE, false", "false, true, SOFTWARE, false" })
	void onlyCardThatEncryptsReadsImmutableFilesInPlace(boolean device, boolean immutable, OffloadMode mode,
			boolean inPlace) throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_2);
		this.kernel.with(new FakeNetwork().offload(device));
		Handover handover = handover(SETTINGS.withImmutableFiles(immutable));
		this.kernel.forgetCalls();
		Outcome outcome = handover.perform(this.channel, taken, this.sent);
		assertThat(outcome.transmit().mode()).isEqualTo(mode);
		assertThat(this.kernel.calls().contains(Call.SET_OPTION)).isEqualTo(inPlace);
	}

	@Test
	void whenFilesCannotBeReadInPlaceConnectionIsHandedOverNevertheless() throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_2);
		this.kernel.with(new FakeNetwork().offload(true));
		Handover handover = handover(SETTINGS.withImmutableFiles(true));
		this.kernel.refuse(Call.SET_OPTION, Errno.ENOPROTOOPT);
		Outcome outcome = handover.perform(this.channel, taken, this.sent);
		assertThat(outcome.fallback()).isNull();
		assertThat(outcome.transmit().mode()).isEqualTo(OffloadMode.DEVICE);
	}

	@Test
	void whenItCannotBeFoundOutWhoEncryptsConnectionIsHandedOverNevertheless() throws Exception {
		HandshakeSecrets taken = eligible(TLS_1_2);
		Handover handover = handover();
		FakeNetwork network = new FakeNetwork();
		network.breakDown(new LinkageError("broken"));
		this.kernel.with(network);
		Outcome outcome = handover.perform(this.channel, taken, this.sent);
		assertThat(outcome.fallback()).isNull();
		assertThat(outcome.transmit().mode()).isEqualTo(OffloadMode.UNKNOWN);
	}

	private HandshakeSecrets eligible(String suite) throws IOException {
		EmbeddedChannel server = shaken(watched(), suite);
		this.sent.handshakeCompleted();
		HandshakeSecrets taken = examine(handover(), server).secrets();
		assertThat(taken).isNotNull();
		return taken;
	}

	private EmbeddedChannel shaken(SslContext context, String suite, String... protocols) throws IOException {
		EmbeddedChannel server = server(context);
		InMemoryClient.offering(suite, protocols).handshake(server);
		return server;
	}

	private EmbeddedChannel server(SslContext context) {
		CiphertextHandler counting = new CiphertextHandler(new KtlsPipeline.Link(new KtlsConnection(), SETTINGS,
				new KtlsStatistics(), new ChunkMemory(SETTINGS.fallbackChunkSize()), handover(), this.sent,
				new ReceivedRecords(), new EngineWatch(), null));
		return new EmbeddedChannel(counting, context.newHandler(UnpooledByteBufAllocator.DEFAULT));
	}

	private SslContext watched(String... ciphers) {
		return WatchedTls.of(this.secrets, ServerTls.openSsl(certificates, ciphers));
	}

	private Handover handover() {
		return handover(SETTINGS);
	}

	private Handover handover(KtlsSettings settings) {
		return new Handover(KernelTls.probe(this.kernel), this.secrets, settings, KtlsRollout.complete());
	}

	private Eligibility examine(Handover handover, Channel server) {
		given(this.channel.fd()).willReturn(new FileDescriptor(FD));
		return handover.examine(this.channel, sslHandler(server));
	}

	private static SslHandler sslHandler(Channel server) {
		return server.pipeline().get(SslHandler.class);
	}

	private static SslHandler sslHandler(String protocol, String suite) {
		ReferenceCountedOpenSslEngine engine = mock();
		SSLSession session = mock();
		SslHandler sslHandler = mock();
		given(sslHandler.engine()).willReturn(engine);
		given(engine.getSession()).willReturn(session);
		given(session.getProtocol()).willReturn(protocol);
		given(session.getCipherSuite()).willReturn(suite);
		return sslHandler;
	}

	private void assertDeclined(Eligibility eligibility, KtlsFallbackReason reason, String detail) {
		assertThat(eligibility.secrets()).isNull();
		assertThat(eligibility.fallback()).isEqualTo(new KtlsFallback(reason, detail));
		assertThat(this.secrets.pendingHandshakes()).isZero();
	}

	private static void assertDeclined(Outcome outcome, KtlsFallbackReason reason) {
		assertThat(outcome.transmit()).isNull();
		assertThat(outcome.fallback()).isNotNull().extracting(KtlsFallback::reason).isEqualTo(reason);
	}

	private void assertKeysAreWiped() {
		assertThat(this.kernel.keyBuffers()).isNotEmpty().allSatisfy((buffer) -> {
			for (int i = 0; i < buffer.capacity(); i++) {
				assertThat(buffer.get(i)).isZero();
			}
		});
	}

}
