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
 * Tests for {@link NlMsgHdr}.
 */
class NlMsgHdrTests {

	@Test
	void headIsWrittenByteForByte() {
		ByteBuffer target = bytes("ff".repeat(17));
		NlMsgHdr.write(target, 1, 0x48, 20, 0x301, 7);
		assertThat(hex(target)).isEqualTo("ff" + "48000000" + "1400" + "0103" + "07000000" + "00000000");
	}

	@Test
	void whenMessageIsCutOffItIsNotWhole() {
		String head = "14000000" + "0200" + "0000" + "07000000" + "00000000";
		assertThat(NlMsgHdr.isWhole(bytes(head), 0)).isFalse();
		assertThat(NlMsgHdr.isWhole(bytes(head + "000000"), 0)).isFalse();
		assertThat(NlMsgHdr.isWhole(bytes(head + "00000000"), 0)).isTrue();
		assertThat(NlMsgHdr.isWhole(bytes(head.substring(0, 30)), 0)).isFalse();
	}

	@Test
	void whenLengthIsLessThanItsHeadMessageIsNotWhole() {
		assertThat(NlMsgHdr.isWhole(bytes("0f000000" + "00".repeat(12)), 0)).isFalse();
		assertThat(NlMsgHdr.isWhole(bytes("00000000" + "00".repeat(12)), 0)).isFalse();
		assertThat(NlMsgHdr.isWhole(bytes("f0ffffff" + "00".repeat(12)), 0)).isFalse();
	}

	@Test
	void errorIsToldWithoutItsSign() {
		String head = "14000000" + "0200" + "0000" + "07000000" + "00000000";
		assertThat(NlMsgHdr.error(bytes(head + "feffffff"), 0)).isEqualTo(Errno.ENOENT);
		assertThat(NlMsgHdr.error(bytes(head + "00000000"), 0)).isZero();
	}

	@Test
	void whenErrorHasNoNumberItIsOneNevertheless() {
		assertThat(NlMsgHdr.error(bytes("10000000" + "0200" + "0000" + "07000000" + "00000000"), 0))
			.isEqualTo(Errno.EIO);
	}

	@Test
	void nextMessageBeginsAligned() {
		ByteBuffer source = bytes("11000000" + "1000" + "0000" + "07000000" + "00000000" + "00".repeat(20));
		assertThat(NlMsgHdr.next(source, 0)).isEqualTo(20);
		assertThat(NlMsgHdr.next(source.limit(17), 0)).isEqualTo(17);
		assertThat(NlMsgHdr.type(source, 0)).isEqualTo(16);
		assertThat(NlMsgHdr.sequence(source, 0)).isEqualTo(7);
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
