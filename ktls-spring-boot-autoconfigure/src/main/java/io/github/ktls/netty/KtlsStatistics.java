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

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import io.github.ktls.kernel.KtlsFallbackReason;

/**
 * Counts what happened to connections and files. Thread-safe; only ever watches.
 */
public final class KtlsStatistics {

	private final LongAdder handovers = new LongAdder();

	private final LongAdder closedOffloaded = new LongAdder();

	private final LongAdder keyUpdatesSent = new LongAdder();

	private final LongAdder keyUpdatesReceived = new LongAdder();

	private final LongAdder keyUpdateFloods = new LongAdder();

	private final LongAdder truncations = new LongAdder();

	private final LongAdder receiveKeysInstalledAgain = new LongAdder();

	private final LongAdder receiveHandovers = new LongAdder();

	private final Map<KtlsDrainEvent.Reason, LongAdder> drains = new EnumMap<>(KtlsDrainEvent.Reason.class);

	private final Map<KtlsFallbackReason, LongAdder> receiveFallbacks = new EnumMap<>(KtlsFallbackReason.class);

	private final LongAdder filesBySendfile = new LongAdder();

	private final LongAdder filesByChunks = new LongAdder();

	private final Map<KtlsFallbackReason, LongAdder> fallbacks = new EnumMap<>(KtlsFallbackReason.class);

	/**
	 * Create a new instance with all counters at zero.
	 */
	public KtlsStatistics() {
		for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
			this.fallbacks.put(reason, new LongAdder());
			this.receiveFallbacks.put(reason, new LongAdder());
		}
		for (KtlsDrainEvent.Reason reason : KtlsDrainEvent.Reason.values()) {
			this.drains.put(reason, new LongAdder());
		}
	}

	void handover() {
		this.handovers.increment();
	}

	void closedOffloaded() {
		this.closedOffloaded.increment();
	}

	void receiveHandover() {
		this.receiveHandovers.increment();
	}

	void receiveKeyInstalledAgain() {
		this.receiveKeysInstalledAgain.increment();
	}

	void keyUpdateSent() {
		this.keyUpdatesSent.increment();
	}

	void keyUpdateReceived() {
		this.keyUpdatesReceived.increment();
	}

	void keyUpdateFlood() {
		this.keyUpdateFloods.increment();
	}

	void truncation() {
		this.truncations.increment();
	}

	void drain(KtlsDrainEvent.Reason reason) {
		increment(this.drains, reason);
	}

	void fallback(KtlsFallbackReason reason) {
		increment(this.fallbacks, reason);
	}

	void receiveFallback(KtlsFallbackReason reason) {
		increment(this.receiveFallbacks, reason);
	}

	private static <K> void increment(Map<K, LongAdder> counters, K key) {
		LongAdder counter = counters.get(key);
		if (counter != null) {
			counter.increment();
		}
	}

	private static <K> long sum(Map<K, LongAdder> counters, K key) {
		LongAdder counter = counters.get(key);
		return (counter != null) ? counter.sum() : 0;
	}

	/**
	 * Count a reason for which no connection at all can be handed over.
	 * @param reason the reason
	 */
	public void unavailable(KtlsFallbackReason reason) {
		fallback(reason);
	}

	void fileBySendfile() {
		this.filesBySendfile.increment();
	}

	/**
	 * Count a file that goes through the TLS engine in chunks.
	 */
	public void fileByChunks() {
		this.filesByChunks.increment();
	}

	/**
	 * Return how many connections were handed over.
	 * @return the number since the start
	 */
	public long getHandovers() {
		return this.handovers.sum();
	}

	/**
	 * Return how many connections are offloaded now.
	 * @return the number of open connections
	 */
	public long getActive() {
		return this.handovers.sum() - this.closedOffloaded.sum();
	}

	/**
	 * Return how many connections were not handed over for a reason.
	 * @param reason the reason
	 * @return the number since the start
	 */
	public long getFallbacks(KtlsFallbackReason reason) {
		return sum(this.fallbacks, reason);
	}

	/**
	 * Return how often the kernel was given a client's key for another time, as the
	 * client's KeyUpdate came in more than one record. Together with the KeyUpdates
	 * received this is what the kernel counts as {@code TlsRxRekeyOk}.
	 * @return the number since the start
	 */
	public long getReceiveKeysInstalledAgain() {
		return this.receiveKeysInstalledAgain.sum();
	}

	/**
	 * Return how many connections had their receiving side handed over, too.
	 * @return the number since the start
	 */
	public long getReceiveHandovers() {
		return this.receiveHandovers.sum();
	}

	/**
	 * Return how many offloaded connections kept their receiving side in user space for a
	 * reason, although it was to be handed over.
	 * @param reason the reason
	 * @return the number since the start
	 */
	public long getReceiveFallbacks(KtlsFallbackReason reason) {
		return sum(this.receiveFallbacks, reason);
	}

	/**
	 * Return how many offloaded connections were closed after a response for a reason.
	 * @param reason the reason
	 * @return the number since the start
	 */
	public long getDrains(KtlsDrainEvent.Reason reason) {
		return sum(this.drains, reason);
	}

	/**
	 * Return how often the key of an offloaded connection's sending side was replaced.
	 * @return the number of KeyUpdates sent since the start
	 */
	public long getKeyUpdatesSent() {
		return this.keyUpdatesSent.sum();
	}

	/**
	 * Return how often a client changed its key on a connection that the kernel reads
	 * for.
	 * @return the number of KeyUpdates received since the start
	 */
	public long getKeyUpdatesReceived() {
		return this.keyUpdatesReceived.sum();
	}

	/**
	 * Return how many offloaded connections were closed because of too many KeyUpdates.
	 * @return the number since the start
	 */
	public long getKeyUpdateFloods() {
		return this.keyUpdateFloods.sum();
	}

	/**
	 * Return how many offloaded connections a client ended without a close_notify, so
	 * that it is not certain that all it sent has arrived.
	 * @return the number since the start
	 */
	public long getTruncations() {
		return this.truncations.sum();
	}

	/**
	 * Return how many files (or ranges of files) left by sendfile.
	 * @return the number since the start
	 */
	public long getFilesBySendfile() {
		return this.filesBySendfile.sum();
	}

	/**
	 * Return how many files (or ranges of files) went through the TLS engine in chunks.
	 * @return the number since the start
	 */
	public long getFilesByChunks() {
		return this.filesByChunks.sum();
	}

}
