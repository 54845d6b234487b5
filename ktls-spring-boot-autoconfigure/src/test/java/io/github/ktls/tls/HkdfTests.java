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
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Hkdf} with the SHA-256 vectors of RFC 5869 appendix A.
 */
class HkdfTests {

	@Test
	void testCase1OfRfc5869() {
		byte[] salt = Hex.sequence(0x00, 13);
		byte[] info = Hex.sequence(0xf0, 10);
		byte[] pseudorandomKey = Hkdf.extract(HashAlgorithm.SHA256, salt, repeated(0x0b, 22));
		assertThat(pseudorandomKey)
			.isEqualTo(Hex.bytes("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
		assertThat(Hkdf.expand(HashAlgorithm.SHA256, pseudorandomKey, info, 42)).isEqualTo(
				Hex.bytes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf", "34007208d5b887185865"));
	}

	@Test
	void testCase2OfRfc5869WithLongerInputsAndOutput() {
		byte[] salt = Hex.sequence(0x60, 80);
		byte[] info = Hex.sequence(0xb0, 80);
		byte[] pseudorandomKey = Hkdf.extract(HashAlgorithm.SHA256, salt, Hex.sequence(0x00, 80));
		assertThat(pseudorandomKey)
			.isEqualTo(Hex.bytes("06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244"));
		assertThat(Hkdf.expand(HashAlgorithm.SHA256, pseudorandomKey, info, 82))
			.isEqualTo(Hex.bytes("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c",
					"59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71",
					"cc30c58179ec3e87c14c01d5c1f3434f1d87"));
	}

	@Test
	void testCase3OfRfc5869WithoutSaltAndInfo() {
		byte[] pseudorandomKey = Hkdf.extract(HashAlgorithm.SHA256, new byte[0], repeated(0x0b, 22));
		assertThat(pseudorandomKey)
			.isEqualTo(Hex.bytes("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04"));
		assertThat(Hkdf.expand(HashAlgorithm.SHA256, pseudorandomKey, new byte[0], 42)).isEqualTo(
				Hex.bytes("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d", "9d201395faa4b61a96c8"));
	}

	/**
	 * RFC 5869 has no vector with SHA-384; this one comes from
	 * {@code openssl kdf ... HKDF} with the inputs of test case 1.
	 */
	@Test
	void agreesWithOpenSslOnSha384() {
		byte[] pseudorandomKey = Hkdf.extract(HashAlgorithm.SHA384, Hex.sequence(0x00, 13), repeated(0x0b, 22));
		assertThat(pseudorandomKey)
			.isEqualTo(Hex.bytes("704b39990779ce1dc548052c7dc39f303570dd13fb39f7acc564680bef80e8de",
					"c70ee9a7e1f3e293ef68eceb072a5ade"));
		assertThat(Hkdf.expand(HashAlgorithm.SHA384, pseudorandomKey, Hex.sequence(0xf0, 10), 100))
			.isEqualTo(Hex.bytes("9b5097a86038b805309076a44b3a9f38063e25b516dcbf369f394cfab43685f7",
					"48b6457763e4f0204fc5d95d1da3e62587b22eb8943d0fab6bb631a2fe9df1a6",
					"8c6ce5d56116a52005b3f122b88b39b7251fcd6c44d3ef25f20ed96802bf1b2c", "1d98bf74"));
	}

	@Test
	void expandsToNothing() {
		assertThat(Hkdf.expand(HashAlgorithm.SHA256, repeated(0x0b, 32), new byte[0], 0)).isEmpty();
	}

	@Test
	void expandsToTheLongestOutputAndNoFurther() {
		byte[] key = repeated(0x0b, 32);
		int longest = 255 * 32;
		assertThat(Hkdf.expand(HashAlgorithm.SHA256, key, new byte[0], longest)).hasSize(longest);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> Hkdf.expand(HashAlgorithm.SHA256, key, new byte[0], longest + 1));
		assertThatIllegalArgumentException().isThrownBy(() -> Hkdf.expand(HashAlgorithm.SHA256, key, new byte[0], -1));
	}

	/**
	 * The step from the master secret to the client's application traffic secret in RFC
	 * 8448 section 3.
	 */
	@Test
	void expandLabelMixesInTheContext() {
		byte[] masterSecret = Hex.bytes("18df06843d13a08bf2a449844c5f8a478001bc4d4c627984d5a41da8d0402919");
		byte[] transcriptHash = Hex.bytes("9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13");
		assertThat(Hkdf.expandLabel(HashAlgorithm.SHA256, masterSecret, "c ap traffic", transcriptHash, 32))
			.isEqualTo(Hex.bytes("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"));
	}

	@Test
	void leavesItsInputsAlone() {
		byte[] secret = repeated(0x0b, 32);
		Hkdf.expandLabel(HashAlgorithm.SHA256, secret, "key", new byte[0], 16);
		Hkdf.extract(HashAlgorithm.SHA256, secret, secret);
		assertThat(secret).containsOnly(0x0b);
	}

	private static byte[] repeated(int value, int length) {
		byte[] bytes = new byte[length];
		Arrays.fill(bytes, (byte) value);
		return bytes;
	}

}
