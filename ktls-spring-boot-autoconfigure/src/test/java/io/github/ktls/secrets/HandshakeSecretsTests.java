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

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.KeySchedule;
import io.github.ktls.tls.TrafficKeys;

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

	@Test
	void whenKeysAreTakenSecretIsWiped() {
		byte[] secret = secret(48);
		TrafficKeys expected = KeySchedule.tls13(SUITE, secret(48));
		TrafficKeys keys = new HandshakeSecrets(this.engine, SUITE, secret).takeServerKeys().orElseThrow();
		assertThat(keys.key()).isEqualTo(expected.key());
		assertThat(keys.iv()).isEqualTo(expected.iv());
		assertThat(secret).containsOnly(0);
		verifyNoInteractions(this.engine);
	}

	@Test
	void whenClosedSecretIsWiped() {
		byte[] secret = secret(48);
		HandshakeSecrets secrets = new HandshakeSecrets(this.engine, SUITE, secret);
		secrets.close();
		assertThat(secret).containsOnly(0);
		assertThat(secrets.takeServerKeys()).isEmpty();
		secrets.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 32, 47, 49, 64 })
	void whenSecretHasTheWrongLengthThereAreNoKeysAndItIsWiped(int length) {
		byte[] secret = secret(length);
		assertThat(new HandshakeSecrets(this.engine, SUITE, secret).takeServerKeys()).isEmpty();
		assertThat(secret).isEqualTo(new byte[length]);
	}

	@Test
	void textHoldsNothingOfTheSecret() {
		HandshakeSecrets secrets = new HandshakeSecrets(this.engine, SUITE, secret(48));
		assertThat(secrets).hasToString("HandshakeSecrets[TLS_AES_256_GCM_SHA384]");
	}

	private static byte[] secret(int length) {
		byte[] secret = new byte[length];
		Arrays.fill(secret, (byte) 0x5a);
		return secret;
	}

}
