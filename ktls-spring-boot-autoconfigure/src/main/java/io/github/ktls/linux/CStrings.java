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
import java.nio.charset.StandardCharsets;

/**
 * Strings in structures of the kernel's.
 */
final class CStrings {

	private CStrings() {
	}

	/**
	 * Read a string that ends with a zero or with its room.
	 * @param source the structure
	 * @param position where the string begins
	 * @param room how long it may be, in bytes; no more than there is
	 * @return the string
	 */
	static String read(ByteBuffer source, int position, int room) {
		byte[] bytes = new byte[Math.max(0, Math.min(room, source.limit() - position))];
		int length = 0;
		while (length < bytes.length && source.get(position + length) != 0) {
			bytes[length] = source.get(position + length);
			length++;
		}
		return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
	}

}
