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

/**
 * Constants of the socket interface under their kernel names, for x86-64 and aarch64.
 */
public final class SocketConstants {

	/** {@code include/linux/socket.h}. */
	public static final int AF_INET = 2;

	/** {@code include/linux/socket.h}. */
	public static final int AF_INET6 = 10;

	/** {@code include/linux/net.h}. */
	public static final int SOCK_DGRAM = 2;

	/** {@code include/linux/net.h}. */
	public static final int SOCK_STREAM = 1;

	/** {@code include/linux/net.h}. */
	public static final int SOCK_CLOEXEC = 0x80000;

	/** Level of socket options: {@code include/uapi/asm-generic/socket.h}. */
	public static final int SOL_SOCKET = 1;

	/**
	 * The socket's pending error, which is cleared by being read:
	 * {@code include/uapi/asm-generic/socket.h}.
	 */
	public static final int SO_ERROR = 4;

	/**
	 * Time limit of a blocking receive, a {@code struct timeval}:
	 * {@code include/uapi/asm-generic/socket.h}.
	 */
	public static final int SO_RCVTIMEO = 20;

	/**
	 * A number that no other socket has or had since the machine started:
	 * {@code include/uapi/asm-generic/socket.h}.
	 */
	public static final int SO_COOKIE = 57;

	/**
	 * The interface that the socket is bound to, since Linux 5.1:
	 * {@code include/uapi/asm-generic/socket.h}.
	 */
	public static final int SO_BINDTOIFINDEX = 62;

	/** Level of TCP options: {@code include/linux/socket.h}. */
	public static final int SOL_TCP = 6;

	/** Holds back what does not fill a segment: {@code include/uapi/linux/tcp.h}. */
	public static final int TCP_CORK = 3;

	/**
	 * Tells the state first: {@code struct tcp_info}, {@code include/uapi/linux/tcp.h}.
	 */
	public static final int TCP_INFO = 11;

	/** A state, that of no connection: {@code include/net/tcp_states.h}. */
	public static final byte TCP_CLOSE = 7;

	/** Attaches an upper layer protocol: {@code include/uapi/linux/tcp.h}. */
	public static final int TCP_ULP = 31;

	/** Level of TLS options: {@code include/linux/socket.h}. */
	public static final int SOL_TLS = 282;

	/** Installs the sending key: {@code include/uapi/linux/tls.h}. */
	public static final int TLS_TX = 1;

	/** Installs the receiving key: {@code include/uapi/linux/tls.h}. */
	public static final int TLS_RX = 2;

	/**
	 * Has a network card read files where they are: {@code include/uapi/linux/tls.h}.
	 */
	public static final int TLS_TX_ZEROCOPY_RO = 3;

	/**
	 * Control message that sets a record's content type:
	 * {@code include/uapi/linux/tls.h}.
	 */
	public static final int TLS_SET_RECORD_TYPE = 1;

	/**
	 * Control message that tells a record's content type:
	 * {@code include/uapi/linux/tls.h}.
	 */
	public static final int TLS_GET_RECORD_TYPE = 2;

	/** Leave what is received where it is: {@code include/linux/socket.h}. */
	public static final int MSG_PEEK = 0x2;

	/** A control message did not fit: {@code include/linux/socket.h}. */
	public static final int MSG_CTRUNC = 0x8;

	/** Do not block: {@code include/linux/socket.h}. */
	public static final int MSG_DONTWAIT = 0x40;

	/** Do not raise SIGPIPE: {@code include/linux/socket.h}. */
	public static final int MSG_NOSIGNAL = 0x4000;

	/** More will be sent right behind it: {@code include/linux/socket.h}. */
	public static final int MSG_MORE = 0x8000;

	private SocketConstants() {
	}

}
