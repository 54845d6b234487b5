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
 * Layout of what a driver counts: <pre>
 * struct ethtool_stats {
 *     __u32 cmd;        // ETHTOOL_GSTATS
 *     __u32 n_stats;
 *     __u64 data[];
 * };
 * </pre> See {@code include/uapi/linux/ethtool.h}.
 */
public final class EthtoolStats {

	private static final int OFFSETOF_N_STATS = 4;

	private static final int OFFSETOF_DATA = 8;

	private EthtoolStats() {
	}

	/**
	 * Return the size of the structure.
	 * @param count the number of values that there is room for
	 * @return the size, in bytes
	 */
	public static int size(int count) {
		return OFFSETOF_DATA + count * Long.BYTES;
	}

	/**
	 * Write a request.
	 * @param target the command's buffer, in native order
	 * @param count the number of values
	 */
	public static void write(ByteBuffer target, int count) {
		target.putInt(0, EthtoolConstants.ETHTOOL_GSTATS);
		target.putInt(OFFSETOF_N_STATS, count);
	}

	/**
	 * Read the number of values.
	 * @param source the answer
	 * @return the number, no more than there is room for
	 */
	public static int count(ByteBuffer source) {
		int room = (source.limit() - OFFSETOF_DATA) / Long.BYTES;
		return Math.max(0, Math.min(room, source.getInt(OFFSETOF_N_STATS)));
	}

	/**
	 * Read a value.
	 * @param source the answer
	 * @param index its place
	 * @return the value
	 */
	public static long value(ByteBuffer source, int index) {
		return source.getLong(OFFSETOF_DATA + index * Long.BYTES);
	}

}
