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

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.assertj.core.api.ThrowingConsumer;

import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.RecordHeader;

/**
 * Records with random contents, cut into buffers at random places.
 */
final class RecordStream {

	private static final int CASES = 500;

	private final ByteBuf bytes = Unpooled.buffer();

	private final List<Integer> ends = new ArrayList<>();

	private final Random random;

	RecordStream(Random random) {
		this.random = random;
	}

	/**
	 * Check a property for many seeds, and say for which one it does not hold.
	 * @param property the property
	 */
	static void check(ThrowingConsumer<Random> property) {
		Random seeds = new Random();
		for (int i = 0; i < CASES; i++) {
			long seed = seeds.nextLong();
			try {
				property.accept(new Random(seed));
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError("Does not hold for new Random(%dL)".formatted(seed), ex);
			}
		}
	}

	RecordStream record(ContentType type, int length) {
		byte[] body = new byte[length];
		this.random.nextBytes(body);
		this.bytes.writeByte(type.value()).writeShort(RecordHeader.LEGACY_VERSION).writeShort(length).writeBytes(body);
		this.ends.add(this.bytes.writerIndex());
		return this;
	}

	RecordStream record(ContentType type) {
		return record(type, length(this.random));
	}

	RecordStream records(ContentType type, int number) {
		for (int i = 0; i < number; i++) {
			record(type);
		}
		return this;
	}

	/**
	 * Return a length that is often at one of its limits.
	 * @param random decides
	 * @return the length of a record's body
	 */
	static int length(Random random) {
		return switch (random.nextInt(8)) {
			case 0 -> 0;
			case 1 -> 1;
			case 2 -> RecordHeader.MAX_CONTENT_LENGTH + 2048;
			default -> random.nextInt(300);
		};
	}

	/**
	 * Return the number of bytes up to the end of each record.
	 * @return the numbers, in ascending order
	 */
	List<Integer> ends() {
		return this.ends;
	}

	/**
	 * Return all bytes in pieces, some of which are small and some of which are empty. A
	 * piece does not begin at the index 0 of its buffer.
	 * @return the pieces
	 */
	List<ByteBuf> pieces() {
		List<ByteBuf> pieces = new ArrayList<>();
		ByteBuf rest = this.bytes.duplicate();
		while (rest.isReadable()) {
			int limit = switch (this.random.nextInt(4)) {
				case 0 -> 1;
				case 1 -> 7;
				case 2 -> 400;
				default -> rest.readableBytes() + 1;
			};
			int length = this.random.nextInt(Math.min(limit, rest.readableBytes()) + 1);
			int offset = this.random.nextInt(3);
			pieces
				.add(Unpooled.buffer(offset + length + 1).writeZero(offset).skipBytes(offset).writeBytes(rest, length));
		}
		return pieces;
	}

	/**
	 * Return all bytes in one piece.
	 * @return the bytes
	 */
	ByteBuf whole() {
		return this.bytes.duplicate();
	}

}
