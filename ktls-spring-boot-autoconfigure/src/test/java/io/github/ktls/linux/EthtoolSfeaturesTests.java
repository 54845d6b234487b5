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
 * Tests for {@link EthtoolSfeatures}.
 */
class EthtoolSfeaturesTests {

	@Test
	void requestIsWrittenByteForByte() {
		ByteBuffer target = zeros(EthtoolSfeatures.size(2));
		EthtoolSfeatures.write(target, 2, 33, true);
		assertThat(hex(target)).isEqualTo("3b000000" + "02000000" + "00".repeat(8) + "02000000" + "02000000");
	}

	@Test
	void whatIsToBeOffIsValidAndNotRequested() {
		ByteBuffer target = zeros(EthtoolSfeatures.size(1));
		EthtoolSfeatures.write(target, 1, 31, false);
		assertThat(hex(target)).isEqualTo("3b000000" + "01000000" + "00000080" + "00000000");
	}

	private static ByteBuffer zeros(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
	}

	private static String hex(ByteBuffer buffer) {
		byte[] bytes = new byte[buffer.capacity()];
		buffer.get(0, bytes);
		return HexFormat.of().formatHex(bytes);
	}

}
