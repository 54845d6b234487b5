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

	private final LongAdder keyUpdateCloses = new LongAdder();

	private final LongAdder filesBySendfile = new LongAdder();

	private final LongAdder filesByChunks = new LongAdder();

	private final Map<KtlsFallbackReason, LongAdder> fallbacks = new EnumMap<>(KtlsFallbackReason.class);

	/**
	 * Create a new instance with all counters at zero.
	 */
	public KtlsStatistics() {
		for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
			this.fallbacks.put(reason, new LongAdder());
		}
	}

	void handover() {
		this.handovers.increment();
	}

	void closedOffloaded() {
		this.closedOffloaded.increment();
	}

	void keyUpdateClose() {
		this.keyUpdateCloses.increment();
	}

	void fallback(KtlsFallbackReason reason) {
		LongAdder counter = this.fallbacks.get(reason);
		if (counter != null) {
			counter.increment();
		}
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
		LongAdder counter = this.fallbacks.get(reason);
		return (counter != null) ? counter.sum() : 0;
	}

	/**
	 * Return how many offloaded connections were closed because the client asked for new
	 * keys.
	 * @return the number since the start
	 */
	public long getKeyUpdateCloses() {
		return this.keyUpdateCloses.sum();
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
