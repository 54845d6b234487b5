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
 * Tests for {@link InetDiagMsg}.
 */
class InetDiagMsgTests {

	@Test
	void cookieIsReadFromWhereTheKernelWritesIt() {
		ByteBuffer source = bytes("ff" + "0a010000" + "00".repeat(40) + "ffffffff" + "04030201" + "00".repeat(20));
		assertThat(source.limit()).isEqualTo(1 + InetDiagMsg.SIZE);
		assertThat(InetDiagMsg.cookie(source, 1)).isEqualTo(0x01020304_ffffffffL);
	}

	private static ByteBuffer bytes(String hex) {
		return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
	}

}
