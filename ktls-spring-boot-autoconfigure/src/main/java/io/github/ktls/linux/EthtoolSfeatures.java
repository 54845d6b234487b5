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
 * Layout of a change of an interface's features: <pre>
 * struct ethtool_set_features_block {
 *     __u32 valid;        // are to be changed
 *     __u32 requested;
 * };
 *
 * struct ethtool_sfeatures {
 *     __u32 cmd;          // ETHTOOL_SFEATURES
 *     __u32 size;         // the number of blocks
 *     struct ethtool_set_features_block features[];    // 32 features each
 * };
 * </pre> See {@code include/uapi/linux/ethtool.h}. Here one feature is changed.
 */
public final class EthtoolSfeatures {

	private static final int OFFSETOF_SIZE = 4;

	private static final int OFFSETOF_FEATURES = 8;

	private static final int OFFSETOF_VALID = 0;

	private static final int OFFSETOF_REQUESTED = 4;

	private static final int BLOCK_SIZE = 8;

	private EthtoolSfeatures() {
	}

	/**
	 * Return the size of the structure.
	 * @param blocks the number of blocks, which has to be that of the kernel's
	 * @return the size, in bytes
	 */
	public static int size(int blocks) {
		return OFFSETOF_FEATURES + blocks * BLOCK_SIZE;
	}

	/**
	 * Write a request.
	 * @param target the command's buffer, all zero, in native order
	 * @param blocks the number of blocks
	 * @param index the feature's place in its string set
	 * @param on whether it is to be on
	 */
	public static void write(ByteBuffer target, int blocks, int index, boolean on) {
		int block = OFFSETOF_FEATURES + index / Integer.SIZE * BLOCK_SIZE;
		int bit = 1 << index % Integer.SIZE;
		target.putInt(0, EthtoolConstants.ETHTOOL_SFEATURES);
		target.putInt(OFFSETOF_SIZE, blocks);
		target.putInt(block + OFFSETOF_VALID, bit);
		target.putInt(block + OFFSETOF_REQUESTED, on ? bit : 0);
	}

}
