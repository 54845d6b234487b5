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
 * Layout of the argument of an ioctl for an interface, as far as {@code SIOCETHTOOL} uses
 * it, on a 64-bit Linux: <pre>
 * struct ifreq {
 *     char ifr_name[IFNAMSIZ];    // 16, with the zero at its end
 *     union {
 *         void *ifr_data;
 *         // 24 bytes
 *     };
 * };
 * </pre> See {@code include/uapi/linux/if.h}.
 */
final class IfReq {

	/** {@code IFNAMSIZ}, in bytes. */
	static final int NAME_SIZE = 16;

	private static final int OFFSETOF_IFR_DATA = NAME_SIZE;

	/** {@code sizeof(struct ifreq)}, in bytes. */
	static final int SIZE = 40;

	private IfReq() {
	}

	static void write(ByteBuffer target, int position, String name, long dataAddress) {
		if (name.isEmpty() || name.length() >= NAME_SIZE) {
			throw new IllegalArgumentException("No name of an interface: '" + name + "'");
		}
		for (int i = 0; i < SIZE; i += Long.BYTES) {
			target.putLong(position + i, 0L);
		}
		for (int i = 0; i < name.length(); i++) {
			target.put(position + i, (byte) name.charAt(i));
		}
		target.putLong(position + OFFSETOF_IFR_DATA, dataAddress);
	}

}
