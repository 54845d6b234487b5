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

package io.github.ktls.secrets;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Reads lines of the key log format ({@code LABEL client-random secret}, the last two in
 * hexadecimal; draft-ietf-tls-keylogfile section 2) without making a string of them.
 */
final class KeyLogLine {

	private static final int CLIENT_RANDOM_DIGITS = 64;

	private KeyLogLine() {
	}

	/**
	 * Return the first application traffic secret of a side.
	 * @param side the side that sends with it
	 * @param line the line
	 * @return the secret, which the caller owns, or {@code null} if the line holds
	 * another one or is malformed
	 */
	static byte @Nullable [] trafficSecret(Side side, byte[] line) {
		int start = side.label().length() + 1 + CLIENT_RANDOM_DIGITS + 1;
		int length = line.length - start;
		if (length <= 0 || length % 2 != 0 || line[start - 1] != ' ' || !startsWith(line, side.label())) {
			return null;
		}
		byte[] secret = new byte[length / 2];
		for (int i = 0; i < secret.length; i++) {
			int high = Character.digit(line[start + 2 * i], 16);
			int low = Character.digit(line[start + 2 * i + 1], 16);
			if (high < 0 || low < 0) {
				Arrays.fill(secret, (byte) 0);
				return null;
			}
			secret[i] = (byte) (high << 4 | low);
		}
		return secret;
	}

	// The line is longer than the label.
	private static boolean startsWith(byte[] line, String label) {
		for (int i = 0; i < label.length(); i++) {
			if (line[i] != label.charAt(i)) {
				return false;
			}
		}
		return line[label.length()] == ' ';
	}

}
