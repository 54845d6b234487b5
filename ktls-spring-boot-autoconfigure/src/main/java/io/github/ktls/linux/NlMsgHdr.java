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
 * Layout of the head of a netlink message: <pre>
 * struct nlmsghdr {
 *     __u32 nlmsg_len;      // head and payload
 *     __u16 nlmsg_type;
 *     __u16 nlmsg_flags;
 *     __u32 nlmsg_seq;
 *     __u32 nlmsg_pid;
 * };
 *
 * struct nlmsgerr {         // payload of NLMSG_ERROR
 *     int error;            // negative, or 0
 *     struct nlmsghdr msg;
 * };
 * </pre> See {@code include/uapi/linux/netlink.h}.
 */
public final class NlMsgHdr {

	private static final int OFFSETOF_NLMSG_LEN = 0;

	private static final int OFFSETOF_NLMSG_TYPE = 4;

	private static final int OFFSETOF_NLMSG_FLAGS = 6;

	private static final int OFFSETOF_NLMSG_SEQ = 8;

	/** {@code NLMSG_HDRLEN}, in bytes. */
	public static final int SIZE = 16;

	private static final int ALIGNMENT = 4;

	private NlMsgHdr() {
	}

	/**
	 * Write the head of a message.
	 * @param target the message, in native order
	 * @param position where it begins
	 * @param length its length with the head, in bytes
	 * @param type its type
	 * @param flags its flags
	 * @param sequence a number that the answer repeats
	 */
	public static void write(ByteBuffer target, int position, int length, int type, int flags, int sequence) {
		target.putInt(position + OFFSETOF_NLMSG_LEN, length);
		target.putShort(position + OFFSETOF_NLMSG_TYPE, (short) type);
		target.putShort(position + OFFSETOF_NLMSG_FLAGS, (short) flags);
		target.putInt(position + OFFSETOF_NLMSG_SEQ, sequence);
		target.putInt(position + OFFSETOF_NLMSG_SEQ + Integer.BYTES, 0);
	}

	/**
	 * Return whether there is a whole message.
	 * @param source what was received
	 * @param position where a message begins
	 * @return whether it ends within what was received
	 */
	public static boolean isWhole(ByteBuffer source, int position) {
		int left = source.limit() - position;
		return left >= SIZE && length(source, position) >= SIZE && length(source, position) <= left;
	}

	/**
	 * Read a message's length.
	 * @param source what was received
	 * @param position where the message begins
	 * @return the length with the head, in bytes
	 */
	public static int length(ByteBuffer source, int position) {
		return source.getInt(position + OFFSETOF_NLMSG_LEN);
	}

	/**
	 * Read a message's type.
	 * @param source what was received
	 * @param position where the message begins
	 * @return the type
	 */
	public static int type(ByteBuffer source, int position) {
		return Short.toUnsignedInt(source.getShort(position + OFFSETOF_NLMSG_TYPE));
	}

	/**
	 * Read a message's number.
	 * @param source what was received
	 * @param position where the message begins
	 * @return the number of the request that it answers
	 */
	public static int sequence(ByteBuffer source, int position) {
		return source.getInt(position + OFFSETOF_NLMSG_SEQ);
	}

	/**
	 * Read what an error message tells.
	 * @param source what was received
	 * @param position where a whole message begins
	 * @return the error number, 0 for none
	 */
	public static int error(ByteBuffer source, int position) {
		return (length(source, position) >= SIZE + Integer.BYTES) ? -source.getInt(position + SIZE) : Errno.EIO;
	}

	/**
	 * Return where the next message begins.
	 * @param source what was received
	 * @param position where a whole message begins
	 * @return the position behind it, at most the limit
	 */
	public static int next(ByteBuffer source, int position) {
		int aligned = (length(source, position) + ALIGNMENT - 1) & -ALIGNMENT;
		return Math.min(position + aligned, source.limit());
	}

}
