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

package io.github.ktls.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EthtoolGstrings}.
 */
class EthtoolGstringsTests {

	@Test
	void requestIsWrittenByteForByte() {
		ByteBuffer target = zeros(EthtoolGstrings.size(1));
		EthtoolGstrings.write(target, EthtoolConstants.ETH_SS_STATS, 0x1234);
		assertThat(hex(target)).isEqualTo("1b000000" + "01000000" + "34120000" + "00".repeat(32));
	}

	@Test
	void whenMoreIsToldThanThereIsRoomForTheRestIsLeftOut() {
		assertThat(EthtoolGstrings.count(bytes("1b000000" + "01000000" + "03000000" + "61".repeat(64)))).isEqualTo(2);
		assertThat(EthtoolGstrings.count(bytes("1b000000" + "01000000" + "ffffffff" + "61".repeat(64)))).isZero();
		assertThat(EthtoolGstrings.count(bytes("1b000000" + "01000000" + "01000000" + "61".repeat(31)))).isZero();
	}

	@Test
	void stringsAreReadFromWhereTheKernelWritesThem() {
		ByteBuffer source = bytes("1b000000" + "01000000" + "02000000" + "61".repeat(32) + "747800" + "61".repeat(29));
		assertThat(EthtoolGstrings.string(source, 0)).isEqualTo("a".repeat(32));
		assertThat(EthtoolGstrings.string(source, 1)).isEqualTo("tx");
	}

	private static ByteBuffer zeros(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
	}

	private static ByteBuffer bytes(String hex) {
		return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
	}

	private static String hex(ByteBuffer buffer) {
		byte[] bytes = new byte[buffer.capacity()];
		buffer.get(0, bytes);
		return HexFormat.of().formatHex(bytes);
	}

}
