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

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * How the handovers of the last minute went. Only those count that were attempted, or
 * could not be for want of the secrets: a connection that is not eligible says nothing
 * about whether kernel TLS works. Thread-safe.
 */
public final class RecentHandovers {

	/** How far back is looked, in seconds. */
	public static final int WINDOW_SECONDS = 60;

	private static final int SLOTS = 12;

	private static final long SLOT_NANOS = WINDOW_SECONDS * 1_000_000_000L / SLOTS;

	private final LongSupplier nanoTime;

	private final long start;

	private final long[] slots = new long[SLOTS];

	private final long[] attempts = new long[SLOTS];

	private final long[] failures = new long[SLOTS];

	/**
	 * Create a new instance.
	 * @param nanoTime tells the time, as {@link System#nanoTime()}
	 */
	RecentHandovers(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.start = nanoTime.getAsLong();
		Arrays.fill(this.slots, -1);
	}

	void succeeded() {
		add(0);
	}

	void failed() {
		add(1);
	}

	private synchronized void add(int failed) {
		long slot = now();
		int index = (int) (slot % SLOTS);
		if (this.slots[index] != slot) {
			this.slots[index] = slot;
			this.attempts[index] = 0;
			this.failures[index] = 0;
		}
		this.attempts[index]++;
		this.failures[index] += failed;
	}

	private long now() {
		return (this.nanoTime.getAsLong() - this.start) / SLOT_NANOS;
	}

	/**
	 * Return how many handovers were attempted within the last minute, and failed.
	 * @return the numbers of one moment
	 */
	public synchronized Counts counts() {
		long oldest = now() - SLOTS + 1;
		long attempted = 0;
		long failed = 0;
		for (int i = 0; i < SLOTS; i++) {
			if (this.slots[i] >= oldest) {
				attempted += this.attempts[i];
				failed += this.failures[i];
			}
		}
		return new Counts(attempted, failed);
	}

	/**
	 * Handovers within the last minute.
	 *
	 * @param attempts how many were attempted
	 * @param failures how many of these failed
	 */
	public record Counts(long attempts, long failures) {

	}

}
