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

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.OffloadMode;

/**
 * Counts what happened to connections and files. Thread-safe; only ever watches.
 */
public final class KtlsStatistics {

	private final Map<OffloadMode, LongAdder> handovers = counters(OffloadMode.class);

	private final Map<OffloadMode, LongAdder> closedOffloaded = counters(OffloadMode.class);

	private final LongAdder handoverNanos = new LongAdder();

	private final RecentHandovers recentHandovers = new RecentHandovers(System::nanoTime);

	private final OffloadedConnections connections = new OffloadedConnections();

	private final LongAdder keyUpdatesSent = new LongAdder();

	private final LongAdder keyUpdatesReceived = new LongAdder();

	private final LongAdder keyUpdateFloods = new LongAdder();

	private final LongAdder truncations = new LongAdder();

	private final LongAdder receiveKeysInstalledAgain = new LongAdder();

	private final Map<OffloadMode, LongAdder> receiveHandovers = counters(OffloadMode.class);

	private final Map<OffloadMode, LongAdder> closedReceiveOffloaded = counters(OffloadMode.class);

	private final Map<KtlsDrainEvent.Reason, LongAdder> drains = counters(KtlsDrainEvent.Reason.class);

	private final Map<KtlsFallbackReason, LongAdder> receiveFallbacks = counters(KtlsFallbackReason.class);

	private final LongAdder filesBySendfile = new LongAdder();

	private final LongAdder filesByChunks = new LongAdder();

	private final LongAdder bytesBySendfile = new LongAdder();

	private final LongAdder bytesByChunks = new LongAdder();

	private final Map<KtlsFallbackReason, LongAdder> fallbacks = counters(KtlsFallbackReason.class);

	private static <K extends Enum<K>> Map<K, LongAdder> counters(Class<K> type) {
		Map<K, LongAdder> counters = new EnumMap<>(type);
		for (K key : type.getEnumConstants()) {
			counters.put(key, new LongAdder());
		}
		return counters;
	}

	void handover(OffloadMode mode, long nanos) {
		increment(this.handovers, mode);
		this.handoverNanos.add(nanos);
		this.recentHandovers.succeeded();
	}

	void handoverFailed() {
		this.recentHandovers.failed();
	}

	void closed(KtlsConnection offloaded) {
		increment(this.closedOffloaded, offloaded.transmitMode());
		increment(this.closedReceiveOffloaded, offloaded.receiveMode());
	}

	void receiveHandover(OffloadMode mode) {
		increment(this.receiveHandovers, mode);
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

	private static <K> void increment(Map<K, LongAdder> counters, @Nullable K key) {
		LongAdder counter = (key != null) ? counters.get(key) : null;
		if (counter != null) {
			counter.increment();
		}
	}

	private static long sum(Map<?, LongAdder> counters) {
		return counters.values().stream().mapToLong(LongAdder::sum).sum();
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

	/**
	 * Count a reason for which no receiving side at all can be handed over.
	 * @param reason the reason
	 */
	public void receiveUnavailable(KtlsFallbackReason reason) {
		receiveFallback(reason);
	}

	void fileBySendfile() {
		this.filesBySendfile.increment();
	}

	void bytesBySendfile(long bytes) {
		this.bytesBySendfile.add(bytes);
	}

	/**
	 * Count bytes of files that are read to go through the TLS engine.
	 * @param bytes their number
	 */
	public void bytesByChunks(long bytes) {
		this.bytesByChunks.add(bytes);
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
		return sum(this.handovers);
	}

	/**
	 * Return how many connections were handed over, by who encrypts what they send.
	 * @param mode who encrypts
	 * @return the number since the start
	 */
	public long getHandovers(OffloadMode mode) {
		return sum(this.handovers, mode);
	}

	/**
	 * Return how long all handovers together took, from the moment writes were held back
	 * to the one in which the kernel had the key.
	 * @return the time in nanoseconds
	 */
	public long getHandoverNanos() {
		return this.handoverNanos.sum();
	}

	/**
	 * Return how the latest handovers went.
	 * @return their number and that of those that failed
	 */
	public RecentHandovers recentHandovers() {
		return this.recentHandovers;
	}

	/**
	 * Return the connections that are offloaded now.
	 * @return the connections
	 */
	public OffloadedConnections connections() {
		return this.connections;
	}

	/**
	 * Return how many connections are offloaded now.
	 * @return the number of open connections
	 */
	public long getActive() {
		// In this order, or more could have been closed than were handed over.
		long closed = sum(this.closedOffloaded);
		return sum(this.handovers) - closed;
	}

	/**
	 * Return how many connections are offloaded now, by who encrypts what they send.
	 * @param mode who encrypts
	 * @return the number of open connections
	 */
	public long getActive(OffloadMode mode) {
		long closed = sum(this.closedOffloaded, mode);
		return getHandovers(mode) - closed;
	}

	/**
	 * Return how many connections the kernel also receives for now, by who decrypts.
	 * @param mode who decrypts
	 * @return the number of open connections
	 */
	public long getReceiveActive(OffloadMode mode) {
		long closed = sum(this.closedReceiveOffloaded, mode);
		return getReceiveHandovers(mode) - closed;
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
		return sum(this.receiveHandovers);
	}

	/**
	 * Return how many connections had their receiving side handed over, too, by who
	 * decrypts.
	 * @param mode who decrypts
	 * @return the number since the start
	 */
	public long getReceiveHandovers(OffloadMode mode) {
		return sum(this.receiveHandovers, mode);
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

	/**
	 * Return how much of files left by sendfile.
	 * @return the number of bytes that the kernel took since the start
	 */
	public long getBytesBySendfile() {
		return this.bytesBySendfile.sum();
	}

	/**
	 * Return how much of files was read to go through the TLS engine.
	 * @return the number of bytes since the start
	 */
	public long getBytesByChunks() {
		return this.bytesByChunks.sum();
	}

}
