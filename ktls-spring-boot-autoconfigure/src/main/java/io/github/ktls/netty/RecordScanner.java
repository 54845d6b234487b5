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

package io.github.ktls.netty;

import io.netty.buffer.ByteBuf;

import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;

/**
 * Finds the records in one direction of a connection's bytes, however these are cut into
 * buffers. Looks at headers only (RFC 8446 section 5.1). Used on the event loop.
 */
final class RecordScanner {

	private static final int VERSION_MAJOR = 3;

	private static final int MAX_LENGTH = RecordHeader.maxLength(ProtocolVersion.TLS_1_2);

	/** Bytes of the header that were seen, up to {@link RecordHeader#LENGTH}. */
	private int headerBytes;

	private int contentType;

	private int length;

	private int bodyBytesLeft;

	private boolean malformed;

	/**
	 * Scan to the end of the current record, or of the bytes.
	 * @param bytes the bytes, whose indexes are not changed
	 * @param index where to begin
	 * @param end where the bytes end
	 * @return the index after the last byte scanned
	 */
	int scan(ByteBuf bytes, int index, int end) {
		int position = index;
		if (isAtBoundary()) {
			this.headerBytes = 0;
		}
		while (position < end && this.headerBytes < RecordHeader.LENGTH && !this.malformed) {
			header(bytes.getUnsignedByte(position++));
		}
		if (this.malformed) {
			return end;
		}
		if (this.headerBytes == RecordHeader.LENGTH) {
			int taken = Math.min(this.bodyBytesLeft, end - position);
			this.bodyBytesLeft -= taken;
			position += taken;
		}
		return position;
	}

	private void header(int value) {
		switch (this.headerBytes++) {
			case 0 -> {
				this.contentType = value;
				this.malformed = value < ContentType.CHANGE_CIPHER_SPEC.value()
						|| value > ContentType.APPLICATION_DATA.value();
			}
			case 1 -> {
				this.malformed = value != VERSION_MAJOR;
			}
			case 3 -> {
				this.length = value << 8;
			}
			case 4 -> {
				this.length |= value;
				this.bodyBytesLeft = this.length;
				this.malformed = this.length > MAX_LENGTH;
			}
			default -> {
				// The minor version differs between a first ClientHello and the rest.
			}
		}
	}

	/**
	 * Return whether the last byte scanned was the last one of a record.
	 * @return whether a record has just ended; {@code false} before the first one
	 */
	boolean isAtBoundary() {
		return !this.malformed && this.headerBytes == RecordHeader.LENGTH && this.bodyBytesLeft == 0;
	}

	/**
	 * Return whether something that is no record was seen. It stays so.
	 * @return whether the bytes are not TLS records
	 */
	boolean isMalformed() {
		return this.malformed;
	}

	/**
	 * Return how many of the bytes to come are certain to belong to one record.
	 * @return what is left of the current record, or of its header while its length is
	 * not known; at least 1
	 */
	int bytesWithinRecord() {
		if (isAtBoundary()) {
			return RecordHeader.LENGTH;
		}
		return (this.headerBytes < RecordHeader.LENGTH) ? RecordHeader.LENGTH - this.headerBytes
				: Math.max(this.bodyBytesLeft, 1);
	}

	/**
	 * Return the content type of the current record, as its header says.
	 * @return the number of the type
	 */
	int contentType() {
		return this.contentType;
	}

	/**
	 * Return the length of the current record without its header.
	 * @return the length in bytes
	 */
	int length() {
		return this.length;
	}

}
