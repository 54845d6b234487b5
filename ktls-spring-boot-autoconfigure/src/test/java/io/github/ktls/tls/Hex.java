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

package io.github.ktls.tls;

import java.util.HexFormat;

/**
 * Byte arrays the way the specifications print them.
 */
final class Hex {

	private Hex() {
	}

	static byte[] bytes(String... hex) {
		return HexFormat.of().parseHex(String.join("", hex).replace(" ", ""));
	}

	/**
	 * Return successive numbers.
	 * @param from the first
	 * @param length how many
	 * @return the numbers
	 */
	static byte[] sequence(int from, int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) (from + i);
		}
		return bytes;
	}

}
