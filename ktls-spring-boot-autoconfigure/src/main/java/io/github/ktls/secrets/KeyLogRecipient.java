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

import java.util.EnumSet;
import java.util.Set;

/**
 * Picks out of a key log what one server wants of it. Thread-safe.
 */
final class KeyLogRecipient {

	private final PendingSecrets secrets;

	private final Set<Side> sides;

	/**
	 * Create a new instance.
	 * @param secrets where secrets go
	 * @param sides whose secrets are wanted; those of others are not even read
	 */
	KeyLogRecipient(PendingSecrets secrets, Set<Side> sides) {
		this.secrets = secrets;
		this.sides = EnumSet.copyOf(sides);
	}

	/**
	 * Read a line.
	 * @param ssl the address of the native TLS object
	 * @param line the line, which stays the caller's
	 */
	void read(long ssl, byte[] line) {
		for (Side side : this.sides) {
			byte[] secret = KeyLogLine.trafficSecret(side, line);
			if (secret != null) {
				this.secrets.put(ssl, side, secret);
			}
		}
	}

}
