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

/**
 * Tests for {@link KeySchedule}. The TLS 1.2 key blocks come from
 * {@code openssl kdf ... TLS1-PRF} with the seed "key expansion" + server random + client
 * random; for TLS 1.3 see {@link Rfc8448Tests} too.
 */
class KeyScheduleTests {

	private static final byte[] MASTER_SECRET = Hex.sequence(0x00, 48);

	private static final byte[] CLIENT_RANDOM = Hex.sequence(0xa0, 32);

	private static final byte[] SERVER_RANDOM = Hex.sequence(0x60, 32);

	@Test
	void tls12KeyBlockOfAes128Gcm() {
		Tls12KeyBlock block = keyBlock(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
		assertKeys(block.clientWrite(), "65166ecfdbe9beba0f3ee5b4d5b3c243", "5d0d82cc");
		assertKeys(block.serverWrite(), "821d0a6d6ab74ba987dfc45544b6637e", "17729590");
	}

	@Test
	void tls12KeyBlockOfAes256GcmWithSha384() {
		Tls12KeyBlock block = keyBlock(CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384);
		assertKeys(block.clientWrite(), "d04c20e9530efaf3b4bf0562146be1c128c643614d3e426ec5c539835a238598", "f94bd1c7");
		assertKeys(block.serverWrite(), "3f4e1673a1282c982a6d1baeb7f641e13579f9b11b361f6f94dba6c596fe309b", "97ff0972");
	}

	@Test
	void tls12KeyBlockOfChaCha20() {
		Tls12KeyBlock block = keyBlock(CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256);
		assertKeys(block.clientWrite(), "65166ecfdbe9beba0f3ee5b4d5b3c243821d0a6d6ab74ba987dfc45544b6637e",
				"4bd3174fc8609109a56f6d07");
		assertKeys(block.serverWrite(), "5d0d82cc1772959064a93c4cb213a994f6b2e74827c5709d5c4760b4a21b6742",
				"9533e937604fbe2e2fdee9fe");
	}

	@Test
	void tls12KeyBlockIsDestroyedAsAWhole() {
		Tls12KeyBlock block = keyBlock(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
		block.clientWrite().destroy();
		assertThat(block.isDestroyed()).isFalse();
		block.close();
		assertThat(block.isDestroyed()).isTrue();
		assertThat(block.serverWrite().isDestroyed()).isTrue();
	}

	@Test
	void tls12KeyBlockDoesNotShowItsKeys() {
		assertThat(keyBlock(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256))
			.hasToString("Tls12KeyBlock[clientWrite=TrafficKeys[redacted], serverWrite=TrafficKeys[redacted]]");
	}

	@Test
	void secretsStayWithTheCaller() {
		byte[] masterSecret = MASTER_SECRET.clone();
		KeySchedule.tls12(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, masterSecret, CLIENT_RANDOM, SERVER_RANDOM);
		assertThat(masterSecret).isEqualTo(MASTER_SECRET);
		byte[] trafficSecret = Hex.sequence(1, 32);
		KeySchedule.tls13(CipherSuite.TLS_AES_128_GCM_SHA256, trafficSecret);
		assertThat(trafficSecret).isEqualTo(Hex.sequence(1, 32));
	}

	@Test
	void suitesOfTheOtherVersionAreRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> keyBlock(CipherSuite.TLS_AES_128_GCM_SHA256))
			.withMessage("TLS_AES_128_GCM_SHA256 is not a suite of TLSv1.2");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KeySchedule.tls13(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, new byte[32]))
			.withMessage("TLS_RSA_WITH_AES_128_GCM_SHA256 is not a suite of TLSv1.3");
	}

	@Test
	void inputsOfAnyOtherLengthAreRefusedWithoutShowingThem() {
		CipherSuite suite = CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256;
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KeySchedule.tls12(suite, new byte[47], CLIENT_RANDOM, SERVER_RANDOM))
			.withMessage("The master secret must have 48 bytes, but has 47");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KeySchedule.tls12(suite, MASTER_SECRET, new byte[28], SERVER_RANDOM))
			.withMessage("The client random must have 32 bytes, but has 28");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KeySchedule.tls12(suite, MASTER_SECRET, CLIENT_RANDOM, new byte[0]))
			.withMessage("The server random must have 32 bytes, but has 0");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> KeySchedule.tls13(CipherSuite.TLS_AES_256_GCM_SHA384, new byte[32]))
			.withMessage("The traffic secret must have 48 bytes, but has 32");
	}

	private static Tls12KeyBlock keyBlock(CipherSuite suite) {
		return KeySchedule.tls12(suite, MASTER_SECRET, CLIENT_RANDOM, SERVER_RANDOM);
	}

	private static void assertKeys(TrafficKeys keys, String key, String iv) {
		assertThat(keys.key()).isEqualTo(Hex.bytes(key));
		assertThat(keys.iv()).isEqualTo(Hex.bytes(iv));
	}

}
