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

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.tls.ContentType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordScanner}.
 */
class RecordScannerTests {

	private final RecordScanner scanner = new RecordScanner();

	@Test
	void howeverBytesAreCutTheSameRecordsAreFound() {
		RecordStream.check((random) -> {
			RecordStream stream = new RecordStream(random);
			List<String> expected = new ArrayList<>();
			int records = random.nextInt(30);
			for (int i = 0; i < records; i++) {
				ContentType type = anyType(random);
				int length = RecordStream.length(random);
				stream.record(type, length);
				expected.add("%d:%d until %d".formatted(type.value(), length, stream.ends().get(i)));
			}
			assertThat(scan(stream.pieces())).isEqualTo(expected);
		});
	}

	@Test
	void betweenRecordsOnlyIsABoundary() {
		RecordStream.check((random) -> {
			RecordStream stream = new RecordStream(random).record(anyType(random), random.nextInt(40))
				.record(anyType(random), random.nextInt(40));
			ByteBuf bytes = stream.whole();
			RecordScanner fresh = new RecordScanner();
			assertThat(fresh.isAtBoundary()).isFalse();
			for (int index = 0; index < bytes.writerIndex(); index++) {
				assertThat(fresh.scan(bytes, index, index + 1)).isEqualTo(index + 1);
				assertThat(fresh.isAtBoundary()).as("after %d", index).isEqualTo(stream.ends().contains(index + 1));
			}
			assertThat(fresh.isMalformed()).isFalse();
		});
	}

	@Test
	void readingNoFurtherThanIsCertainStopsAtEveryBoundary() {
		RecordStream.check((random) -> {
			RecordStream stream = new RecordStream(random);
			for (int records = random.nextInt(20); records > 0; records--) {
				stream.record(anyType(random));
			}
			ByteBuf bytes = stream.whole();
			RecordScanner fresh = new RecordScanner();
			List<Integer> boundaries = new ArrayList<>();
			for (int index = 0; index < bytes.writerIndex();) {
				assertThat(fresh.bytesWithinRecord()).isPositive();
				int limit = Math.min(fresh.bytesWithinRecord(), bytes.writerIndex() - index);
				int end = index + (random.nextBoolean() ? limit : 1 + random.nextInt(limit));
				assertThat(fresh.scan(bytes, index, end)).isEqualTo(end);
				index = end;
				if (fresh.isAtBoundary()) {
					boundaries.add(end);
				}
			}
			assertThat(boundaries).isEqualTo(stream.ends());
		});
	}

	@Test
	void whateverBytesAreScanningComesToTheirEnd() {
		RecordStream.check((random) -> {
			RecordScanner fresh = new RecordScanner();
			byte[] noise = new byte[random.nextInt(200)];
			random.nextBytes(noise);
			if (noise.length > 1 && random.nextBoolean()) {
				noise[0] = 23;
				noise[1] = 3;
			}
			ByteBuf bytes = Unpooled.wrappedBuffer(noise);
			for (int index = 0; index < noise.length;) {
				int next = fresh.scan(bytes, index, noise.length);
				assertThat(next).isGreaterThan(index).isLessThanOrEqualTo(noise.length);
				index = next;
			}
			assertThat(bytes.readerIndex()).isZero();
			assertThat(bytes.writerIndex()).isEqualTo(noise.length);
		});
	}

	@Test
	void whenThereIsNothingToScanStateStays() {
		RecordStream stream = new RecordStream(new Random(1)).record(ContentType.ALERT, 2);
		ByteBuf bytes = stream.whole();
		assertThat(this.scanner.scan(bytes, 0, 0)).isZero();
		assertThat(this.scanner.isAtBoundary()).isFalse();
		this.scanner.scan(bytes, 0, 6);
		this.scanner.scan(bytes, 6, 6);
		assertThat(this.scanner.isAtBoundary()).isFalse();
		this.scanner.scan(bytes, 6, 7);
		assertThat(this.scanner.isAtBoundary()).isTrue();
		assertThat(this.scanner.contentType()).isEqualTo(ContentType.ALERT.value());
		assertThat(this.scanner.length()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "00 03 03 00 01", "13 03 03 00 01", "18 03 03 00 01", "ff 03 03 00 01", "16 02 03 00 01",
			"16 04 03 00 01", "17 03 03 48 01", "17 03 03 ff ff" })
	void whenHeaderIsNoneOfTlsItIsMalformedForGood(String header) {
		assertMalformed(this.scanner, bytes(header));
		assertMalformed(this.scanner, bytes("17 03 03 00 00"));
		RecordScanner later = new RecordScanner();
		ByteBuf good = bytes("17 03 03 00 00");
		later.scan(good, 0, 5);
		assertThat(later.isAtBoundary()).isTrue();
		assertMalformed(later, bytes(header));
	}

	@ParameterizedTest
	@ValueSource(strings = { "14 03 03 00 01", "17 03 03 00 01", "16 03 01 00 01", "17 03 03 48 00" })
	void whenHeaderIsAtItsLimitsItIsWellFormed(String header) {
		this.scanner.scan(bytes(header), 0, 5);
		assertThat(this.scanner.isMalformed()).isFalse();
		assertThat(this.scanner.isAtBoundary()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET / HTTP/1.1\r\n", "HTTP/1.1 200 OK\r\n", "PRI * HTTP/2.0" })
	void whenBytesArePlaintextTheyAreMalformed(String text) {
		assertMalformed(this.scanner, Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
	}

	private static void assertMalformed(RecordScanner scanner, ByteBuf bytes) {
		assertThat(scanner.scan(bytes, 0, bytes.writerIndex())).isEqualTo(bytes.writerIndex());
		assertThat(scanner.isMalformed()).isTrue();
		assertThat(scanner.isAtBoundary()).isFalse();
	}

	private static List<String> scan(List<ByteBuf> pieces) {
		RecordScanner scanner = new RecordScanner();
		List<String> found = new ArrayList<>();
		int scanned = 0;
		for (ByteBuf piece : pieces) {
			int start = piece.readerIndex();
			int end = piece.writerIndex();
			for (int index = start; index < end;) {
				int next = scanner.scan(piece, index, end);
				assertThat(next).isGreaterThan(index);
				scanned += next - index;
				index = next;
				if (scanner.isAtBoundary()) {
					found.add("%d:%d until %d".formatted(scanner.contentType(), scanner.length(), scanned));
				}
			}
			assertThat(piece.readerIndex()).isEqualTo(start);
			assertThat(piece.writerIndex()).isEqualTo(end);
		}
		assertThat(scanner.isMalformed()).isFalse();
		return found;
	}

	private static ContentType anyType(Random random) {
		return List.of(ContentType.values()).get(random.nextInt(ContentType.values().length));
	}

	private static ByteBuf bytes(String hex) {
		return Unpooled.wrappedBuffer(HexFormat.ofDelimiter(" ").parseHex(hex));
	}

}
