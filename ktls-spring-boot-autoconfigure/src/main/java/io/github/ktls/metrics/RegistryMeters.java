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

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.netty.KtlsStatistics;

/**
 * The meters of one registry. Each function keeps this object, and with it what is
 * measured, which Micrometer itself does not.
 */
final class RegistryMeters {

	private final MeterRegistry registry;

	private final KtlsStatistics statistics;

	private final BooleanSupplier used;

	private final KernelCounters kernel;

	private final AtomicBoolean complete = new AtomicBoolean();

	private final Set<String> kernelNames = ConcurrentHashMap.newKeySet();

	RegistryMeters(MeterRegistry registry, KtlsStatistics statistics, BooleanSupplier used, KernelCounters kernel) {
		this.registry = registry;
		this.statistics = statistics;
		this.used = used;
		this.kernel = kernel;
	}

	void bindFallbacks() {
		for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
			Tags tags = KtlsTags.reason(reason);
			counter(KtlsMeters.FALLBACKS, tags.and(KtlsTags.TRANSMIT), (counted) -> counted.getFallbacks(reason));
			counter(KtlsMeters.FALLBACKS, tags.and(KtlsTags.RECEIVE), (counted) -> counted.getReceiveFallbacks(reason));
		}
	}

	/**
	 * Add what is missing, if the server hands connections over.
	 */
	void refresh() {
		if (!this.used.getAsBoolean()) {
			return;
		}
		if (this.complete.compareAndSet(false, true)) {
			bindConnections();
			bindFiles();
			bindKeyUpdates();
			bindEnds();
		}
		for (String name : this.kernel.names()) {
			if (this.kernelNames.add(name)) {
				bindKernel(name);
			}
		}
	}

	private void bindConnections() {
		for (OffloadMode mode : OffloadMode.values()) {
			Tags transmit = KtlsTags.TRANSMIT.and(KtlsTags.crypto(mode));
			Tags receive = KtlsTags.RECEIVE.and(KtlsTags.crypto(mode));
			counter(KtlsMeters.HANDOVERS, transmit, (counted) -> counted.getHandovers(mode));
			counter(KtlsMeters.HANDOVERS, receive, (counted) -> counted.getReceiveHandovers(mode));
			// What is subtracted may be newer than what it is subtracted from.
			gauge(KtlsMeters.ACTIVE_CONNECTIONS, transmit, (counted) -> Math.max(0, counted.getActive(mode)));
			gauge(KtlsMeters.ACTIVE_CONNECTIONS, receive, (counted) -> Math.max(0, counted.getReceiveActive(mode)));
		}
		KtlsMeters duration = KtlsMeters.HANDOVER_DURATION;
		FunctionTimer
			.builder(duration.getName(), this.statistics, KtlsStatistics::getHandovers,
					KtlsStatistics::getHandoverNanos, TimeUnit.NANOSECONDS)
			.description(duration.getDescription())
			.register(this.registry);
	}

	private void bindFiles() {
		counter(KtlsMeters.FILES, KtlsTags.SENDFILE, KtlsStatistics::getFilesBySendfile);
		counter(KtlsMeters.FILES, KtlsTags.CHUNKS, KtlsStatistics::getFilesByChunks);
		counter(KtlsMeters.FILE_BYTES, KtlsTags.SENDFILE, KtlsStatistics::getBytesBySendfile);
		counter(KtlsMeters.FILE_BYTES, KtlsTags.CHUNKS, KtlsStatistics::getBytesByChunks);
	}

	private void bindKeyUpdates() {
		counter(KtlsMeters.KEY_UPDATES, KtlsTags.TRANSMIT, KtlsStatistics::getKeyUpdatesSent);
		counter(KtlsMeters.KEY_UPDATES, KtlsTags.RECEIVE, KtlsStatistics::getKeyUpdatesReceived);
		counter(KtlsMeters.KEY_UPDATE_FLOODS, Tags.empty(), KtlsStatistics::getKeyUpdateFloods);
	}

	private void bindEnds() {
		for (KtlsDrainEvent.Reason reason : KtlsDrainEvent.Reason.values()) {
			counter(KtlsMeters.DRAINS, KtlsTags.reason(reason), (counted) -> counted.getDrains(reason));
		}
		counter(KtlsMeters.TRUNCATIONS, Tags.empty(), KtlsStatistics::getTruncations);
	}

	private void bindKernel(String name) {
		Tags tags = KtlsTags.counter(name);
		if (KernelCounters.isGauge(name)) {
			gauge(KtlsMeters.KERNEL_SESSIONS, tags, (counted) -> this.kernel.gauge(name));
		}
		else {
			counter(KtlsMeters.KERNEL_EVENTS, tags, (counted) -> this.kernel.counter(name));
		}
	}

	private void gauge(KtlsMeters meter, Tags tags, ToDoubleFunction<KtlsStatistics> value) {
		Gauge.builder(meter.getName(), this.statistics, refreshing(value))
			.tags(tags)
			.baseUnit(meter.getBaseUnit())
			.description(meter.getDescription())
			.register(this.registry);
	}

	private void counter(KtlsMeters meter, Tags tags, ToDoubleFunction<KtlsStatistics> value) {
		FunctionCounter.builder(meter.getName(), this.statistics, refreshing(value))
			.tags(tags)
			.baseUnit(meter.getBaseUnit())
			.description(meter.getDescription())
			.register(this.registry);
	}

	private ToDoubleFunction<KtlsStatistics> refreshing(ToDoubleFunction<KtlsStatistics> value) {
		return (counted) -> {
			refresh();
			return value.applyAsDouble(counted);
		};
	}

}
