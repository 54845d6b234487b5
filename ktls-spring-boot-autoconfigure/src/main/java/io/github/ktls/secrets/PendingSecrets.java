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

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Traffic secrets of handshakes that are under way, by the address of their native TLS
 * object. Secrets are only kept for an engine that was announced, are handed out once,
 * and are wiped together when their handshake fails, their connection dies or their time
 * is over; the number of entries is bounded. Thread-safe.
 */
final class PendingSecrets {

	/** Parts of a lifetime after which is looked what has expired. */
	private static final int TICKS = 10;

	private final Map<Long, Entry> entries = new ConcurrentHashMap<>();

	private final int maxEntries;

	private final long lifetimeNanos;

	private final LongSupplier clock;

	private final Executor expiryExecutor;

	private final AtomicBoolean expiryScheduled = new AtomicBoolean();

	/**
	 * Create a new instance.
	 * @param maxEntries the largest number of handshakes under way that are remembered
	 * @param lifetime how long a handshake may take before its secret is forgotten
	 */
	PendingSecrets(int maxEntries, Duration lifetime) {
		this(maxEntries, lifetime, System::nanoTime,
				CompletableFuture.delayedExecutor(lifetime.toNanos() / TICKS, TimeUnit.NANOSECONDS));
	}

	PendingSecrets(int maxEntries, Duration lifetime, LongSupplier clock, Executor expiryExecutor) {
		this.maxEntries = maxEntries;
		this.lifetimeNanos = lifetime.toNanos();
		this.clock = clock;
		this.expiryExecutor = expiryExecutor;
	}

	/**
	 * Announce a handshake. Does nothing if there are too many: the connection then has
	 * no secrets and stays in user space.
	 * @param ssl the address of the native TLS object
	 * @return what stands for the handshake, or {@code null} if there are too many
	 */
	@Nullable Entry announce(long ssl) {
		// An address is used again after it was freed; what was left there is stale.
		discard(ssl);
		if (this.entries.size() >= this.maxEntries) {
			expire();
			if (this.entries.size() >= this.maxEntries) {
				return null;
			}
		}
		Entry entry = new Entry(ssl, this.clock.getAsLong() + this.lifetimeNanos);
		this.entries.put(ssl, entry);
		scheduleExpiry();
		return entry;
	}

	/**
	 * Keep a secret, if its handshake was announced; else wipe it.
	 * @param ssl the address of the native TLS object
	 * @param side who sends with it
	 * @param secret the secret, which this object owns from here
	 */
	void put(long ssl, Side side, byte[] secret) {
		Entry entry = this.entries.get(ssl);
		if (entry == null) {
			Arrays.fill(secret, (byte) 0);
			return;
		}
		entry.put(side, secret);
		if (this.entries.get(ssl) != entry) {
			// Discarded meanwhile, perhaps before the secret was there.
			entry.wipe();
		}
	}

	/**
	 * Hand out the secrets of a handshake. They can be had once.
	 * @param ssl the address of the native TLS object
	 * @return the secrets, which the caller has to close; without any if there are none
	 */
	TrafficSecrets take(long ssl) {
		Entry entry = this.entries.remove(ssl);
		return (entry != null) ? entry.take() : new TrafficSecrets();
	}

	/**
	 * Forget a handshake and wipe its secrets.
	 * @param ssl the address of the native TLS object
	 */
	void discard(long ssl) {
		Entry entry = this.entries.remove(ssl);
		if (entry != null) {
			entry.wipe();
		}
	}

	/**
	 * Forget a handshake whose native TLS object may be gone, so that its address may be
	 * that of another one, and wipe its secrets.
	 * @param entry what stands for the handshake
	 */
	void discard(Entry entry) {
		this.entries.remove(entry.ssl, entry);
		entry.wipe();
	}

	/**
	 * Return the number of handshakes remembered.
	 * @return the number
	 */
	int size() {
		return this.entries.size();
	}

	private void scheduleExpiry() {
		if (this.expiryScheduled.compareAndSet(false, true)) {
			this.expiryExecutor.execute(() -> {
				this.expiryScheduled.set(false);
				expire();
				if (!this.entries.isEmpty()) {
					scheduleExpiry();
				}
			});
		}
	}

	private void expire() {
		long now = this.clock.getAsLong();
		this.entries.forEach((ssl, entry) -> {
			if (entry.expiry - now <= 0 && this.entries.remove(ssl, entry)) {
				entry.wipe();
			}
		});
	}

	/**
	 * One handshake.
	 */
	static final class Entry {

		private final long ssl;

		private final long expiry;

		private TrafficSecrets secrets = new TrafficSecrets();

		Entry(long ssl, long expiry) {
			this.ssl = ssl;
			this.expiry = expiry;
		}

		synchronized void put(Side side, byte[] secret) {
			this.secrets.put(side, secret);
		}

		synchronized TrafficSecrets take() {
			TrafficSecrets taken = this.secrets;
			this.secrets = new TrafficSecrets();
			return taken;
		}

		synchronized void wipe() {
			this.secrets.close();
		}

	}

}
