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
 * Layout of the payload of a message about an interface: <pre>
 * struct ifinfomsg {
 *     unsigned char  ifi_family;
 *     unsigned char  __ifi_pad;
 *     unsigned short ifi_type;
 *     int            ifi_index;
 *     unsigned       ifi_flags;
 *     unsigned       ifi_change;
 *     // attributes
 * };
 * </pre> See {@code include/uapi/linux/rtnetlink.h}.
 */
public final class IfInfoMsg {

	private static final int OFFSETOF_IFI_INDEX = 4;

	/** {@code sizeof(struct ifinfomsg)}, in bytes. */
	public static final int SIZE = 16;

	private IfInfoMsg() {
	}

	/**
	 * Read the interface's number.
	 * @param source a message of this size at least
	 * @param position where the payload begins
	 * @return the number, which is never 0
	 */
	public static int index(ByteBuffer source, int position) {
		return source.getInt(position + OFFSETOF_IFI_INDEX);
	}

}
