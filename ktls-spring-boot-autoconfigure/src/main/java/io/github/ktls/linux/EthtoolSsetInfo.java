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
 * Layout of the question how large a string set is: <pre>
 * struct ethtool_sset_info {
 *     __u32 cmd;          // ETHTOOL_GSSET_INFO
 *     __u32 reserved;
 *     __u64 sset_mask;    // the sets asked for, and then those that there are
 *     __u32 data[];       // their sizes
 * };
 * </pre> See {@code include/uapi/linux/ethtool.h}. Here one set is asked for.
 */
public final class EthtoolSsetInfo {

	private static final int OFFSETOF_SSET_MASK = 8;

	private static final int OFFSETOF_DATA = 16;

	/** Size of a question for one set, in bytes, filled up to its alignment. */
	public static final int SIZE = OFFSETOF_DATA + 8;

	private EthtoolSsetInfo() {
	}

	/**
	 * Write a request.
	 * @param target the command's buffer, in native order
	 * @param stringSet the string set
	 */
	public static void write(ByteBuffer target, int stringSet) {
		target.putInt(0, EthtoolConstants.ETHTOOL_GSSET_INFO);
		target.putLong(OFFSETOF_SSET_MASK, 1L << stringSet);
	}

	/**
	 * Read the size of the string set.
	 * @param source the answer
	 * @param stringSet the string set
	 * @return the number of its strings, 0 if there is no such set
	 */
	public static int count(ByteBuffer source, int stringSet) {
		return (source.getLong(OFFSETOF_SSET_MASK) == 1L << stringSet) ? Math.max(0, source.getInt(OFFSETOF_DATA)) : 0;
	}

}
