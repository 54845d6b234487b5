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

import org.jspecify.annotations.Nullable;

/**
 * Layout of an attribute of a netlink message: <pre>
 * struct nlattr {
 *     __u16 nla_len;     // head and value, without the padding at the end
 *     __u16 nla_type;    // the two highest bits are flags
 * };
 * </pre> See {@code include/uapi/linux/netlink.h}. An attribute that does not end within
 * its message is none, and what is behind it is not looked at.
 */
public final class NlAttr {

	private static final int OFFSETOF_NLA_TYPE = 2;

	/** {@code NLA_HDRLEN}, in bytes. */
	public static final int HEADER_SIZE = 4;

	private static final int TYPE_MASK = 0x3fff;

	private static final int ALIGNMENT = 4;

	private NlAttr() {
	}

	/**
	 * Find an attribute.
	 * @param attributes attributes from the position to the limit, in native order
	 * @param type the type
	 * @return the value from the position to the limit, or {@code null}
	 */
	public static @Nullable ByteBuffer find(ByteBuffer attributes, int type) {
		int position = attributes.position();
		while (attributes.limit() - position >= HEADER_SIZE) {
			int length = Short.toUnsignedInt(attributes.getShort(position));
			if (length < HEADER_SIZE || length > attributes.limit() - position) {
				return null;
			}
			if ((attributes.getShort(position + OFFSETOF_NLA_TYPE) & TYPE_MASK) == type) {
				return attributes.duplicate()
					.order(attributes.order())
					.limit(position + length)
					.position(position + HEADER_SIZE);
			}
			position += (length + ALIGNMENT - 1) & -ALIGNMENT;
		}
		return null;
	}

	/**
	 * Read a string.
	 * @param value an attribute's value, or {@code null}
	 * @return the string, or {@code null} if there is none
	 */
	public static @Nullable String string(@Nullable ByteBuffer value) {
		return (value != null) ? CStrings.read(value, value.position(), value.remaining()) : null;
	}

	/**
	 * Read a number of 32 bits.
	 * @param value an attribute's value, or {@code null}
	 * @return the number, 0 if there is none
	 */
	public static int integer(@Nullable ByteBuffer value) {
		return (value != null && value.remaining() >= Integer.BYTES) ? value.getInt(value.position()) : 0;
	}

	/**
	 * Read a number of 16 bits.
	 * @param value an attribute's value, or {@code null}
	 * @return the number, 0 if there is none
	 */
	public static int shortInteger(@Nullable ByteBuffer value) {
		return (value != null && value.remaining() >= Short.BYTES)
				? Short.toUnsignedInt(value.getShort(value.position())) : 0;
	}

}
