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

package io.github.ktls.tls;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TrafficSecret} with the server's secret of RFC 8448 section 3.
 */
class TrafficSecretTests {

	private static final String SERVER_SECRET = "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643";

	private final byte[] bytes = Hex.bytes(SERVER_SECRET);

	private final TrafficSecret secret = new TrafficSecret(HashAlgorithm.SHA256, this.bytes);

	@Test
	void derivesTheKeysOfItsGeneration() {
		TrafficKeys keys = this.secret.deriveKeys(CipherSuite.TLS_AES_128_GCM_SHA256);
		assertThat(keys.key()).isEqualTo(Hex.bytes("9f02283b6c9c07efc26bb9f2ac92e356"));
		assertThat(keys.iv()).isEqualTo(Hex.bytes("cf782b88dd83549aadf1e984"));
	}

	/**
	 * RFC 8448 has no KeyUpdate; the next secret comes from
	 * {@code openssl kdf ... -kdfopt mode:EXPAND_ONLY HKDF}.
	 */
	@Test
	void nextGenerationAgreesWithOpenSsl() {
		byte[] next = Hex.bytes("51921b8aa3001976eb401d0a4319a8516416a6c56001a357e5d162031e84f916");
		TrafficKeys expected = KeySchedule.tls13(CipherSuite.TLS_AES_128_GCM_SHA256, next);
		TrafficKeys keys = this.secret.next().deriveKeys(CipherSuite.TLS_AES_128_GCM_SHA256);
		assertThat(keys.key()).isEqualTo(expected.key());
		assertThat(keys.iv()).isEqualTo(expected.iv());
	}

	@Test
	void nextGenerationLeavesThisOneUsable() {
		TrafficSecret next = this.secret.next();
		this.secret.destroy();
		assertThat(next.isDestroyed()).isFalse();
		assertThat(next.deriveKeys(CipherSuite.TLS_AES_128_GCM_SHA256).key())
			.isNotEqualTo(Hex.bytes("9f02283b6c9c07efc26bb9f2ac92e356"));
	}

	@Test
	void keysOutliveTheirSecret() {
		TrafficKeys keys = this.secret.deriveKeys(CipherSuite.TLS_AES_128_GCM_SHA256);
		this.secret.destroy();
		assertThat(keys.key()).isEqualTo(Hex.bytes("9f02283b6c9c07efc26bb9f2ac92e356"));
	}

	@Test
	void destroyedSecretIsZeroAndUnusable() {
		this.secret.destroy();
		assertThat(this.secret.isDestroyed()).isTrue();
		assertThat(this.bytes).containsOnly(0);
		assertThatIllegalStateException().isThrownBy(this.secret::next);
		assertThatIllegalStateException().isThrownBy(() -> this.secret.deriveKeys(CipherSuite.TLS_AES_128_GCM_SHA256));
	}

	@Test
	void closeDestroys() {
		this.secret.close();
		assertThat(this.secret.isDestroyed()).isTrue();
		assertThat(this.bytes).containsOnly(0);
	}

	@Test
	void toStringDoesNotDependOnTheBytes() {
		assertThat(this.secret).hasToString("TrafficSecret[redacted]");
		assertThat(this.secret.next()).hasToString("TrafficSecret[redacted]");
		this.secret.destroy();
		assertThat(this.secret).hasToString("TrafficSecret[destroyed]");
	}

	@Test
	void refusesASecretOfAnotherHashWithoutShowingIt() {
		assertThatIllegalArgumentException().isThrownBy(() -> new TrafficSecret(HashAlgorithm.SHA384, this.bytes))
			.withMessage("A traffic secret with SHA384 has 48 bytes, but this one has 32");
	}

	@Test
	void refusesASuiteItCannotBelongTo() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.secret.deriveKeys(CipherSuite.TLS_AES_256_GCM_SHA384));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.secret.deriveKeys(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256));
	}

}
