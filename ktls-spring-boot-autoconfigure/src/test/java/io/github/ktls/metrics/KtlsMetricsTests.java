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

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.netty.KtlsStatistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link KtlsMetrics} and {@link KtlsMeters}.
 */
class KtlsMetricsTests {

	private final KtlsStatistics statistics = mock();

	private final Map<String, Long> file = new HashMap<>(
			Map.of("TlsCurrTxSw", 3L, "TlsCurrRxDevice", 1L, "TlsTxSw", 7L, "TlsDecryptError", 2L));

	private boolean used;

	private long now;

	private int reads;

	private final KtlsMetrics metrics = new KtlsMetrics(this.statistics, () -> this.used,
			new KernelCounters(this::readFile, () -> this.now));

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private Map<String, Long> readFile() {
		this.reads++;
		return Map.copyOf(this.file);
	}

	@Test
	void whenNothingIsHandedOverThereAreOnlyFallbacks() {
		this.metrics.bindTo(this.registry);
		this.metrics.refresh();
		readAll(this.registry);
		assertThat(names(this.registry)).containsExactly(KtlsMeters.FALLBACKS.getName());
		for (KtlsMeters meter : KtlsMeters.values()) {
			assertThat(this.registry.find(meter.getName()).meters().isEmpty()).as(meter.getName())
				.isEqualTo(meter != KtlsMeters.FALLBACKS);
		}
		assertThat(this.reads).isZero();
	}

	@Test
	void whenServerIsFoundToHandOverOthersAreAdded() {
		this.metrics.bindTo(this.registry);
		this.used = true;
		assertThat(names(this.registry)).containsExactly(KtlsMeters.FALLBACKS.getName());
		this.metrics.refresh();
		assertThat(names(this.registry)).containsExactlyElementsOf(documentedNames());
	}

	@Test
	void whenServerHandsOverAndNobodyTellsReadingAMeterAddsOthers() {
		this.metrics.bindTo(this.registry);
		this.used = true;
		readAll(this.registry);
		assertThat(names(this.registry)).containsExactlyElementsOf(documentedNames());
	}

	@Test
	void whenThereAreSeveralRegistriesEachHasAll() {
		MeterRegistry second = new SimpleMeterRegistry();
		CompositeMeterRegistry composite = new CompositeMeterRegistry();
		composite.add(second);
		this.metrics.bindTo(this.registry);
		this.metrics.bindTo(composite);
		this.used = true;
		this.metrics.refresh();
		assertThat(names(this.registry)).containsExactlyElementsOf(documentedNames());
		assertThat(names(second)).containsExactlyElementsOf(documentedNames());
	}

	@Test
	void whenAllIsThereNothingIsAddedTwice() {
		bindAll();
		Set<Meter.Id> before = ids(this.registry);
		this.metrics.refresh();
		this.now += KernelCounters.MAX_AGE_NANOS;
		readAll(this.registry);
		assertThat(ids(this.registry)).isEqualTo(before);
	}

	@Test
	void whenKernelHasFurtherCountersLaterTheyAreAdded() {
		this.file.clear();
		bindAll();
		assertThat(this.registry.find(KtlsMeters.KERNEL_EVENTS.getName()).meters()).isEmpty();
		this.file.put("TlsTxSw", 4L);
		this.now += KernelCounters.MAX_AGE_NANOS;
		readAll(this.registry);
		assertThat(counter(KtlsMeters.KERNEL_EVENTS, "counter", "TlsTxSw")).isEqualTo(4);
		this.file.put("TlsCurrSomethingNew", 1L);
		this.now += KernelCounters.MAX_AGE_NANOS;
		readAll(this.registry);
		assertThat(gauge(KtlsMeters.KERNEL_SESSIONS, "counter", "TlsCurrSomethingNew")).isOne();
	}

	@Test
	void whenAllMetersAreReadKernelIsAskedOnce() {
		bindAll();
		this.now += KernelCounters.MAX_AGE_NANOS;
		this.reads = 0;
		readAll(this.registry);
		assertThat(this.reads).isOne();
	}

	@Test
	void whenMeterIsScrapedFirstScrapeHasAll() {
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		this.metrics.bindTo(prometheus);
		this.used = true;
		this.metrics.refresh();
		assertThat(prometheus.scrape()).contains("ktls_kernel_events_total{counter=\"TlsTxSw\"} 7.0",
				"ktls_kernel_sessions{counter=\"TlsCurrTxSw\"} 3.0",
				"ktls_active_connections{crypto=\"software\",direction=\"transmit\"} 0.0",
				"ktls_handover_duration_seconds_count 0");
	}

