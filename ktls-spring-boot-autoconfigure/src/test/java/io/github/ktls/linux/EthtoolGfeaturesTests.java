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
 * Tests for {@link EthtoolGfeatures}.
 */
class EthtoolGfeaturesTests {

	private static final String BLOCK = "01000080" + "00000000" + "02000080" + "00000080";

	@Test
	void requestIsWrittenByteForByte() {
		ByteBuffer target = zeros(EthtoolGfeatures.size(1));
		EthtoolGfeatures.write(target, 2);
		assertThat(hex(target)).isEqualTo("3a000000" + "02000000" + "00".repeat(16));
	}

	@Test
	void whenFewerBlocksAreToldTheRestIsNot() {
		ByteBuffer source = bytes("3a000000" + "01000000" + BLOCK + BLOCK);
		assertThat(EthtoolGfeatures.isTold(source, 31)).isTrue();
		assertThat(EthtoolGfeatures.isTold(source, 32)).isFalse();
	}

	@Test
	void whenAnswerIsCutOffTheRestIsNotTold() {
		ByteBuffer source = bytes("3a000000" + "02000000" + BLOCK + BLOCK.substring(2));
		assertThat(EthtoolGfeatures.isTold(source, 31)).isTrue();
		assertThat(EthtoolGfeatures.isTold(source, 32)).isFalse();
		assertThat(EthtoolGfeatures.isTold(bytes("3a000000" + "00000000"), 0)).isFalse();
	}

	@Test
	void bitsAreReadFromWhereTheKernelWritesThem() {
		ByteBuffer source = bytes("3a000000" + "02000000" + "00".repeat(16) + BLOCK);
		assertThat(EthtoolGfeatures.isChangeable(source, 0)).isFalse();
		assertThat(EthtoolGfeatures.isChangeable(source, 32)).isTrue();
		assertThat(EthtoolGfeatures.isActive(source, 32)).isFalse();
		assertThat(EthtoolGfeatures.isChangeable(source, 33)).isFalse();
		assertThat(EthtoolGfeatures.isActive(source, 33)).isTrue();
	}

	@Test
	void whatNeverChangesCannotBeChanged() {
		ByteBuffer source = bytes("3a000000" + "01000000" + BLOCK);
		assertThat(EthtoolGfeatures.isActive(source, 31)).isTrue();
		assertThat(EthtoolGfeatures.isChangeable(source, 31)).isFalse();
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
