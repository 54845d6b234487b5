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
 * Tests for {@link EthtoolSsetInfo}.
 */
class EthtoolSsetInfoTests {

	@Test
	void requestIsWrittenByteForByte() {
		ByteBuffer target = zeros(EthtoolSsetInfo.SIZE);
		EthtoolSsetInfo.write(target, EthtoolConstants.ETH_SS_FEATURES);
		assertThat(hex(target)).isEqualTo("37000000" + "00000000" + "1000000000000000" + "00".repeat(8));
	}

	@Test
	void whenThereIsNoSuchSetItIsEmpty() {
		ByteBuffer source = bytes("37000000" + "00000000" + "0000000000000000" + "4000000000000000");
		assertThat(EthtoolSsetInfo.count(source, EthtoolConstants.ETH_SS_FEATURES)).isZero();
	}

	@Test
	void whenNumberIsNegativeSetIsEmpty() {
		ByteBuffer source = bytes("37000000" + "00000000" + "1000000000000000" + "ffffffff00000000");
		assertThat(EthtoolSsetInfo.count(source, EthtoolConstants.ETH_SS_FEATURES)).isZero();
	}

	@Test
	void numberIsReadFromWhereTheKernelWritesIt() {
		ByteBuffer source = bytes("37000000" + "00000000" + "1000000000000000" + "40000000ffffffff");
		assertThat(EthtoolSsetInfo.count(source, EthtoolConstants.ETH_SS_FEATURES)).isEqualTo(64);
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
