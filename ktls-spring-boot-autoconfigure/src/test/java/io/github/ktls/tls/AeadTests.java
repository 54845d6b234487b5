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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Aead}.
 */
class AeadTests {

	@ParameterizedTest
	@CsvSource({ "AES_128_GCM, TLS_1_2, 16, 4, 8", "AES_256_GCM, TLS_1_2, 32, 4, 8",
			"CHACHA20_POLY1305, TLS_1_2, 32, 12, 0", "AES_128_GCM, TLS_1_3, 16, 12, 0",
			"AES_256_GCM, TLS_1_3, 32, 12, 0", "CHACHA20_POLY1305, TLS_1_3, 32, 12, 0" })
	void sizesAreThoseOfTheRfcs(Aead aead, ProtocolVersion version, int keyLength, int fixedIvLength,
			int explicitNonceLength) {
		assertThat(aead.keyLength()).isEqualTo(keyLength);
		assertThat(aead.fixedIvLength(version)).isEqualTo(fixedIvLength);
		assertThat(aead.explicitNonceLength(version)).isEqualTo(explicitNonceLength);
	}

	@Test
	void aesGcmStopsBeforeTwoToThePowerOfTwentyFourAndAHalf() {
		long limit = (long) Math.pow(2, 24.5);
		assertThat(Aead.AES_128_GCM.maxRecordsPerKey()).isEqualTo(limit);
		assertThat(Aead.AES_256_GCM.maxRecordsPerKey()).isEqualTo(limit);
	}

	@Test
	void chaCha20HasNoLimitInPractice() {
		assertThat(Aead.CHACHA20_POLY1305.maxRecordsPerKey()).isEqualTo(Long.MAX_VALUE);
	}

}
