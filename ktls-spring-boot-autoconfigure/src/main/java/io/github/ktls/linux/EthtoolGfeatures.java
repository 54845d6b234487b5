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
 * Layout of what is told of an interface's features: <pre>
 * struct ethtool_get_features_block {
 *     __u32 available;        // can be changed
 *     __u32 requested;
 *     __u32 active;
 *     __u32 never_changed;
 * };
 *
 * struct ethtool_gfeatures {
 *     __u32 cmd;              // ETHTOOL_GFEATURES
 *     __u32 size;             // the number of blocks
 *     struct ethtool_get_features_block features[];    // 32 features each
 * };
 * </pre> See {@code include/uapi/linux/ethtool.h}.
 */
public final class EthtoolGfeatures {

	private static final int OFFSETOF_SIZE = 4;

	private static final int OFFSETOF_FEATURES = 8;

	private static final int OFFSETOF_AVAILABLE = 0;

	private static final int OFFSETOF_REQUESTED = 4;

	private static final int OFFSETOF_ACTIVE = 8;

	private static final int OFFSETOF_NEVER_CHANGED = 12;

	private static final int BLOCK_SIZE = 16;

	private EthtoolGfeatures() {
	}

	/**
	 * Return the size of the structure.
	 * @param blocks the number of blocks
	 * @return the size, in bytes
	 */
	public static int size(int blocks) {
		return OFFSETOF_FEATURES + blocks * BLOCK_SIZE;
	}

	/**
	 * Write a request.
	 * @param target the command's buffer, in native order
	 * @param blocks the number of blocks that there is room for
	 */
	public static void write(ByteBuffer target, int blocks) {
		target.putInt(0, EthtoolConstants.ETHTOOL_GFEATURES);
		target.putInt(OFFSETOF_SIZE, blocks);
	}

	/**
	 * Return whether a feature is among those told of.
	 * @param source the answer
	 * @param index the feature's place in its string set
	 * @return whether it is
	 */
	public static boolean isTold(ByteBuffer source, int index) {
		int blocks = Math.min(source.getInt(OFFSETOF_SIZE), (source.limit() - OFFSETOF_FEATURES) / BLOCK_SIZE);
		return index / Integer.SIZE < blocks;
	}

	/**
	 * Return whether a feature is wanted, be it on or not.
	 * @param source the answer
	 * @param index the feature's place in its string set
	 * @return whether it is
	 */
	public static boolean isRequested(ByteBuffer source, int index) {
		return isSet(source, index, OFFSETOF_REQUESTED);
	}

	/**
	 * Return whether a feature is on.
	 * @param source the answer
	 * @param index the feature's place in its string set
	 * @return whether it is
	 */
	public static boolean isActive(ByteBuffer source, int index) {
		return isSet(source, index, OFFSETOF_ACTIVE);
	}

	/**
	 * Return whether a feature can be switched.
	 * @param source the answer
	 * @param index the feature's place in its string set
	 * @return whether it can
	 */
	public static boolean isChangeable(ByteBuffer source, int index) {
		return isSet(source, index, OFFSETOF_AVAILABLE) && !isSet(source, index, OFFSETOF_NEVER_CHANGED);
	}

	private static boolean isSet(ByteBuffer source, int index, int field) {
		int block = OFFSETOF_FEATURES + index / Integer.SIZE * BLOCK_SIZE;
		return (source.getInt(block + field) & 1 << index % Integer.SIZE) != 0;
	}

}
