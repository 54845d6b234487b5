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

/**
 * What the user decides about handing connections over.
 *
 * @param activation when a connection is handed over
 * @param activationThreshold the smallest file that triggers
 * {@link Activation#ON_FIRST_FILE}, in bytes
 * @param fallbackChunkSize the size of the pieces in which files go through the TLS
 * engine, in bytes
 * @param receive whether the receiving side is handed over too
 * @param recordLimit the number of records after which a sending key is used no more, as
 * far as its cipher allows that many; {@link Long#MAX_VALUE} leaves it to the cipher
 * @param maxKeyUpdatesPerSecond how many records without application data a peer may send
 * within a second, KeyUpdates among them
 * @param immutableFiles whether files that are being sent never change, so that a network
 * card may read them when it gets to it
 */
public record KtlsSettings(Activation activation, long activationThreshold, int fallbackChunkSize, boolean receive,
		long recordLimit, int maxKeyUpdatesPerSecond, boolean immutableFiles) {

	private static final long DEFAULT_ACTIVATION_THRESHOLD = 64 * 1024;

	private static final int DEFAULT_FALLBACK_CHUNK_SIZE = 256 * 1024;

	/** Far above what any peer needs. */
	private static final int DEFAULT_MAX_KEY_UPDATES_PER_SECOND = 1000;

	/**
	 * Check the settings.
	 */
	public KtlsSettings {
		if (activationThreshold < 0) {
			throw new IllegalArgumentException("'activationThreshold' must not be negative");
		}
		if (fallbackChunkSize <= 0) {
			throw new IllegalArgumentException("'fallbackChunkSize' must be positive");
		}
		if (recordLimit <= 0) {
			throw new IllegalArgumentException("'recordLimit' must be positive");
		}
		if (maxKeyUpdatesPerSecond <= 0) {
			throw new IllegalArgumentException("'maxKeyUpdatesPerSecond' must be positive");
		}
	}

	/**
	 * Return the settings of a server for which nothing is configured: the sending side
	 * is handed over with the first file that is worth it.
	 * @return the settings
	 */
	public static KtlsSettings defaults() {
		return new KtlsSettings(Activation.ON_FIRST_FILE, DEFAULT_ACTIVATION_THRESHOLD, DEFAULT_FALLBACK_CHUNK_SIZE);
	}

	/**
	 * Create settings with which only the sending side is handed over, and keys live as
	 * long as their cipher allows.
	 * @param activation when a connection is handed over
	 * @param activationThreshold the smallest file that triggers
	 * {@link Activation#ON_FIRST_FILE}, in bytes
	 * @param fallbackChunkSize the size of the pieces in which files go through the TLS
	 * engine, in bytes
	 */
	public KtlsSettings(Activation activation, long activationThreshold, int fallbackChunkSize) {
		this(activation, activationThreshold, fallbackChunkSize, false, Long.MAX_VALUE,
				DEFAULT_MAX_KEY_UPDATES_PER_SECOND, false);
	}

	/**
	 * Decide whether the receiving side is handed over too.
	 * @param receive whether it is
	 * @return settings that differ in this
	 */
	public KtlsSettings withReceive(boolean receive) {
		return new KtlsSettings(this.activation, this.activationThreshold, this.fallbackChunkSize, receive,
				this.recordLimit, this.maxKeyUpdatesPerSecond, this.immutableFiles);
	}

	/**
	 * Limit the use of a sending key.
	 * @param recordLimit the number of records
	 * @return settings that differ in this
	 */
	public KtlsSettings withRecordLimit(long recordLimit) {
		return new KtlsSettings(this.activation, this.activationThreshold, this.fallbackChunkSize, this.receive,
				recordLimit, this.maxKeyUpdatesPerSecond, this.immutableFiles);
	}

	/**
	 * Limit the records without application data that a peer may send.
	 * @param maxKeyUpdatesPerSecond their number within a second
	 * @return settings that differ in this
	 */
	public KtlsSettings withMaxKeyUpdatesPerSecond(int maxKeyUpdatesPerSecond) {
		return new KtlsSettings(this.activation, this.activationThreshold, this.fallbackChunkSize, this.receive,
				this.recordLimit, maxKeyUpdatesPerSecond, this.immutableFiles);
	}

	/**
	 * Promise that files do not change while they are being sent.
	 * @param immutableFiles whether they don't
	 * @return settings that differ in this
	 */
	public KtlsSettings withImmutableFiles(boolean immutableFiles) {
		return new KtlsSettings(this.activation, this.activationThreshold, this.fallbackChunkSize, this.receive,
				this.recordLimit, this.maxKeyUpdatesPerSecond, immutableFiles);
	}

}
