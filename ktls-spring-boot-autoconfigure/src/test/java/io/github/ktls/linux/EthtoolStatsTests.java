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
 * Tests for {@link EthtoolStats}.
 */
class EthtoolStatsTests {

	@Test
	void requestIsWrittenByteForByte() {
		ByteBuffer target = zeros(EthtoolStats.size(2));
		EthtoolStats.write(target, 2);
		assertThat(hex(target)).isEqualTo("1d000000" + "02000000" + "00".repeat(16));
	}

	@Test
	void whenMoreIsToldThanThereIsRoomForTheRestIsLeftOut() {
		assertThat(EthtoolStats.count(bytes("1d000000" + "03000000" + "00".repeat(23)))).isEqualTo(2);
		assertThat(EthtoolStats.count(bytes("1d000000" + "ffffffff" + "00".repeat(16)))).isZero();
	}

	@Test
	void valuesAreReadFromWhereTheKernelWritesThem() {
		ByteBuffer source = bytes("1d000000" + "02000000" + "0100000000000000" + "8877665544332211");
		assertThat(EthtoolStats.count(source)).isEqualTo(2);
		assertThat(EthtoolStats.value(source, 0)).isOne();
		assertThat(EthtoolStats.value(source, 1)).isEqualTo(0x1122334455667788L);
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