	@ParameterizedTest
	@EnumSource
	void eachMeterIsAsDocumented(KtlsMeters documented) {
		bindAll();
		assertThat(RequiredSearch.in(this.registry).name(documented.getName()).meters()).isNotEmpty()
			.allSatisfy((meter) -> {
				assertThat(meter.getId().getType()).isEqualTo(documented.getType());
				assertThat(meter.getId().getBaseUnit()).isEqualTo(documented.getBaseUnit());
				assertThat(meter.getId().getDescription()).isEqualTo(documented.getDescription()).isNotBlank();
				assertThat(meter.getId().getTags()).extracting(Tag::getKey)
					.containsExactlyInAnyOrderElementsOf(
							Arrays.stream(documented.getKeyNames()).map(KeyName::asString).toList());
			});
	}

	@Test
	void namesFollowTheConventions() {
		for (KtlsMeters meter : KtlsMeters.values()) {
			assertThat(meter.getName()).matches("ktls(\\.[a-z]+)+").startsWith(meter.getPrefix() + ".");
			// The unit would else be appended to the name where a system wants it there.
			assertThat(meter.getType() == Meter.Type.TIMER || meter.getName().endsWith("." + meter.getBaseUnit()))
				.as(meter.getName())
				.isTrue();
		}
	}

	@Test
	void tagsHaveFewValuesThatAreKnownInAdvance() {
		bindAll();
		Map<String, Set<String>> values = this.registry.getMeters()
			.stream()
			.flatMap((meter) -> meter.getId().getTags().stream())
			.collect(Collectors.groupingBy(Tag::getKey, Collectors.mapping(Tag::getValue, Collectors.toSet())));
		assertThat(values.get("direction")).containsExactlyInAnyOrder("transmit", "receive");
		assertThat(values.get("crypto")).containsExactlyInAnyOrder("software", "device", "unknown");
		assertThat(values.get("path")).containsExactlyInAnyOrder("sendfile", "chunks");
		assertThat(values.get("counter")).isEqualTo(this.file.keySet());
		Set<String> reasons = new TreeSet<>();
		Arrays.stream(KtlsFallbackReason.values()).map(Enum::name).forEach(reasons::add);
		Arrays.stream(KtlsDrainEvent.Reason.values()).map(Enum::name).forEach(reasons::add);
		assertThat(values.get("reason")).containsExactlyInAnyOrderElementsOf(reasons);
		assertThat(values.keySet()).containsExactlyInAnyOrderElementsOf(
				Arrays.stream(KtlsMeters.Keys.values()).map(KtlsMeters.Keys::asString).toList());
		assertThat(this.registry.getMeters()).hasSizeLessThan(150);
	}

