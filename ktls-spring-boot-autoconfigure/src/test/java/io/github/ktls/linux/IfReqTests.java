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
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link IfReq}.
 */
class IfReqTests {

	@Test
	void whenNameDoesNotFitItIsRefused() {
		ByteBuffer target = zeros(IfReq.SIZE);
		assertThatIllegalArgumentException().isThrownBy(() -> IfReq.write(target, 0, "0123456789abcdef", 0));
		assertThatIllegalArgumentException().isThrownBy(() -> IfReq.write(target, 0, "", 0));
		assertThat(hex(target)).isEqualTo("00".repeat(40));
	}

	@Test
	void requestIsWrittenByteForByte() {
		ByteBuffer target = bytes("ff".repeat(41));
		IfReq.write(target, 1, "eth0", 0x1122334455667788L);
		assertThat(hex(target)).isEqualTo("ff" + "65746830" + "00".repeat(12) + "8877665544332211" + "00".repeat(16));
	}

	@Test
	void longestNameEndsWithAZero() {
		ByteBuffer target = zeros(IfReq.SIZE);
		IfReq.write(target, 0, "0123456789abcde", 1);
		assertThat(hex(target)).startsWith("303132333435363738396162636465" + "00" + "01");
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
