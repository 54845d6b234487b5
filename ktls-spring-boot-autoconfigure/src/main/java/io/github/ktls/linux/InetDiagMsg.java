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
 * Layout of what is told of a socket: <pre>
 * struct inet_diag_msg {
 *     __u8  idiag_family;
 *     __u8  idiag_state;
 *     __u8  idiag_timer;
 *     __u8  idiag_retrans;
 *     struct inet_diag_sockid id;
 *     __u32 idiag_expires;
 *     __u32 idiag_rqueue;
 *     __u32 idiag_wqueue;
 *     __u32 idiag_uid;
 *     __u32 idiag_inode;
 *     // attributes
 * };
 * </pre> See {@code include/uapi/linux/inet_diag.h}.
 */
public final class InetDiagMsg {

	private static final int OFFSETOF_ID = 4;

	/** {@code sizeof(struct inet_diag_msg)}, in bytes. */
	public static final int SIZE = 72;

	private InetDiagMsg() {
	}

	/**
	 * Read the socket's cookie.
	 * @param source a message of this size at least
	 * @param position where it begins
	 * @return the cookie
	 */
	public static long cookie(ByteBuffer source, int position) {
		return InetDiagSockId.cookie(source, position + OFFSETOF_ID);
	}

}
