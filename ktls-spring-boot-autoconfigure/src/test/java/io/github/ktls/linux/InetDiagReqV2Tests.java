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
 * Tests for {@link InetDiagReqV2}.
 */
class InetDiagReqV2Tests {

	@Test
	void requestForIpv4IsWrittenByteForByte() {
		ByteBuffer target = zeros(1 + InetDiagReqV2.SIZE);
		SockAddrIn local = new SockAddrIn(SocketConstants.AF_INET, new byte[] { 10, 9, 0, 1 }, 443);
		SockAddrIn peer = new SockAddrIn(SocketConstants.AF_INET, new byte[] { 10, 9, 0, 2 }, 0xfedc);
		InetDiagReqV2.write(target, 1, NetlinkConstants.INET_DIAG_INFO, local, peer, 7, 0x1122334455667788L);
		assertThat(hex(target)).isEqualTo("00" + "02060200" + "ffffffff" + "01bb" + "fedc" + "0a090001"
				+ "00".repeat(12) + "0a090002" + "00".repeat(12) + "07000000" + "88776655" + "44332211");
	}

	@Test
	void requestForIpv6IsWrittenByteForByte() {
		ByteBuffer target = zeros(InetDiagReqV2.SIZE);
		byte[] address = HexFormat.of().parseHex("fd090000000000000000000000000001");
		SockAddrIn local = new SockAddrIn(SocketConstants.AF_INET6, address, 1);
		SockAddrIn peer = new SockAddrIn(SocketConstants.AF_INET6, address, 2);
		InetDiagReqV2.write(target, 0, NetlinkConstants.INET_DIAG_INFO, local, peer, 0, -1);
		assertThat(hex(target)).isEqualTo("0a060200" + "ffffffff" + "0001" + "0002" + "fd090000000000000000000000000001"
				+ "fd090000000000000000000000000001" + "00000000" + "ffffffffffffffff");
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
