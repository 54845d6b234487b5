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

package io.github.ktls.netty;

import java.util.function.LongSupplier;

/**
 * The KeyUpdates of one peer (RFC 8446 section 4.6.3): each costs this side a key
 * schedule and the kernel a new cipher, so a peer that sends nothing else is not listened
 * to for long. Used on the event loop.
 */
final class KeyUpdates {

	/** Type of the handshake message. */
	static final byte TYPE = 24;

	/** The sender does not ask for one in return. */
	static final byte UPDATE_NOT_REQUESTED = 0;

	/** The sender asks for one in return. */
	static final byte UPDATE_REQUESTED = 1;

	private static final long SECOND_NANOS = 1_000_000_000L;

	private final int maxPerSecond;

	private final LongSupplier clock;

	private long secondStarted;

	private int inThisSecond;

	/**
	 * Create a new instance.
	 * @param maxPerSecond how many may come within a second
	 * @param clock tells nanoseconds as {@link System#nanoTime()} does
	 */
	KeyUpdates(int maxPerSecond, LongSupplier clock) {
		this.maxPerSecond = maxPerSecond;
		this.clock = clock;
	}

	/**
	 * Take note of some that came, or of records that may be such.
	 * @param number how many
	 * @return whether that is still acceptable
	 */
	boolean received(int number) {
		long now = this.clock.getAsLong();
		if (this.inThisSecond == 0 || now - this.secondStarted >= SECOND_NANOS) {
			this.secondStarted = now;
			this.inThisSecond = 0;
		}
		this.inThisSecond += number;
		return this.inThisSecond <= this.maxPerSecond;
	}

}
