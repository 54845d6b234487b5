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

/**
 * Layout of what tells a socket from all others: <pre>
 * struct inet_diag_sockid {
 *     __be16 idiag_sport;        // ours
 *     __be16 idiag_dport;        // the peer's
 *     __be32 idiag_src[4];
 *     __be32 idiag_dst[4];
 *     __u32  idiag_if;
 *     __u32  idiag_cookie[2];    // the lower half first
 * };
 * </pre> See {@code include/uapi/linux/inet_diag.h}.
 */
final class InetDiagSockId {

	private static final int OFFSETOF_IDIAG_SPORT = 0;

	private static final int OFFSETOF_IDIAG_DPORT = 2;

	private static final int OFFSETOF_IDIAG_SRC = 4;

	private static final int OFFSETOF_IDIAG_DST = 20;

	private static final int OFFSETOF_IDIAG_IF = 36;

	private static final int OFFSETOF_IDIAG_COOKIE = 40;

	/** {@code sizeof(struct inet_diag_sockid)}, in bytes. */
	static final int SIZE = 48;

	private InetDiagSockId() {
	}

	static void write(ByteBuffer target, int position, SockAddrIn local, SockAddrIn peer, int boundInterface,
			long cookie) {
		ByteBuffer network = target.duplicate().order(ByteOrder.BIG_ENDIAN);
		network.putShort(position + OFFSETOF_IDIAG_SPORT, (short) local.port());
		network.putShort(position + OFFSETOF_IDIAG_DPORT, (short) peer.port());
		network.put(position + OFFSETOF_IDIAG_SRC, local.address());
		network.put(position + OFFSETOF_IDIAG_DST, peer.address());
		target.putInt(position + OFFSETOF_IDIAG_IF, boundInterface);
		target.putInt(position + OFFSETOF_IDIAG_COOKIE, (int) cookie);
		target.putInt(position + OFFSETOF_IDIAG_COOKIE + Integer.BYTES, (int) (cookie >>> Integer.SIZE));
	}

	static long cookie(ByteBuffer source, int position) {
		long low = Integer.toUnsignedLong(source.getInt(position + OFFSETOF_IDIAG_COOKIE));
		long high = source.getInt(position + OFFSETOF_IDIAG_COOKIE + Integer.BYTES);
		return high << Integer.SIZE | low;
	}

}
