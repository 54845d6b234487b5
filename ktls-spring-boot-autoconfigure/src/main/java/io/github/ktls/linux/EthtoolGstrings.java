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
 * Layout of the question for the strings of a set: <pre>
 * struct ethtool_gstrings {
 *     __u32 cmd;           // ETHTOOL_GSTRINGS
 *     __u32 string_set;
 *     __u32 len;           // the number of strings
 *     __u8  data[];        // each ETH_GSTRING_LEN long
 * };
 * </pre> See {@code include/uapi/linux/ethtool.h}.
 */
public final class EthtoolGstrings {

	private static final int OFFSETOF_STRING_SET = 4;

	private static final int OFFSETOF_LEN = 8;

	private static final int OFFSETOF_DATA = 12;

	private EthtoolGstrings() {
	}

	/**
	 * Return the size of the structure.
	 * @param count the number of strings that there is room for
	 * @return the size, in bytes
	 */
	public static int size(int count) {
		return OFFSETOF_DATA + count * EthtoolConstants.ETH_GSTRING_LEN;
	}

	/**
	 * Write a request.
	 * @param target the command's buffer, in native order
	 * @param stringSet the string set
	 * @param count the number of its strings
	 */
	public static void write(ByteBuffer target, int stringSet, int count) {
		target.putInt(0, EthtoolConstants.ETHTOOL_GSTRINGS);
		target.putInt(OFFSETOF_STRING_SET, stringSet);
		target.putInt(OFFSETOF_LEN, count);
	}

	/**
	 * Read the number of strings.
	 * @param source the answer
	 * @return the number, no more than there is room for
	 */
	public static int count(ByteBuffer source) {
		int room = (source.limit() - OFFSETOF_DATA) / EthtoolConstants.ETH_GSTRING_LEN;
		return Math.max(0, Math.min(room, source.getInt(OFFSETOF_LEN)));
	}

	/**
	 * Read a string.
	 * @param source the answer
	 * @param index its place in the set
	 * @return the string
	 */
	public static String string(ByteBuffer source, int index) {
		int position = OFFSETOF_DATA + index * EthtoolConstants.ETH_GSTRING_LEN;
		return CStrings.read(source, position, EthtoolConstants.ETH_GSTRING_LEN);
	}

}
