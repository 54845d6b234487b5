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
import java.util.EnumMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The first application traffic secrets of one TLS 1.3 connection, as far as they are
 * known. Its owner closes it, which wipes them. Not thread-safe.
 */
final class TrafficSecrets implements AutoCloseable {

	private final Map<Side, byte[]> secrets = new EnumMap<>(Side.class);

	/**
	 * Keep a secret; one that was there for the same side is wiped.
	 * @param side who sends with it
	 * @param secret the secret, which this object owns from here
	 */
	void put(Side side, byte[] secret) {
		wipe(this.secrets.put(side, secret));
	}

	/**
	 * Return whether the secret of a side is there.
	 * @param side who sends with it
	 * @return whether {@link #take} has it
	 */
	boolean has(Side side) {
		return this.secrets.containsKey(side);
	}

	/**
	 * Hand out a secret. It can be had once.
	 * @param side who sends with it
	 * @return the secret, which the caller has to wipe, or {@code null} if there is none
	 */
	byte @Nullable [] take(Side side) {
		return this.secrets.remove(side);
	}

	/**
	 * Wipe what is left.
	 */
	@Override
	public void close() {
		this.secrets.values().forEach(TrafficSecrets::wipe);
		this.secrets.clear();
	}

	private static void wipe(byte @Nullable [] secret) {
		if (secret != null) {
			Arrays.fill(secret, (byte) 0);
		}
	}

	@Override
	public String toString() {
		return "TrafficSecrets" + this.secrets.keySet();
	}

}
