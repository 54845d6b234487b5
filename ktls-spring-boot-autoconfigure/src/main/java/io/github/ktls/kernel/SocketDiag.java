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

package io.github.ktls.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.InetDiagMsg;
import io.github.ktls.linux.InetDiagReqV2;
import io.github.ktls.linux.NetlinkConstants;
import io.github.ktls.linux.NlAttr;
import io.github.ktls.linux.NlMsgHdr;
import io.github.ktls.linux.SockAddrIn;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;

/**
 * Asks what the kernel tells of one TCP socket ({@code net/ipv4/inet_diag.c},
 * {@code net/tls/tls_main.c}, {@code tls_get_info}): the same as {@code ss -tie} shows.
 * Kernels before 6.15 tell of TLS only who has {@code CAP_NET_ADMIN}.
 */
final class SocketDiag {

	/** As every connection may be asked about. */
	private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

	private SocketDiag() {
	}

	/**
	 * Ask for the TLS of a socket.
	 * @param systemCalls the system calls
	 * @param fd the socket, which is connected
	 * @return what is told
	 * @throws IOException if the kernel does not tell of the socket at all
	 */
	static TlsInfo ask(SystemCalls systemCalls, int fd) throws IOException {
		Scratch scratch = SCRATCH.get();
		ByteBuffer address = zero(scratch.address);
		systemCalls.getsockname(fd, address);
		SockAddrIn local = SockAddrIn.read(address);
		systemCalls.getpeername(fd, zero(address));
		SockAddrIn peer = SockAddrIn.read(address);
		if (local == null || peer == null || local.family() != peer.family()) {
			return TlsInfo.NOTHING;
		}
		ByteBuffer value = zero(scratch.cookie);
		systemCalls.getsockopt(fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_COOKIE, value, "SO_COOKIE");
		long cookie = value.getLong(0);
		ByteBuffer request = zero(scratch.request);
		InetDiagReqV2.write(request, NlMsgHdr.SIZE, NetlinkConstants.INET_DIAG_INFO, local, peer,
				boundInterface(systemCalls, fd, zero(scratch.number)), cookie);
		try (Netlink netlink = Netlink.open(systemCalls, NetlinkConstants.NETLINK_SOCK_DIAG)) {
			return parse(netlink.ask(NetlinkConstants.SOCK_DIAG_BY_FAMILY, 0, request, "SOCK_DIAG_BY_FAMILY"), cookie);
		}
	}

	// The kernel finds a socket that is bound to an interface, as with a link-local
	// address, by that interface only.
	private static int boundInterface(SystemCalls systemCalls, int fd, ByteBuffer value) {
		try {
			systemCalls.getsockopt(fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_BINDTOIFINDEX, value,
					"SO_BINDTOIFINDEX");
			return value.getInt(0);
		}
		catch (IOException ex) {
			return 0;
		}
	}

	private static ByteBuffer zero(ByteBuffer buffer) {
		buffer.clear();
		for (int i = 0; i < buffer.capacity(); i++) {
			buffer.put(i, (byte) 0);
		}
		return buffer;
	}

	static TlsInfo parse(List<ByteBuffer> answers, long cookie) {
		for (ByteBuffer answer : answers) {
			if (answer.remaining() >= InetDiagMsg.SIZE && InetDiagMsg.cookie(answer, answer.position()) == cookie) {
				return parse(answer);
			}
		}
		return TlsInfo.NOTHING;
	}

	private static TlsInfo parse(ByteBuffer answer) {
		ByteBuffer attributes = answer.duplicate().order(answer.order()).position(answer.position() + InetDiagMsg.SIZE);
		ByteBuffer protocol = NlAttr.find(attributes, NetlinkConstants.INET_DIAG_ULP_INFO);
		ByteBuffer tls = (protocol != null) ? NlAttr.find(protocol, NetlinkConstants.INET_ULP_INFO_TLS) : null;
		if (tls == null) {
			return TlsInfo.NOTHING;
		}
		return new TlsInfo(mode(NlAttr.find(tls, NetlinkConstants.TLS_INFO_TXCONF)),
				mode(NlAttr.find(tls, NetlinkConstants.TLS_INFO_RXCONF)));
	}

	private static OffloadMode mode(@Nullable ByteBuffer configuration) {
		return switch (NlAttr.shortInteger(configuration)) {
			case NetlinkConstants.TLS_CONF_SW -> OffloadMode.SOFTWARE;
			case NetlinkConstants.TLS_CONF_HW, NetlinkConstants.TLS_CONF_HW_RECORD -> OffloadMode.DEVICE;
			default -> OffloadMode.UNKNOWN;
		};
	}

	/**
	 * What is told of a socket's TLS.
	 *
	 * @param transmit who encrypts
	 * @param receive who decrypts
	 */
	record TlsInfo(OffloadMode transmit, OffloadMode receive) {

		static final TlsInfo NOTHING = new TlsInfo(OffloadMode.UNKNOWN, OffloadMode.UNKNOWN);

	}

	/**
	 * What a question is put together in.
	 */
	private static final class Scratch {

		final ByteBuffer address = buffer(SockAddrIn.SIZE);

		final ByteBuffer cookie = buffer(Long.BYTES);

		final ByteBuffer number = buffer(Integer.BYTES);

		final ByteBuffer request = Netlink.request(InetDiagReqV2.SIZE);

		private static ByteBuffer buffer(int size) {
			return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
		}

	}

}
