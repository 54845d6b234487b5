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

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

/**
 * The sending side of a {@link FakeSocket} that has a key. Reads the structures of
 * {@code include/uapi/linux/tls.h} by itself, so that their writer is checked.
 */
final class FakeTransmit {

	/** {@code sizeof(struct tls_crypto_info)}, in bytes. */
	static final int HEADER_LENGTH = 4;

	private static final int SEQUENCE_NUMBER_LENGTH = 8;

	private final byte[] info;

	private final CipherSuite suite;

	private final TrafficKeys keys;

	private final long firstSequenceNumber;

	private long records;

	private FakeTransmit(byte[] info, CipherSuite suite, TrafficKeys keys, long firstSequenceNumber) {
		this.info = info;
		this.suite = suite;
		this.keys = keys;
		this.firstSequenceNumber = firstSequenceNumber;
	}

	static FakeTransmit parse(byte[] info, String call) throws NativeIoException {
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
			return new FakeTransmit(info, suite, new TrafficKeys(key, salt), sequenceNumber);
		}
		byte[] wholeIv = ByteBuffer.allocate(saltLength + ivLength).put(salt).put(iv).array();
		return new FakeTransmit(info, suite, new TrafficKeys(key, wholeIv), sequenceNumber);
	}

	byte[] describe() {
		return this.info.clone();
	}

	byte[] protect(ContentType type, byte[] content, Fault fault) {
		ByteArrayOutputStream wire = new ByteArrayOutputStream();
		int from = 0;
		do {
			int to = Math.min(from + RecordHeader.MAX_CONTENT_LENGTH, content.length);
			wire.writeBytes(record(type, Arrays.copyOfRange(content, from, to), fault));
			this.records++;
			from = to;
		}
		while (from < content.length);
		return wire.toByteArray();
	}

	private byte[] record(ContentType type, byte[] content, Fault fault) {
		long number = this.firstSequenceNumber + this.records;
		return switch (fault) {
			case SENDS_PLAINTEXT -> content;
			case SENDS_PLAIN_RECORDS -> plainRecord(type, content);
			case SENDS_NOTHING -> new byte[0];
			case COUNTS_WRONGLY -> encrypt(number + 1, type, content);
			case IGNORES_SEQUENCE_NUMBER -> encrypt(this.records, type, content);
			case REPEATS_SEQUENCE_NUMBER -> encrypt(this.firstSequenceNumber, type, content);
			case IGNORES_CONTENT_TYPE -> encrypt(number, ContentType.APPLICATION_DATA, content);
			case CHANGES_KEY -> {
				this.keys.key()[0] ^= 1;
				byte[] record = encrypt(number, type, content);
				this.keys.key()[0] ^= 1;
				yield record;
			}
			case CHANGES_CONTENT -> {
				byte[] changed = content.clone();
				changed[changed.length - 1] ^= 1;
				yield encrypt(number, type, changed);
			}
			case TRUNCATES -> {
				byte[] record = encrypt(number, type, content);
				yield Arrays.copyOf(record, record.length - 1);
			}
			default -> encrypt(number, type, content);
		};
	}

	private byte[] encrypt(long number, ContentType type, byte[] content) {
		try {
			return RecordProtection.protect(this.suite, this.keys, number, type, content);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] plainRecord(ContentType type, byte[] content) {
		RecordHeader header = new RecordHeader(type, RecordHeader.LEGACY_VERSION, content.length);
		return ByteBuffer.allocate(header.recordLength()).put(header.encode()).put(content).array();
	}

	private static byte[] take(ByteBuffer source, int length) {
		byte[] taken = new byte[length];
		source.get(taken);
		return taken;
	}

}
