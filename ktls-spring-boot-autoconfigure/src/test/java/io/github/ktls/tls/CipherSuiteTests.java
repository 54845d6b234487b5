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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CipherSuite}.
 */
class CipherSuiteTests {

	@ParameterizedTest
	@ValueSource(strings = { "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
			"TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CCM", "TLS_AES_128_CCM_SHA256",
			"SSL_NULL_WITH_NULL_NULL", "ECDHE-RSA-AES128-GCM-SHA256", "tls_aes_128_gcm_sha256", "" })
	void anyOtherSuiteIsUnknown(String name) {
		for (ProtocolVersion version : ProtocolVersion.values()) {
			assertThat(CipherSuite.of(version, name)).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void isFoundUnderItsOwnVersionOnly(CipherSuite suite) {
		for (ProtocolVersion version : ProtocolVersion.values()) {
			if (version == suite.version()) {
				assertThat(CipherSuite.of(version, suite.name())).contains(suite);
			}
			else {
				assertThat(CipherSuite.of(version, suite.name())).isEmpty();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void nameSaysWhatTheTableSays(CipherSuite suite) {
		assertThat(suite.name()).endsWith(suite.aead() + "_" + suite.hash());
		assertThat(suite.name().contains("_WITH_")).isEqualTo(suite.version() == ProtocolVersion.TLS_1_2);
	}

	@ParameterizedTest
	@CsvSource({ "SHA256, HmacSHA256, 32", "SHA384, HmacSHA384, 48" })
	void hashesHaveTheirMacAndLength(HashAlgorithm hash, String macName, int length) {
		assertThat(hash.macName()).isEqualTo(macName);
		assertThat(hash.length()).isEqualTo(length);
	}

	@Test
	void sha384GoesWithTheLargeAesKeyOnly() {
		assertThat(CipherSuite.values())
			.allMatch((suite) -> (suite.hash() == HashAlgorithm.SHA384) == (suite.aead() == Aead.AES_256_GCM));
	}

}
