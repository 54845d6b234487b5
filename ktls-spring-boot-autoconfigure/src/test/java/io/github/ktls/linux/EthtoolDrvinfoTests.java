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
 * Tests for {@link EthtoolDrvinfo}.
 */
class EthtoolDrvinfoTests {

	@Test
	void requestIsWrittenByteForByte() {
		ByteBuffer target = zeros(EthtoolDrvinfo.SIZE);
		EthtoolDrvinfo.write(target);
		assertThat(hex(target)).isEqualTo("03000000" + "00".repeat(192));
	}

	@Test
	void driverEndsWithAZeroOrItsRoom() {
		assertThat(EthtoolDrvinfo.driver(bytes("03000000" + "00".repeat(192)))).isEmpty();
		assertThat(EthtoolDrvinfo.driver(bytes("03000000" + "6d6c7835" + "00" + "61".repeat(187)))).isEqualTo("mlx5");
		assertThat(EthtoolDrvinfo.driver(bytes("03000000" + "61".repeat(192)))).isEqualTo("a".repeat(32));
	}

	@Test
	void whenAnswerIsCutOffDriverIsWhatIsThere() {
		assertThat(EthtoolDrvinfo.driver(bytes("0300"))).isEmpty();
		assertThat(EthtoolDrvinfo.driver(bytes("03000000" + "6d6c"))).isEqualTo("ml");
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
