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

import java.util.Arrays;
import java.util.Optional;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.KeySchedule;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * Tests for {@link HandshakeSecrets}; {@link SecretsSourceTests} has those with real
 * handshakes.
 */
class HandshakeSecretsTests {

	private static final CipherSuite SUITE = CipherSuite.TLS_AES_256_GCM_SHA384;

	private final ReferenceCountedOpenSslEngine engine = mock();

	@BeforeAll
	static void loadLibrary() {
		// Before the mock: its class would ask the library that is not there yet.
		OpenSsl.ensureAvailability();
	}

	@ParameterizedTest
	@EnumSource
	void whenSideIsTakenThereAreItsKeysAndNextSecretAndItsSecretIsWiped(Side side) {
		byte[] taken = secret(48);
		byte[] other = secret(48);
		HandshakeSecrets secrets = secrets(side, taken, other);
		try (DirectionSecrets direction = take(secrets, side).orElseThrow()) {
			assertSame(direction.keys(), KeySchedule.tls13(SUITE, secret(48)));
			try (TrafficSecret next = direction.takeNext()) {
				TrafficSecret expected = new TrafficSecret(SUITE.hash(), secret(48)).next();
				assertThat(next).isNotNull();
				assertSame(next.deriveKeys(SUITE), expected.deriveKeys(SUITE));
			}
		}
		assertThat(taken).containsOnly(0);
		assertThat(other).isEqualTo(secret(48));
		verifyNoInteractions(this.engine);
	}

	@ParameterizedTest
	@EnumSource
	void eachSideCanBeHadOnce(Side side) {
		HandshakeSecrets secrets = secrets(side, secret(48), secret(48));
		Side other = (side == Side.SERVER) ? Side.CLIENT : Side.SERVER;
		assertThat(take(secrets, side)).isPresent();
		assertThat(take(secrets, side)).isEmpty();
		assertThat(take(secrets, other)).isPresent();
		assertThat(take(secrets, other)).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void whenClosedWhatWasNotTakenIsWiped(Side side) {
		byte[] left = secret(48);
		HandshakeSecrets secrets = secrets(side, secret(48), left);
		DirectionSecrets direction = take(secrets, side).orElseThrow();
		secrets.close();
		assertThat(left).containsOnly(0);
		assertThat(direction.keys().isDestroyed()).isFalse();
		assertThat(secrets.takeServer()).isEmpty();
		assertThat(secrets.takeClient()).isEmpty();
		secrets.close();
	}

	@Test
	void whenClientsSecretIsNotThereServersIs() {
		TrafficSecrets server = new TrafficSecrets();
		server.put(Side.SERVER, secret(48));
		HandshakeSecrets secrets = new HandshakeSecrets(this.engine, SUITE, server);
		assertThat(secrets.takeClient()).isEmpty();
		assertThat(secrets.takeServer()).isPresent();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 32, 47, 49, 64 })
	void whenSecretHasTheWrongLengthThereAreNoKeysAndItIsWiped(int length) {
		byte[] server = secret(length);
		byte[] client = secret(length);
		HandshakeSecrets secrets = secrets(Side.SERVER, server, client);
		assertThat(secrets.takeServer()).isEmpty();
		assertThat(secrets.takeClient()).isEmpty();
		assertThat(server).isEqualTo(new byte[length]);
		assertThat(client).isEqualTo(new byte[length]);
	}

	@Test
	void textHoldsNothingOfTheSecret() {
		HandshakeSecrets secrets = secrets(Side.SERVER, secret(48), secret(48));
		assertThat(secrets).hasToString("HandshakeSecrets[TLS_AES_256_GCM_SHA384]");
	}

	private HandshakeSecrets secrets(Side side, byte[] secret, byte[] secretOfOther) {
		TrafficSecrets secrets = new TrafficSecrets();
		secrets.put(side, secret);
		secrets.put((side == Side.SERVER) ? Side.CLIENT : Side.SERVER, secretOfOther);
		return new HandshakeSecrets(this.engine, SUITE, secrets);
	}

	private static Optional<DirectionSecrets> take(HandshakeSecrets secrets, Side side) {
		return (side == Side.SERVER) ? secrets.takeServer() : secrets.takeClient();
	}

	private static void assertSame(TrafficKeys keys, TrafficKeys expected) {
		assertThat(keys.key()).isEqualTo(expected.key());
		assertThat(keys.iv()).isEqualTo(expected.iv());
	}

	private static byte[] secret(int length) {
		byte[] secret = new byte[length];
		Arrays.fill(secret, (byte) 0x5a);
		return secret;
	}

}
