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

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KernelCounters}, with a clock that stands still.
 */
class KernelCountersTests {

	private Map<String, Long> file = Map.of();

	private boolean broken;

	private int reads;

	// Near the end of the range, as it may begin anywhere.
	private long now = Long.MAX_VALUE - 10;

	private final KernelCounters counters = new KernelCounters(this::read, () -> this.now);

	private Map<String, Long> read() {
		this.reads++;
		if (this.broken) {
			throw new IllegalStateException("broken");
		}
		return this.file;
	}

	@Test
	void whenThereIsNoFileThereIsNothing() {
		assertThat(this.counters.names()).isEmpty();
		assertThat(this.counters.gauge("TlsCurrTxSw")).isNaN();
		assertThat(this.counters.counter("TlsTxSw")).isZero();
	}

	@Test
	void whenSourceFailsCountersStayAndGaugesAreUnknown() {
		this.file = Map.of("TlsTxSw", 5L, "TlsCurrTxSw", 2L);
		assertThat(this.counters.counter("TlsTxSw")).isEqualTo(5);
		this.broken = true;
		expire();
		assertThat(this.counters.counter("TlsTxSw")).isEqualTo(5);
		assertThat(this.counters.gauge("TlsCurrTxSw")).isNaN();
		assertThat(this.counters.names()).containsExactlyInAnyOrder("TlsTxSw", "TlsCurrTxSw");
		this.broken = false;
		this.file = Map.of("TlsTxSw", 6L, "TlsCurrTxSw", 1L);
		expire();
		assertThat(this.counters.counter("TlsTxSw")).isEqualTo(6);
		assertThat(this.counters.gauge("TlsCurrTxSw")).isOne();
	}

	@Test
	void whenSourceFailsAtFirstItIsAskedAgainLater() {
		this.broken = true;
		assertThat(this.counters.names()).isEmpty();
		this.broken = false;
		this.file = Map.of("TlsTxSw", 5L);
		assertThat(this.counters.names()).isEmpty();
		expire();
		assertThat(this.counters.names()).containsExactly("TlsTxSw");
	}

	@Test
	void whenManyAskAtOneTimeFileIsReadOnce() {
		this.file = Map.of("TlsTxSw", 5L, "TlsCurrTxSw", 2L);
		for (int i = 0; i < 100; i++) {
			this.counters.names();
			this.counters.gauge("TlsCurrTxSw");
			this.counters.counter("TlsTxSw");
		}
		this.now += KernelCounters.MAX_AGE_NANOS - 1;
		this.counters.names();
		assertThat(this.reads).isOne();
		this.now++;
		this.counters.names();
		this.counters.counter("TlsTxSw");
		assertThat(this.reads).isEqualTo(2);
	}

	@Test
	void whenAskedAgainLaterThereIsWhatTheFileHasThen() {
		this.counters.names();
		this.file = Map.of("TlsTxSw", 5L);
		assertThat(this.counters.counter("TlsTxSw")).isZero();
		expire();
		assertThat(this.counters.counter("TlsTxSw")).isEqualTo(5);
		this.file = Map.of("TlsTxSw", 6L, "TlsNew", 1L);
		expire();
		assertThat(this.counters.counter("TlsTxSw")).isEqualTo(6);
		assertThat(this.counters.names()).containsExactlyInAnyOrder("TlsTxSw", "TlsNew");
	}

	@Test
	void onlyWhatIsCurrentGoesDown() {
		assertThat(KernelCounters.isGauge("TlsCurrRxDevice")).isTrue();
		assertThat(KernelCounters.isGauge("TlsRxDevice")).isFalse();
	}

	private void expire() {
		this.now += KernelCounters.MAX_AGE_NANOS;
	}

}
