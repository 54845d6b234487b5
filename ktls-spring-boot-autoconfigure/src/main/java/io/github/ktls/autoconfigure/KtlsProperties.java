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

package io.github.ktls.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsRollout;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsStatus;
import io.github.ktls.server.NicOffloadMode;

/**
 * {@link ConfigurationProperties Properties} for kernel TLS.
 */
@ConfigurationProperties("server.ssl.ktls")
public class KtlsProperties {

	private static final String PREFIX = "server.ssl.ktls.";

	private static final DataSize MAX_SIZE = DataSize.ofGigabytes(2);

	private static final long MIN_RECORD_LIMIT = 64;

	/**
	 * Whether to let the Linux kernel encrypt what HTTPS connections send.
	 */
	private boolean enabled;

	/**
	 * What to do where the kernel cannot do it.
	 */
	private Mode mode = Mode.PREFERRED;

	/**
	 * When a connection is handed over to the kernel.
	 */
	private Activation activation = Activation.ON_FIRST_FILE;

	/**
	 * Smallest file, or range of a file, that has a connection handed over when
	 * activation is on-first-file.
	 */
	private DataSize activationThreshold = DataSize.ofKilobytes(64);

	/**
	 * Size of the pieces in which files are encrypted on connections that are not handed
	 * over.
	 */
	private DataSize fallbackChunkSize = DataSize.ofKilobytes(256);

	/**
	 * Whether to let the kernel decrypt what connections receive, too.
	 */
	private boolean receive;

	/**
	 * Whether to let the kernel decrypt even if its release is known for a bug that a
	 * peer can reach.
	 */
	private boolean receiveDespiteAdvisories;

	/**
	 * What to do about network cards that can encrypt TLS records.
	 */
	private NicOffloadMode nicOffload = NicOffloadMode.AUTO;

	/**
	 * Whether files never change while they are being sent, so that a network card that
	 * encrypts may read them when it gets to it, without a copy.
	 */
	private boolean immutableFiles;

	/**
	 * How many of a hundred new connections are handed over. Can be changed while the
	 * application runs, by the actuator endpoint.
	 */
	private int rolloutPercentage = 100;

	/**
	 * Number of files that may be open at once for the responses that send them. Each
	 * further file is opened anew for each piece of it.
	 */
	private int maxOpenFiles = 1000;

	private final ResourceCache resourceCache = new ResourceCache();

	private final KeyUpdate keyUpdate = new KeyUpdate();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public Mode getMode() {
		return this.mode;
	}

	public void setMode(Mode mode) {
		this.mode = mode;
	}

	public Activation getActivation() {
		return this.activation;
	}

	public void setActivation(Activation activation) {
		this.activation = activation;
	}

	public DataSize getActivationThreshold() {
		return this.activationThreshold;
	}

	public void setActivationThreshold(DataSize activationThreshold) {
		this.activationThreshold = activationThreshold;
	}

	public DataSize getFallbackChunkSize() {
		return this.fallbackChunkSize;
	}

	public void setFallbackChunkSize(DataSize fallbackChunkSize) {
		this.fallbackChunkSize = fallbackChunkSize;
	}

	public boolean isReceive() {
		return this.receive;
	}

	public void setReceive(boolean receive) {
		this.receive = receive;
	}

	public boolean isReceiveDespiteAdvisories() {
		return this.receiveDespiteAdvisories;
	}

	public void setReceiveDespiteAdvisories(boolean receiveDespiteAdvisories) {
		this.receiveDespiteAdvisories = receiveDespiteAdvisories;
	}

	public NicOffloadMode getNicOffload() {
		return this.nicOffload;
	}

	public void setNicOffload(NicOffloadMode nicOffload) {
		this.nicOffload = nicOffload;
	}

	public boolean isImmutableFiles() {
		return this.immutableFiles;
	}

	public void setImmutableFiles(boolean immutableFiles) {
		this.immutableFiles = immutableFiles;
	}

	public int getRolloutPercentage() {
		return this.rolloutPercentage;
	}

	public void setRolloutPercentage(int rolloutPercentage) {
		this.rolloutPercentage = rolloutPercentage;
	}

	public int getMaxOpenFiles() {
		return this.maxOpenFiles;
	}

	public void setMaxOpenFiles(int maxOpenFiles) {
		this.maxOpenFiles = maxOpenFiles;
	}

	public ResourceCache getResourceCache() {
		return this.resourceCache;
	}

	public KeyUpdate getKeyUpdate() {
		return this.keyUpdate;
	}

