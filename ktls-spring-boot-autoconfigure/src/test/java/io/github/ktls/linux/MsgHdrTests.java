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
import java.util.Arrays;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MsgHdr}.
 */
class MsgHdrTests {

	@Test
	void messageWithControlIsWrittenByteForByte() {
		ByteBuffer target = ByteBuffer.allocate(MsgHdr.SIZE).order(ByteOrder.LITTLE_ENDIAN);
		MsgHdr.write(target, 0, 0x1122334455667788L, 0x99aabbccddeeff00L, 24);
		assertThat(hex(target.array())).isEqualTo("0000000000000000" + "00000000" + "00000000" + "8877665544332211"
				+ "0100000000000000" + "00ffeeddccbbaa99" + "1800000000000000" + "00000000" + "00000000");
	}

	@Test
	void messageWithoutControlOverwritesWhatWasThere() {
		ByteBuffer target = ByteBuffer.allocate(MsgHdr.SIZE).order(ByteOrder.LITTLE_ENDIAN);
		Arrays.fill(target.array(), (byte) 0xff);
		MsgHdr.write(target, 0, 1, 0, 0);
		assertThat(hex(target.array()))
			.isEqualTo("00".repeat(16) + "0100000000000000" + "0100000000000000" + "00".repeat(24));
	}

	@Test
	void resultIsReadFromWhereTheKernelWritesIt() {
		byte[] bytes = HexFormat.of().parseHex("ff" + "ff".repeat(40) + "1800000000000000" + "0c000000" + "ffffffff");
		ByteBuffer source = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
		assertThat(MsgHdr.controlLength(source, 1)).isEqualTo(24);
		assertThat(MsgHdr.flags(source, 1)).isEqualTo(0xc);
	}

	@Test
	void resultIsWrittenAndTheRestIsLeftAlone() {
		ByteBuffer target = ByteBuffer.allocate(MsgHdr.SIZE).order(ByteOrder.LITTLE_ENDIAN);
		Arrays.fill(target.array(), (byte) 0xff);
		MsgHdr.writeResult(target, 0, 24, SocketConstants.MSG_CTRUNC);
		assertThat(hex(target.array())).isEqualTo("ff".repeat(40) + "1800000000000000" + "08000000" + "ffffffff");
	}

	@Test
	void vectorIsWrittenByteForByte() {
		ByteBuffer target = ByteBuffer.allocate(1 + MsgHdr.IOVEC_SIZE).order(ByteOrder.LITTLE_ENDIAN);
		MsgHdr.writeIovec(target, 1, 0x1122334455667788L, 0x4001);
		assertThat(hex(target.array())).isEqualTo("00" + "8877665544332211" + "0140000000000000");
		assertThat(target.position()).isZero();
	}

	private static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes);
	}

}
