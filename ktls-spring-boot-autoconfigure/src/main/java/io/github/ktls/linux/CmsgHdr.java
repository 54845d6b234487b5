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
 * Layout of a control message with one byte of data on a 64-bit Linux: <pre>
 * struct cmsghdr {
 *     size_t cmsg_len;    // header and data, without the padding at the end
 *     int    cmsg_level;
 *     int    cmsg_type;
 *     // unsigned char cmsg_data[];
 * };
 * </pre> See {@code include/linux/socket.h}.
 */
final class CmsgHdr {

	private static final int OFFSETOF_CMSG_LEN = 0;

	private static final int OFFSETOF_CMSG_LEVEL = 8;

	private static final int OFFSETOF_CMSG_TYPE = 12;

	private static final int OFFSETOF_CMSG_DATA = 16;

	/** {@code CMSG_LEN(1)}, in bytes. */
	static final int LENGTH = OFFSETOF_CMSG_DATA + 1;

	/** {@code CMSG_SPACE(1)}, in bytes. */
	static final int SPACE = OFFSETOF_CMSG_DATA + 8;

	private CmsgHdr() {
	}

	static void write(ByteBuffer target, int position, ControlMessage message) {
		target.putLong(position + OFFSETOF_CMSG_LEN, LENGTH);
		target.putInt(position + OFFSETOF_CMSG_LEVEL, message.level());
		target.putInt(position + OFFSETOF_CMSG_TYPE, message.type());
		target.put(position + OFFSETOF_CMSG_DATA, message.value());
	}

	static int level(ByteBuffer source, int position) {
		return source.getInt(position + OFFSETOF_CMSG_LEVEL);
	}

	static int type(ByteBuffer source, int position) {
		return source.getInt(position + OFFSETOF_CMSG_TYPE);
	}

	static byte value(ByteBuffer source, int position) {
		return source.get(position + OFFSETOF_CMSG_DATA);
	}

}
