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
 * Tests for {@link SockAddrIn}.
 */
class SockAddrInTests {

	@Test
	void addressOfAnotherFamilyIsNone() {
		assertThat(SockAddrIn.read(bytes("0100" + "2f".repeat(26)))).isNull();
		assertThat(SockAddrIn.read(zeros(SockAddrIn.SIZE))).isNull();
	}

	@Test
	void ipv4AddressIsReadFromWhereTheKernelWritesIt() {
		assertAddress("0200" + "01bb" + "0a090001" + "ff".repeat(20), SocketConstants.AF_INET, "0a090001", 443);
	}

	@Test
	void ipv6AddressIsReadFromWhereTheKernelWritesIt() {
		String address = "fd090000000000000000000000000001";
		assertAddress("0a00" + "fedc" + "ffffffff" + address + "02000000", SocketConstants.AF_INET6, address, 0xfedc);
	}

	@Test
	void ipv4AddressWithinIpv6IsToldAsIpv4() {
		assertAddress("0a00" + "01bb" + "00000000" + "00000000000000000000ffff0a090001" + "00000000",
				SocketConstants.AF_INET, "0a090001", 443);
	}

	@Test
	void whatOnlyLooksLikeIpv4WithinIpv6IsIpv6() {
		for (String address : new String[] { "00000000000000000000fffe0a090001", "00000000000000010000ffff0a090001",
				"000000000000000000000000000000001", "00000000000000000001ffff0a090001" }) {
			String sixteen = address.substring(0, 32);
			assertAddress("0a00" + "01bb" + "00000000" + sixteen + "00000000", SocketConstants.AF_INET6, sixteen, 443);
		}
	}

	private static void assertAddress(String hex, int family, String address, int port) {
		assertThat(SockAddrIn.read(bytes(hex))).satisfies((read) -> {
			assertThat(read.family()).isEqualTo(family);
			assertThat(HexFormat.of().formatHex(read.address())).isEqualTo(address);
			assertThat(read.port()).isEqualTo(port);
		});
	}

	private static ByteBuffer zeros(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
	}

	private static ByteBuffer bytes(String hex) {
		return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
	}

}
