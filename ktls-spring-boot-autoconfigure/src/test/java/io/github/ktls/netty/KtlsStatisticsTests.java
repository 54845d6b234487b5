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

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.OffloadMode;

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
		assertOnly(this.statistics::keyUpdateSent, "keyUpdatesSent");
		assertOnly(this.statistics::keyUpdateReceived, "keyUpdatesReceived");
		assertOnly(this.statistics::keyUpdateFlood, "keyUpdateFloods");
		assertOnly(this.statistics::truncation, "truncations");
		assertOnly(this.statistics::fileBySendfile, "filesBySendfile");
		assertOnly(this.statistics::fileByChunks, "filesByChunks");
		assertOnly(() -> this.statistics.bytesBySendfile(1), "bytesBySendfile");
		assertOnly(() -> this.statistics.bytesByChunks(1), "bytesByChunks");
	}

	@ParameterizedTest
	@EnumSource
	void activeConnectionsAreThoseHandedOverAndNotClosed(OffloadMode mode) {
		OffloadMode other = (mode != OffloadMode.UNKNOWN) ? OffloadMode.UNKNOWN : OffloadMode.SOFTWARE;
		this.statistics.handover(mode, 7);
		this.statistics.handover(mode, 8);
		this.statistics.handover(other, 9);
		this.statistics.receiveHandover(other);
		assertThat(this.statistics.getHandoverNanos()).isEqualTo(24);
		assertThat(this.statistics.getActive()).isEqualTo(3);
		assertThat(this.statistics.getReceiveActive(other)).isOne();
		this.statistics.closed(connection(mode, other));
		assertThat(this.statistics.getActive()).isEqualTo(2);
		assertThat(this.statistics.getActive(mode)).isOne();
		assertThat(this.statistics.getActive(other)).isOne();
		assertThat(this.statistics.getReceiveActive(other)).isZero();
		assertThat(this.statistics.getReceiveHandovers()).isOne();
		assertThat(this.statistics.getReceiveHandovers(other)).isOne();
		assertThat(this.statistics.getReceiveHandovers(mode)).isZero();
		assertThat(this.statistics.getHandovers()).isEqualTo(3);
		assertThat(this.statistics.getHandovers(mode)).isEqualTo(2);
	}

	@Test
	void whenTheEngineReceivesClosingEndsTheSendingSideOnly() {
		this.statistics.handover(OffloadMode.SOFTWARE, 1);
		this.statistics.receiveHandover(OffloadMode.SOFTWARE);
		this.statistics.closed(connection(OffloadMode.SOFTWARE, null));
		assertThat(this.statistics.getActive()).isZero();
		assertThat(this.statistics.getReceiveActive(OffloadMode.SOFTWARE)).isOne();
	}

	@Test
	void whatWasAttemptedLatelyIsKnown() {
		this.statistics.handover(OffloadMode.SOFTWARE, 1);
		this.statistics.handoverFailed();
		this.statistics.fallback(KtlsFallbackReason.APPLICATION_PROTOCOL);
		assertThat(this.statistics.recentHandovers().counts().attempts()).isEqualTo(2);
		assertThat(this.statistics.recentHandovers().counts().failures()).isOne();
	}

	private static KtlsConnection connection(OffloadMode transmit, @Nullable OffloadMode receive) {
		KtlsConnection connection = new KtlsConnection();
		connection.transmitInstalled(transmit);
		if (receive != null) {
			connection.receiveOffloaded(receive);
		}
		return connection;
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
		counters.put("bytesBySendfile", this.statistics.getBytesBySendfile());
		counters.put("bytesByChunks", this.statistics.getBytesByChunks());
		counters.put("handoverNanos", this.statistics.getHandoverNanos());
		counters.put("attempts", this.statistics.recentHandovers().counts().attempts());
		for (OffloadMode mode : OffloadMode.values()) {
			counters.put("handovers " + mode, this.statistics.getHandovers(mode));
			counters.put("active " + mode, this.statistics.getActive(mode));
			counters.put("receive handovers " + mode, this.statistics.getReceiveHandovers(mode));
			counters.put("receive active " + mode, this.statistics.getReceiveActive(mode));
		}
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
