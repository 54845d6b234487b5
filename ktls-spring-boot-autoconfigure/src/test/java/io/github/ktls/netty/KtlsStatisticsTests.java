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

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.KtlsFallbackReason;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KtlsStatistics}.
 */
class KtlsStatisticsTests {

	private final KtlsStatistics statistics = new KtlsStatistics();

	@Test
	void whenNothingHappenedAllCountersAreZero() {
		assertThat(counters().values()).containsOnly(0L);
	}

	@Test
	void eachCounterCountsOneThing() {
		assertOnly(this.statistics::receiveHandover, "receiveHandovers");
		assertOnly(this.statistics::keyUpdateSent, "keyUpdatesSent");
		assertOnly(this.statistics::keyUpdateReceived, "keyUpdatesReceived");
		assertOnly(this.statistics::keyUpdateFlood, "keyUpdateFloods");
		assertOnly(this.statistics::truncation, "truncations");
		assertOnly(this.statistics::fileBySendfile, "filesBySendfile");
		assertOnly(this.statistics::fileByChunks, "filesByChunks");
	}

	@Test
	void activeConnectionsAreThoseHandedOverAndNotClosed() {
		this.statistics.handover();
		this.statistics.handover();
		assertThat(this.statistics.getActive()).isEqualTo(2);
		this.statistics.closedOffloaded();
		assertThat(this.statistics.getActive()).isOne();
		assertThat(this.statistics.getHandovers()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	void eachReasonIsCountedByItself(KtlsFallbackReason reason) {
		this.statistics.fallback(reason);
		this.statistics.unavailable(reason);
		for (KtlsFallbackReason any : KtlsFallbackReason.values()) {
			assertThat(this.statistics.getFallbacks(any)).as(any.name()).isEqualTo((any == reason) ? 2 : 0);
		}
		assertThat(this.statistics.getHandovers()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void eachReasonOfReceivingIsCountedByItself(KtlsFallbackReason reason) {
		assertOnly(() -> this.statistics.receiveFallback(reason), "receive " + reason.name());
	}

	@ParameterizedTest
	@EnumSource
	void eachReasonOfDrainingIsCountedByItself(KtlsDrainEvent.Reason reason) {
		assertOnly(() -> this.statistics.drain(reason), "drain " + reason.name());
	}

	private void assertOnly(Runnable event, String name) {
		Map<String, Long> expected = counters();
		event.run();
		expected.merge(name, 1L, Long::sum);
		assertThat(counters()).isEqualTo(expected);
	}

	private Map<String, Long> counters() {
		Map<String, Long> counters = new LinkedHashMap<>();
		counters.put("handovers", this.statistics.getHandovers());
		counters.put("active", this.statistics.getActive());
		counters.put("receiveHandovers", this.statistics.getReceiveHandovers());
		counters.put("keyUpdatesSent", this.statistics.getKeyUpdatesSent());
		counters.put("keyUpdatesReceived", this.statistics.getKeyUpdatesReceived());
		counters.put("keyUpdateFloods", this.statistics.getKeyUpdateFloods());
		counters.put("truncations", this.statistics.getTruncations());
		counters.put("filesBySendfile", this.statistics.getFilesBySendfile());
		counters.put("filesByChunks", this.statistics.getFilesByChunks());
		for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
			counters.put(reason.name(), this.statistics.getFallbacks(reason));
			counters.put("receive " + reason.name(), this.statistics.getReceiveFallbacks(reason));
		}
		for (KtlsDrainEvent.Reason reason : KtlsDrainEvent.Reason.values()) {
			counters.put("drain " + reason.name(), this.statistics.getDrains(reason));
		}
		return counters;
	}

}
