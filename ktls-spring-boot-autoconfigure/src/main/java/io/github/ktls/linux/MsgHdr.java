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
 * Layout of a message header on a 64-bit Linux: <pre>
 * struct msghdr {
 *     void         *msg_name;
 *     int           msg_namelen;     // and 4 bytes of padding
 *     struct iovec *msg_iov;
 *     size_t        msg_iovlen;
 *     void         *msg_control;
 *     size_t        msg_controllen;
 *     int           msg_flags;       // and 4 bytes of padding
 * };
 * struct iovec {
 *     void  *iov_base;
 *     size_t iov_len;
 * };
 * </pre> See {@code include/linux/socket.h} and {@code include/uapi/linux/uio.h}.
 */
final class MsgHdr {

	private static final int OFFSETOF_MSG_IOV = 16;

	private static final int OFFSETOF_MSG_IOVLEN = 24;

	private static final int OFFSETOF_MSG_CONTROL = 32;

	private static final int OFFSETOF_MSG_CONTROLLEN = 40;

	private static final int OFFSETOF_MSG_FLAGS = 48;

	/** {@code sizeof(struct msghdr)}, in bytes. */
	static final int SIZE = 56;

	/** {@code sizeof(struct iovec)}, in bytes. */
	static final int IOVEC_SIZE = 16;

	private MsgHdr() {
	}

	static void write(ByteBuffer target, int position, long iovAddress, long controlAddress, int controlLength) {
		for (int i = 0; i < SIZE; i += Long.BYTES) {
			target.putLong(position + i, 0L);
		}
		target.putLong(position + OFFSETOF_MSG_IOV, iovAddress);
		target.putLong(position + OFFSETOF_MSG_IOVLEN, 1L);
		target.putLong(position + OFFSETOF_MSG_CONTROL, controlAddress);
		target.putLong(position + OFFSETOF_MSG_CONTROLLEN, controlLength);
	}

	static void writeResult(ByteBuffer target, int position, int controlLength, int flags) {
		target.putLong(position + OFFSETOF_MSG_CONTROLLEN, controlLength);
		target.putInt(position + OFFSETOF_MSG_FLAGS, flags);
	}

	static long controlLength(ByteBuffer source, int position) {
		return source.getLong(position + OFFSETOF_MSG_CONTROLLEN);
	}

	static int flags(ByteBuffer source, int position) {
		return source.getInt(position + OFFSETOF_MSG_FLAGS);
	}

	static void writeIovec(ByteBuffer target, int position, long baseAddress, long length) {
		target.putLong(position, baseAddress);
		target.putLong(position + Long.BYTES, length);
	}

}
