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

package io.github.ktls.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The kernel's counters, read at most once in a while however many meters ask. Where they
 * cannot be read, counters stay what they were. Thread-safe.
 */
final class KernelCounters {

	/** Long enough for all meters of a scrape, short enough for any interval of them. */
	static final long MAX_AGE_NANOS = 1_000_000_000L;

	private final Supplier<Map<String, Long>> source;

	private final LongSupplier nanoTime;

	private Map<String, Long> latest = Map.of();

	private Map<String, Long> known = Map.of();

	private boolean read;

	private long readAt;

	/**
	 * Create a new instance.
	 * @param source reads the counters, by the kernel's names
	 * @param nanoTime tells the time, as {@link System#nanoTime()}
	 */
	KernelCounters(Supplier<Map<String, Long>> source, LongSupplier nanoTime) {
		this.source = source;
		this.nanoTime = nanoTime;
	}

	/**
	 * Return whether a name is that of a number that also goes down.
	 * @param name the kernel's name
	 * @return whether it is no counter
	 */
	static boolean isGauge(String name) {
		return name.startsWith("TlsCurr");
	}

	/**
	 * Return all names that the kernel has used so far.
	 * @return the names
	 */
	synchronized Set<String> names() {
		refresh();
		return this.known.keySet();
	}

	/**
	 * Return what a gauge is now.
	 * @param name the kernel's name
	 * @return the value, or NaN where the kernel does not tell
	 */
	synchronized double gauge(String name) {
		refresh();
		Long value = this.latest.get(name);
		return (value != null) ? value : Double.NaN;
	}

	/**
	 * Return what was counted.
	 * @param name the kernel's name
	 * @return the value that was read last
	 */
	synchronized double counter(String name) {
		refresh();
		return this.known.getOrDefault(name, 0L);
	}

	private void refresh() {
		long now = this.nanoTime.getAsLong();
		if (this.read && now - this.readAt < MAX_AGE_NANOS) {
			return;
		}
		this.read = true;
		this.readAt = now;
		this.latest = readSource();
		Map<String, Long> all = new HashMap<>(this.known);
		all.putAll(this.latest);
		this.known = Map.copyOf(all);
	}

	// An exception here would cost a scrape all other meters, too.
	private Map<String, Long> readSource() {
		try {
			return this.source.get();
		}
		catch (RuntimeException ex) {
			return Map.of();
		}
	}

}