	FileResources toFileResources(KtlsStatistics statistics) {
		check("max-open-files", this.maxOpenFiles, 0, "With 0, each piece of a file is read by opening it anew.");
		check("fallback-chunk-size", this.fallbackChunkSize, DataSize.ofKilobytes(1));
		DataSize maxSize = this.resourceCache.maxSize;
		check("resource-cache.max-size", maxSize.toBytes(), 0, "With 0, nothing is copied.");
		return new FileResources(this.maxOpenFiles, (int) this.fallbackChunkSize.toBytes(), maxSize.toBytes(),
				statistics::bytesByChunks);
	}

	KernelTlsOptions toOptions(KtlsRollout rollout, KtlsStatistics statistics, KtlsStatus status) {
		return new KernelTlsOptions(toSettings(), this.mode == Mode.REQUIRED, this.receiveDespiteAdvisories,
				this.nicOffload, rollout, statistics, status);
	}

	KtlsRollout toRollout() {
		if (this.rolloutPercentage < 0 || this.rolloutPercentage > 100) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + "rollout-percentage", this.rolloutPercentage,
					"It has to be from 0 to 100.");
		}
		return new KtlsRollout(this.rolloutPercentage);
	}

	KtlsSettings toSettings() {
		check("activation-threshold", this.activationThreshold, DataSize.ofBytes(0));
		check("fallback-chunk-size", this.fallbackChunkSize, DataSize.ofKilobytes(1));
		KtlsSettings settings = new KtlsSettings(this.activation, this.activationThreshold.toBytes(),
				(int) this.fallbackChunkSize.toBytes());
		return this.keyUpdate.applyTo(settings).withReceive(this.receive).withImmutableFiles(this.immutableFiles);
	}

	private static void check(String name, DataSize value, DataSize min) {
		if (value.compareTo(min) < 0 || value.compareTo(MAX_SIZE) >= 0) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + name, value,
					"It has to be at least %s and less than %s.".formatted(min, MAX_SIZE));
		}
	}

	private static void check(String name, long value, long min, String advice) {
		if (value < min) {
			throw new InvalidConfigurationPropertyValueException(PREFIX + name, value,
					"It has to be at least %d. %s".formatted(min, advice));
		}
	}

	/**
	 * Files with what static resources inside a jar contain, so that the kernel can send
	 * it.
	 */
	public static class ResourceCache {

		/**
		 * Size of all of them together, in the directory for temporary files. The least
		 * recently used ones make room. With 0 there are none.
		 */
		private DataSize maxSize = DataSize.ofMegabytes(64);

		public DataSize getMaxSize() {
			return this.maxSize;
		}

		public void setMaxSize(DataSize maxSize) {
			this.maxSize = maxSize;
		}

	}

	/**
	 * How long keys of TLS 1.3 live.
	 */
	public static class KeyUpdate {

		/**
		 * Number of records sent under one key, before it is replaced or, where the
		 * kernel cannot replace it, the connection is closed after the response. Unset,
		 * or where it is above it, the limit of the cipher holds.
		 */
		private @Nullable Long recordLimit;

		/**
		 * Number of KeyUpdates that the client of an offloaded connection may send within
		 * a second before the connection is closed with an alert. Warning alerts count,
		 * too. BoringSSL, which reads where the kernel does not, takes 32 in a row.
		 */
		private int maxReceivedPerSecond = 1000;

		public @Nullable Long getRecordLimit() {
			return this.recordLimit;
		}

		public void setRecordLimit(@Nullable Long recordLimit) {
			this.recordLimit = recordLimit;
		}

		public int getMaxReceivedPerSecond() {
			return this.maxReceivedPerSecond;
		}

		public void setMaxReceivedPerSecond(int maxReceivedPerSecond) {
			this.maxReceivedPerSecond = maxReceivedPerSecond;
		}

		private KtlsSettings applyTo(KtlsSettings settings) {
			check("key-update.max-received-per-second", this.maxReceivedPerSecond, 1,
					"A client that renews its keys at all sends one such record.");
			KtlsSettings limited = settings.withMaxKeyUpdatesPerSecond(this.maxReceivedPerSecond);
			if (this.recordLimit == null) {
				return limited;
			}
			check("key-update.record-limit", this.recordLimit, MIN_RECORD_LIMIT,
					"A smaller one would spend more on new keys than on data; leave it unset for the limit of the cipher.");
			return limited.withRecordLimit(this.recordLimit);
		}

	}

	/**
	 * What to do where the kernel cannot do it.
	 */
	public enum Mode {

		/**
		 * Go on in user space and say why.
		 */
		PREFERRED,

		/**
		 * Let the application fail to start.
		 */
		REQUIRED

	}

}
