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

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The five bytes in front of every record (RFC 8446 section 5.1, RFC 5246 section 6.2.1).
 *
 * @param type the content type, which TLS 1.3 hides behind
 * {@link ContentType#APPLICATION_DATA} in protected records
 * @param legacyVersion the version on the wire; {@link #LEGACY_VERSION} in every
 * protected record, something older in a first ClientHello
 * @param length the number of bytes that follow the header
 */
public record RecordHeader(ContentType type, int legacyVersion, int length) {

	/**
	 * Length of a header, in bytes.
	 */
	public static final int LENGTH = 5;

	/**
	 * The version in protected records of TLS 1.2 and, frozen, of TLS 1.3 too.
	 */
	public static final int LEGACY_VERSION = 0x0303;

	/**
	 * Most bytes of content in one record, in both versions.
	 */
	public static final int MAX_CONTENT_LENGTH = 1 << 14;

	private static final int OLDEST_LEGACY_VERSION = 0x0301;

	/**
	 * Return how long a protected record may be (RFC 8446 section 5.2, RFC 5246 section
	 * 6.2.3).
	 * @param version the protocol version
	 * @return the largest valid {@link #length()}
	 */
	public static int maxLength(ProtocolVersion version) {
		return MAX_CONTENT_LENGTH + ((version == ProtocolVersion.TLS_1_3) ? 256 : 2048);
	}

	/**
	 * Parse a header.
	 * @param version the protocol version, or {@link ProtocolVersion#TLS_1_2} with its
	 * wider limits while it is not negotiated
	 * @param bytes the bytes that hold the header
	 * @param offset where it starts
	 * @return the header, or empty if there are not enough bytes or they cannot be the
	 * start of a record
	 */
	public static Optional<RecordHeader> parse(ProtocolVersion version, byte[] bytes, int offset) {
		if (bytes.length - offset < LENGTH) {
			return Optional.empty();
		}
		ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, LENGTH);
		Optional<ContentType> type = ContentType.of(buffer.get());
		int legacyVersion = Short.toUnsignedInt(buffer.getShort());
		int length = Short.toUnsignedInt(buffer.getShort());
		if (legacyVersion < OLDEST_LEGACY_VERSION || legacyVersion > LEGACY_VERSION || length > maxLength(version)) {
			return Optional.empty();
		}
		return type.map((knownType) -> new RecordHeader(knownType, legacyVersion, length));
	}

	/**
	 * Return the length of the whole record.
	 * @return the length in bytes, with the header
	 */
	public int recordLength() {
		return LENGTH + this.length;
	}

	/**
	 * Return this header as it goes over the wire.
	 * @return a new array of {@link #LENGTH} bytes
	 */
	public byte[] encode() {
		return ByteBuffer.allocate(LENGTH)
			.put((byte) this.type.value())
			.putShort((short) this.legacyVersion)
			.putShort((short) this.length)
			.array();
	}

}
