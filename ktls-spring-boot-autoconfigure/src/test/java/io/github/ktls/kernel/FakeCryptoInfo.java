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

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.TrafficKeys;

/**
 * A key that a {@link FakeSocket} was given. Reads the structures of
 * {@code include/uapi/linux/tls.h} by itself, so that their writer is checked.
 */
final class FakeCryptoInfo {

	/** {@code sizeof(struct tls_crypto_info)}, in bytes. */
	static final int HEADER_LENGTH = 4;

	private static final int SEQUENCE_NUMBER_LENGTH = 8;

	private final byte[] info;

	private final CipherSuite suite;

	private final TrafficKeys keys;

	private final long sequenceNumber;

	private FakeCryptoInfo(byte[] info, CipherSuite suite, TrafficKeys keys, long sequenceNumber) {
		this.info = info;
		this.suite = suite;
		this.keys = keys;
		this.sequenceNumber = sequenceNumber;
	}

	static FakeCryptoInfo parse(byte[] info, String call) throws NativeIoException {
		ByteBuffer buffer = ByteBuffer.wrap(info).order(ByteOrder.nativeOrder());
		if (info.length < HEADER_LENGTH) {
			throw new NativeIoException(call, Errno.EINVAL);
		}
		boolean tls13 = switch (buffer.getShort()) {
			case 0x0303 -> false;
			case 0x0304 -> true;
			default -> throw new NativeIoException(call, Errno.EINVAL);
		};
		CipherSuite suite = switch (buffer.getShort()) {
			case 51 -> tls13 ? CipherSuite.TLS_AES_128_GCM_SHA256 : CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;
			case 52 -> tls13 ? CipherSuite.TLS_AES_256_GCM_SHA384 : CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384;
			case 54 -> tls13 ? CipherSuite.TLS_CHACHA20_POLY1305_SHA256
					: CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256;
			default -> throw new NativeIoException(call, Errno.EINVAL);
		};
		boolean gcm = suite.aead() != Aead.CHACHA20_POLY1305;
		int ivLength = gcm ? 8 : 12;
		int keyLength = (suite.aead() == Aead.AES_128_GCM) ? 16 : 32;
		int saltLength = gcm ? 4 : 0;
		if (info.length != HEADER_LENGTH + ivLength + keyLength + saltLength + SEQUENCE_NUMBER_LENGTH) {
			throw new NativeIoException(call, Errno.EINVAL);
		}
		buffer.order(ByteOrder.BIG_ENDIAN);
		byte[] iv = take(buffer, ivLength);
		byte[] key = take(buffer, keyLength);
		byte[] salt = take(buffer, saltLength);
		long sequenceNumber = buffer.getLong();
		if (suite.version() == ProtocolVersion.TLS_1_2 && gcm) {
			// The real kernel would take any; BoringSSL and this project don't.
			if (ByteBuffer.wrap(iv).getLong() != sequenceNumber) {
				throw new IllegalArgumentException("The explicit nonce is not the sequence number");
			}
			return new FakeCryptoInfo(info, suite, new TrafficKeys(key, salt), sequenceNumber);
		}
		byte[] wholeIv = ByteBuffer.allocate(saltLength + ivLength).put(salt).put(iv).array();
		return new FakeCryptoInfo(info, suite, new TrafficKeys(key, wholeIv), sequenceNumber);
	}

	CipherSuite suite() {
		return this.suite;
	}

	TrafficKeys keys() {
		return this.keys;
	}

	long sequenceNumber() {
		return this.sequenceNumber;
	}

	/**
	 * Return whether a re-key may replace this key by another one.
	 * @param next the other one
	 * @return whether version and cipher are the same
	 */
	boolean isSameCipher(FakeCryptoInfo next) {
		return this.suite == next.suite;
	}

	byte[] describe(long nextSequenceNumber) {
		byte[] description = this.info.clone();
		ByteBuffer.wrap(description).putLong(description.length - SEQUENCE_NUMBER_LENGTH, nextSequenceNumber);
		return description;
	}

	private static byte[] take(ByteBuffer source, int length) {
		byte[] taken = new byte[length];
		source.get(taken);
		return taken;
	}

}
