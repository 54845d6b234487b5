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

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.github.ktls.kernel.TlsStat;
import io.github.ktls.netty.KtlsStatistics;

/**
 * {@link MeterBinder} for {@link KtlsMeters}, which only reads. Whether a server hands
 * connections over is known when it has bound its port, and registries are often there
 * earlier. So each gets {@link KtlsMeters#FALLBACKS} at once, and the others when
 * {@link #refresh()} is called or a meter is read, if the server does by then. The same
 * goes for counters that the kernel begins to have.
 */
public final class KtlsMetrics implements MeterBinder {

	private final KtlsStatistics statistics;

	private final BooleanSupplier used;

	private final KernelCounters kernel;

	private final List<RegistryMeters> registries = new CopyOnWriteArrayList<>();

	/**
	 * Create a new instance.
	 * @param statistics what happened to connections and files
	 * @param used tells whether the server hands connections over
	 */
	public KtlsMetrics(KtlsStatistics statistics, BooleanSupplier used) {
		this(statistics, used, new KernelCounters(TlsStat::read, System::nanoTime));
	}

	KtlsMetrics(KtlsStatistics statistics, BooleanSupplier used, KernelCounters kernel) {
		this.statistics = statistics;
		this.used = used;
		this.kernel = kernel;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		RegistryMeters meters = new RegistryMeters(registry, this.statistics, this.used, this.kernel);
		this.registries.add(meters);
		meters.bindFallbacks();
		meters.refresh();
	}

	/**
	 * Add meters for what is there by now. To be called when a server has been started;
	 * otherwise only the second scrape would see all of them.
	 */
	public void refresh() {
		this.registries.forEach(RegistryMeters::refresh);
	}

}
