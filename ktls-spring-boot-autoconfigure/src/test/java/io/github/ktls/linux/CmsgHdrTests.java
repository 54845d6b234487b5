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
 * Tests for {@link CmsgHdr}.
 */
class CmsgHdrTests {

	@Test
	void alertIsWrittenByteForByte() {
		ByteBuffer target = ByteBuffer.allocate(CmsgHdr.SPACE).order(ByteOrder.LITTLE_ENDIAN);
		CmsgHdr.write(target, 0,
				new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_SET_RECORD_TYPE, (byte) 21));
		assertThat(hex(target.array()))
			.isEqualTo("1100000000000000" + "1a010000" + "01000000" + "15" + "00000000000000");
	}

	@Test
	void nothingIsWrittenInFrontOfThePosition() {
		ByteBuffer target = ByteBuffer.allocate(2 + CmsgHdr.SPACE).order(ByteOrder.LITTLE_ENDIAN);
		CmsgHdr.write(target, 2, new ControlMessage(-1, -2, (byte) -3));
		assertThat(hex(target.array()))
			.isEqualTo("0000" + "1100000000000000" + "ffffffff" + "feffffff" + "fd" + "00000000000000");
		assertThat(target.position()).isZero();
	}

	@Test
	void contentTypeIsReadFromWhereTheKernelWritesIt() {
		byte[] bytes = HexFormat.of()
			.parseHex("ff" + "1100000000000000" + "1a010000" + "02000000" + "16" + "ffffffffffffff");
		ByteBuffer source = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
		assertThat(CmsgHdr.level(source, 1)).isEqualTo(SocketConstants.SOL_TLS);
		assertThat(CmsgHdr.type(source, 1)).isEqualTo(SocketConstants.TLS_GET_RECORD_TYPE);
		assertThat(CmsgHdr.value(source, 1)).isEqualTo((byte) 22);
	}

	@Test
	void lengthLeavesOutThePadding() {
		assertThat(CmsgHdr.LENGTH).isEqualTo(17);
		assertThat(CmsgHdr.SPACE).isEqualTo(24);
	}

	private static String hex(byte[] bytes) {
		return HexFormat.of().formatHex(bytes);
	}

}
