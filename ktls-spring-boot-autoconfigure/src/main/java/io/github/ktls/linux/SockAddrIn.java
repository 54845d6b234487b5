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

import org.jspecify.annotations.Nullable;

/**
 * An address of a socket, as the kernel writes it: <pre>
 * struct sockaddr_in {
 *     sa_family_t    sin_family;    // AF_INET
 *     __be16         sin_port;
 *     struct in_addr sin_addr;      // 4 bytes
 *     // 8 bytes of padding
 * };
 *
 * struct sockaddr_in6 {
 *     sa_family_t     sin6_family;    // AF_INET6
 *     __be16          sin6_port;
 *     __be32          sin6_flowinfo;
 *     struct in6_addr sin6_addr;      // 16 bytes
 *     __u32           sin6_scope_id;
 * };
 * </pre> See {@code include/uapi/linux/in.h} and {@code in6.h}. An IPv4 address within
 * IPv6 is told as IPv4, as the kernel finds sockets by it.
 *
 * @param family {@code AF_INET} or {@code AF_INET6}
 * @param address the address, in network order; not to be changed
 * @param port the port
 */
@SuppressWarnings("ArrayRecordComponent")
public record SockAddrIn(int family, byte[] address, int port) {

	private static final int OFFSETOF_PORT = 2;

	private static final int OFFSETOF_SIN_ADDR = 4;

	private static final int OFFSETOF_SIN6_ADDR = 8;

	private static final int IPV4_LENGTH = 4;

	private static final int IPV6_LENGTH = 16;

	/** {@code sizeof(struct sockaddr_in6)}, in bytes. */
	public static final int SIZE = 28;

	/**
	 * Read an address.
	 * @param source what the kernel wrote, in native order
	 * @return the address, or {@code null} if it is one of another family
	 */
	public static @Nullable SockAddrIn read(ByteBuffer source) {
		int port = Short.toUnsignedInt(source.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(OFFSETOF_PORT));
		return switch (source.getShort(0)) {
			case SocketConstants.AF_INET ->
				new SockAddrIn(SocketConstants.AF_INET, bytes(source, OFFSETOF_SIN_ADDR, IPV4_LENGTH), port);
			case SocketConstants.AF_INET6 -> isMapped(source)
					? new SockAddrIn(SocketConstants.AF_INET,
							bytes(source, OFFSETOF_SIN6_ADDR + IPV6_LENGTH - IPV4_LENGTH, IPV4_LENGTH), port)
					: new SockAddrIn(SocketConstants.AF_INET6, bytes(source, OFFSETOF_SIN6_ADDR, IPV6_LENGTH), port);
			default -> null;
		};
	}

	// ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2)
	private static boolean isMapped(ByteBuffer source) {
		return source.getLong(OFFSETOF_SIN6_ADDR) == 0
				&& source.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(OFFSETOF_SIN6_ADDR + Long.BYTES) == 0xffff;
	}

	private static byte[] bytes(ByteBuffer source, int position, int length) {
		byte[] bytes = new byte[length];
		source.get(position, bytes);
		return bytes;
	}

}
