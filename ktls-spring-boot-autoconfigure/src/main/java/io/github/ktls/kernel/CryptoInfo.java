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

package io.github.ktls.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.TrafficKeys;

/**
 * Layout of the value of {@code TLS_TX} and {@code TLS_RX}: <pre>
 * struct tls_crypto_info {
 *     __u16 version;
 *     __u16 cipher_type;
 * };
 * struct tls12_crypto_info_aes_gcm_128 {
 *     struct tls_crypto_info info;
 *     unsigned char iv[8];         // 12 for ChaCha20-Poly1305
 *     unsigned char key[16];       // 32 for AES-256 and ChaCha20
 *     unsigned char salt[4];       // 0 for ChaCha20-Poly1305
 *     unsigned char rec_seq[8];
 * };
 * </pre> See {@code include/uapi/linux/tls.h}.
 */
final class CryptoInfo {

	/** {@code TLS_CIPHER_AES_GCM_128}. */
	private static final short TLS_CIPHER_AES_GCM_128 = 51;

	/** {@code TLS_CIPHER_AES_GCM_256}. */
	private static final short TLS_CIPHER_AES_GCM_256 = 52;

	/** {@code TLS_CIPHER_CHACHA20_POLY1305}. */
	private static final short TLS_CIPHER_CHACHA20_POLY1305 = 54;

	private static final int GCM_SALT_LENGTH = 4;

	private static final int GCM_IV_LENGTH = 8;

	private CryptoInfo() {
	}

	/**
	 * Return the length of the structure.
	 * @param aead the cipher
	 * @return the length in bytes
	 */
	static int length(Aead aead) {
		return 2 * Short.BYTES + 12 + aead.keyLength() + Long.BYTES;
	}

	/**
	 * Write the structure. The target then holds a key: the caller has to wipe it.
	 * @param target where to write, from its position to the length of the structure
	 * @param suite the negotiated suite
	 * @param keys the keys
	 * @param sequenceNumber the number that the next record will have
	 */
	static void write(ByteBuffer target, CipherSuite suite, TrafficKeys keys, long sequenceNumber) {
		target.order(ByteOrder.nativeOrder());
		target.putShort((short) suite.version().wireValue());
		target.putShort(cipherType(suite.aead()));
		target.order(ByteOrder.BIG_ENDIAN);
		byte[] iv = keys.iv();
		if (suite.aead() == Aead.CHACHA20_POLY1305) {
			target.put(iv).put(keys.key());
		}
		else {
			if (suite.version() == ProtocolVersion.TLS_1_3) {
				target.put(iv, GCM_SALT_LENGTH, GCM_IV_LENGTH);
			}
			else {
				// RFC 5288 lets the sender choose the explicit nonce; like BoringSSL,
				// the kernel counts it up with the sequence number, so both start equal.
				target.putLong(sequenceNumber);
			}
			target.put(keys.key()).put(iv, 0, GCM_SALT_LENGTH);
		}
		target.putLong(sequenceNumber);
	}

	/**
	 * Read the sequence number out of a structure that begins at the position.
	 * @param source the structure; its position is not changed
	 * @param aead the cipher
	 * @return the number of the next record, unsigned
	 */
	static long sequenceNumber(ByteBuffer source, Aead aead) {
		return source.order(ByteOrder.BIG_ENDIAN).getLong(source.position() + length(aead) - Long.BYTES);
	}

	private static short cipherType(Aead aead) {
		return switch (aead) {
			case AES_128_GCM -> TLS_CIPHER_AES_GCM_128;
			case AES_256_GCM -> TLS_CIPHER_AES_GCM_256;
			case CHACHA20_POLY1305 -> TLS_CIPHER_CHACHA20_POLY1305;
		};
	}

}
