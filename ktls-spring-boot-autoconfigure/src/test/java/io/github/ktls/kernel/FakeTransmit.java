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
import java.security.GeneralSecurityException;
import java.util.Arrays;

import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.RecordProtection;

/**
 * The sending side of a {@link FakeSocket} that has a key.
 */
final class FakeTransmit {

	private final FakeCryptoInfo info;

	private long records;

	FakeTransmit(FakeCryptoInfo info) {
		this.info = info;
	}

	FakeCryptoInfo info() {
		return this.info;
	}

	byte[] describe(Fault fault) {
		long sent = (fault == Fault.TELLS_FIRST_SEQUENCE_NUMBER) ? 0 : this.records;
		return this.info.describe(this.info.sequenceNumber() + sent);
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
		long number = this.info.sequenceNumber() + this.records;
		return switch (fault) {
			case SENDS_PLAINTEXT -> content;
			case SENDS_PLAIN_RECORDS -> plainRecord(type, content);
			case SENDS_NOTHING -> new byte[0];
			case COUNTS_WRONGLY -> encrypt(number + 1, type, content);
			case IGNORES_SEQUENCE_NUMBER -> encrypt(this.records, type, content);
			case REPEATS_SEQUENCE_NUMBER -> encrypt(this.info.sequenceNumber(), type, content);
			case IGNORES_CONTENT_TYPE -> encrypt(number, ContentType.APPLICATION_DATA, content);
			case CHANGES_KEY -> {
				this.info.keys().key()[0] ^= 1;
				byte[] record = encrypt(number, type, content);
				this.info.keys().key()[0] ^= 1;
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
			return RecordProtection.protect(this.info.suite(), this.info.keys(), number, type, content);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] plainRecord(ContentType type, byte[] content) {
		RecordHeader header = new RecordHeader(type, RecordHeader.LEGACY_VERSION, content.length);
		return ByteBuffer.allocate(header.recordLength()).put(header.encode()).put(content).array();
	}

}