	@Test
	void eachNumberIsThatOfTheStatistics() {
		Map<Meter, Number> expected = new LinkedHashMap<>();
		bindAll();
		long next = 1;
		for (OffloadMode mode : OffloadMode.values()) {
			String crypto = mode.name().toLowerCase(Locale.ROOT);
			given(this.statistics.getActive(mode)).willReturn(next);
			expected.put(find(KtlsMeters.ACTIVE_CONNECTIONS, "direction", "transmit", "crypto", crypto), next++);
			given(this.statistics.getReceiveActive(mode)).willReturn(next);
			expected.put(find(KtlsMeters.ACTIVE_CONNECTIONS, "direction", "receive", "crypto", crypto), next++);
			given(this.statistics.getHandovers(mode)).willReturn(next);
			expected.put(find(KtlsMeters.HANDOVERS, "direction", "transmit", "crypto", crypto), next++);
			given(this.statistics.getReceiveHandovers(mode)).willReturn(next);
			expected.put(find(KtlsMeters.HANDOVERS, "direction", "receive", "crypto", crypto), next++);
		}
		for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
			given(this.statistics.getFallbacks(reason)).willReturn(next);
			expected.put(find(KtlsMeters.FALLBACKS, "direction", "transmit", "reason", reason.name()), next++);
			given(this.statistics.getReceiveFallbacks(reason)).willReturn(next);
			expected.put(find(KtlsMeters.FALLBACKS, "direction", "receive", "reason", reason.name()), next++);
		}
		for (KtlsDrainEvent.Reason reason : KtlsDrainEvent.Reason.values()) {
			given(this.statistics.getDrains(reason)).willReturn(next);
			expected.put(find(KtlsMeters.DRAINS, "reason", reason.name()), next++);
		}
		given(this.statistics.getFilesBySendfile()).willReturn(next);
		expected.put(find(KtlsMeters.FILES, "path", "sendfile"), next++);
		given(this.statistics.getFilesByChunks()).willReturn(next);
		expected.put(find(KtlsMeters.FILES, "path", "chunks"), next++);
		given(this.statistics.getBytesBySendfile()).willReturn(next);
		expected.put(find(KtlsMeters.FILE_BYTES, "path", "sendfile"), next++);
		given(this.statistics.getBytesByChunks()).willReturn(next);
		expected.put(find(KtlsMeters.FILE_BYTES, "path", "chunks"), next++);
		given(this.statistics.getKeyUpdatesSent()).willReturn(next);
		expected.put(find(KtlsMeters.KEY_UPDATES, "direction", "transmit"), next++);
		given(this.statistics.getKeyUpdatesReceived()).willReturn(next);
		expected.put(find(KtlsMeters.KEY_UPDATES, "direction", "receive"), next++);
		given(this.statistics.getKeyUpdateFloods()).willReturn(next);
		expected.put(find(KtlsMeters.KEY_UPDATE_FLOODS), next++);
		given(this.statistics.getTruncations()).willReturn(next);
		expected.put(find(KtlsMeters.TRUNCATIONS), next++);
		this.file.forEach((name, value) -> expected
			.put(find(KernelCounters.isGauge(name) ? KtlsMeters.KERNEL_SESSIONS : KtlsMeters.KERNEL_EVENTS, "counter",
					name), value));
		given(this.statistics.getHandovers()).willReturn(next);
		given(this.statistics.getHandoverNanos()).willReturn(1_500L);
		FunctionTimer duration = this.registry.get(KtlsMeters.HANDOVER_DURATION.getName()).functionTimer();
		assertThat(duration.count()).isEqualTo((double) next);
		assertThat(duration.totalTime(TimeUnit.NANOSECONDS)).isEqualTo(1_500);
		assertThat(expected).hasSize(this.registry.getMeters().size() - 1);
		expected.forEach(
				(meter, value) -> assertThat(value(meter)).as(meter.getId().toString()).isEqualTo(value.doubleValue()));
	}

	@Test
	void whenAConnectionEndsWhileItIsCountedActiveOnesAreNotNegative() {
		bindAll();
		given(this.statistics.getActive(OffloadMode.SOFTWARE)).willReturn(-1L);
		assertThat(gauge(KtlsMeters.ACTIVE_CONNECTIONS, "direction", "transmit", "crypto", "software")).isZero();
	}

	@Test
	void whenKernelsFileIsGoneCountersDoNotGoDown() {
		bindAll();
		assertThat(counter(KtlsMeters.KERNEL_EVENTS, "counter", "TlsTxSw")).isEqualTo(7);
		this.file.clear();
		this.now += KernelCounters.MAX_AGE_NANOS;
		assertThat(counter(KtlsMeters.KERNEL_EVENTS, "counter", "TlsTxSw")).isEqualTo(7);
		assertThat(gauge(KtlsMeters.KERNEL_SESSIONS, "counter", "TlsCurrTxSw")).isNaN();
	}

	private void bindAll() {
		this.used = true;
		this.metrics.bindTo(this.registry);
	}

	private double counter(KtlsMeters meter, String... tags) {
		return ((FunctionCounter) find(meter, tags)).count();
	}

	private double gauge(KtlsMeters meter, String... tags) {
		return value(find(meter, tags));
	}

	private Meter find(KtlsMeters meter, String... tags) {
		return this.registry.get(meter.getName()).tags(tags).meter();
	}

	private static double value(Meter meter) {
		return meter.measure().iterator().next().getValue();
	}

	private static void readAll(MeterRegistry registry) {
		registry.getMeters().forEach((meter) -> meter.measure().forEach((measurement) -> measurement.getValue()));
	}

	private static Set<String> documentedNames() {
		return Arrays.stream(KtlsMeters.values())
			.map(KtlsMeters::getName)
			.collect(Collectors.toCollection(TreeSet::new));
	}

	private static Set<String> names(MeterRegistry registry) {
		return ids(registry).stream().map(Meter.Id::getName).collect(Collectors.toCollection(TreeSet::new));
	}

	private static Set<Meter.Id> ids(MeterRegistry registry) {
		return registry.getMeters().stream().map(Meter::getId).collect(Collectors.toSet());
	}

}
