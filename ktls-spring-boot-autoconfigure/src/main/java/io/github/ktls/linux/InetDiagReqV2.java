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

/**
 * Layout of the question for one TCP socket: <pre>
 * struct inet_diag_req_v2 {
 *     __u8  sdiag_family;
 *     __u8  sdiag_protocol;    // IPPROTO_TCP
 *     __u8  idiag_ext;         // what is to be told of it, a bit each
 *     __u8  pad;
 *     __u32 idiag_states;
 *     struct inet_diag_sockid id;
 * };
 * </pre> See {@code include/uapi/linux/inet_diag.h}.
 */
public final class InetDiagReqV2 {

	private static final int OFFSETOF_SDIAG_FAMILY = 0;

	private static final int OFFSETOF_SDIAG_PROTOCOL = 1;

	private static final int OFFSETOF_IDIAG_EXT = 2;

	private static final int OFFSETOF_IDIAG_STATES = 4;

	private static final int OFFSETOF_ID = 8;

	private static final int IPPROTO_TCP = 6;

	/** {@code sizeof(struct inet_diag_req_v2)}, in bytes. */
	public static final int SIZE = OFFSETOF_ID + InetDiagSockId.SIZE;

	private InetDiagReqV2() {
	}

	/**
	 * Write a request.
	 * @param target the message, all zero from the position on, in native order
	 * @param position where the request begins
	 * @param extension what is to be told, for example
	 * {@link NetlinkConstants#INET_DIAG_INFO}
	 * @param local the socket's address
	 * @param peer the peer's address, of the same family
	 * @param boundInterface the number of the interface that the socket is bound to, or 0
	 * @param cookie the socket's cookie, so that it cannot be another one
	 */
	public static void write(ByteBuffer target, int position, int extension, SockAddrIn local, SockAddrIn peer,
			int boundInterface, long cookie) {
		target.put(position + OFFSETOF_SDIAG_FAMILY, (byte) local.family());
		target.put(position + OFFSETOF_SDIAG_PROTOCOL, (byte) IPPROTO_TCP);
		target.put(position + OFFSETOF_IDIAG_EXT, (byte) (1 << (extension - 1)));
		target.putInt(position + OFFSETOF_IDIAG_STATES, -1);
		InetDiagSockId.write(target, position + OFFSETOF_ID, local, peer, boundInterface, cookie);
	}

}
