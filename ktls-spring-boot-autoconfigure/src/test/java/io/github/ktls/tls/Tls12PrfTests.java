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

import java.util.Arrays;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Tls12Prf} with the vectors that were published on the mailing list of
 * the IETF's TLS working group; {@code openssl kdf ... TLS1-PRF} agrees.
 */
class Tls12PrfTests {

	private static final byte[] SHA256_SECRET = Hex.bytes("9bbe436ba940f017b17652849a71db35");

	private static final byte[] SHA256_SEED = Hex.bytes("a0ba9f936cda311827a6f796ffd5198c");

	private static final byte[] SHA256_OUTPUT = Hex.bytes(
			"e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a",
			"6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17abfd3797c0564bab",
			"4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701", "87347b66");

	@Test
	void publishedVectorWithSha256() {
		assertThat(Tls12Prf.compute(HashAlgorithm.SHA256, SHA256_SECRET, "test label", SHA256_SEED, 100))
			.isEqualTo(SHA256_OUTPUT);
	}

	@Test
	void publishedVectorWithSha384() {
		byte[] secret = Hex.bytes("b80b733d6ceefcdc71566ea48e5567df");
		byte[] seed = Hex.bytes("cd665cf6a8447dd6ff8b27555edb7465");
		assertThat(Tls12Prf.compute(HashAlgorithm.SHA384, secret, "test label", seed, 148))
			.isEqualTo(Hex.bytes("7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd",
					"e9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700884f9dc236f80edd",
					"8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425",
					"9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee6",
					"91c8f3a26854308d5eaa3be85e0990703d73e56f"));
	}

	@Test
	void everyShorterOutputIsTheStartOfTheLonger() {
		for (int length = 0; length < SHA256_OUTPUT.length; length++) {
			byte[] output = Tls12Prf.compute(HashAlgorithm.SHA256, SHA256_SECRET, "test label", SHA256_SEED, length);
			assertThat(output).isEqualTo(Arrays.copyOf(SHA256_OUTPUT, length));
		}
	}

}
