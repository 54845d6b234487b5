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

package io.github.ktls.test;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;

/**
 * What one direction of a connection had on the wire.
 */
public final class Wire {

	private final byte[] bytes;

	/**
	 * Create the recording.
	 * @param bytes the bytes, which are not copied
	 */
	public Wire(byte[] bytes) {
		this.bytes = bytes;
	}

	/**
	 * Return everything.
	 * @return the bytes, not a copy
	 */
	public byte[] bytes() {
		return this.bytes;
	}

	/**
	 * Split the bytes into TLS records, all of them.
	 * @return the whole records, with their headers
	 * @throws AssertionError if a byte belongs to no record
	 */
	public List<byte[]> records() {
		List<byte[]> records = new ArrayList<>();
		for (int offset = 0; offset < this.bytes.length;) {
			int start = offset;
			int length = RecordHeader.parse(ProtocolVersion.TLS_1_2, this.bytes, offset)
				.map(RecordHeader::recordLength)
				.orElseThrow(() -> new AssertionError(
						"No record at %d of %d: %s".formatted(start, this.bytes.length, Arrays.toString(
								Arrays.copyOfRange(this.bytes, start, Math.min(start + 16, this.bytes.length))))));
			if (length > this.bytes.length - offset) {
				throw new AssertionError(
						"Only %d of a record's %d bytes at %d".formatted(this.bytes.length - offset, length, offset));
			}
			records.add(Arrays.copyOfRange(this.bytes, offset, offset + length));
			offset += length;
		}
		return records;
	}

	/**
	 * Count the records of a type, as their headers say.
	 * @param type the type
	 * @return the number of records
	 */
	public long count(ContentType type) {
		return records().stream().filter((bytes) -> bytes[0] == type.value()).count();
	}

	/**
	 * Return the handshake messages that are not encrypted.
	 * @param version the protocol version
	 * @return the whole messages, with their headers
	 */
	public List<byte[]> plainHandshakeMessages(ProtocolVersion version) {
		ByteArrayOutputStream stream = new ByteArrayOutputStream();
		for (byte[] bytes : records()) {
			if (version == ProtocolVersion.TLS_1_2 && bytes[0] == ContentType.CHANGE_CIPHER_SPEC.value()) {
				break;
			}
			if (bytes[0] == ContentType.HANDSHAKE.value()) {
				stream.write(bytes, RecordHeader.LENGTH, bytes.length - RecordHeader.LENGTH);
			}
		}
		List<byte[]> messages = new ArrayList<>();
		ByteBuffer left = ByteBuffer.wrap(stream.toByteArray());
		while (left.hasRemaining()) {
			// RFC 8446 section 4: one byte of type, three of length.
			byte[] message = new byte[Integer.BYTES + (left.getInt(left.position()) & 0xffffff)];
			left.get(message);
			messages.add(message);
		}
		return messages;
	}

	/**
	 * Return where other bytes are first found in these, at any alignment.
	 * @param searched the bytes to look for
	 * @return the offset, or -1 if they are nowhere
	 */
	public int indexOf(byte[] searched) {
		for (int start = 0; start <= this.bytes.length - searched.length; start++) {
			int matching = 0;
			while (matching < searched.length && this.bytes[start + matching] == searched[matching]) {
				matching++;
			}
			if (matching == searched.length) {
				return start;
			}
		}
		return -1;
	}

	@Override
	public String toString() {
		return "Wire[" + this.bytes.length + " bytes]";
	}

}
