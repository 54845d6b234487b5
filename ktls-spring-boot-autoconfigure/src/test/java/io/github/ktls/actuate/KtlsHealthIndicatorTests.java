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

package io.github.ktls.actuate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.netty.RecentHandovers;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link KtlsHealthIndicator}.
 */
class KtlsHealthIndicatorTests {

	private final RecentHandovers recent = mock(RecentHandovers.class);

	private final KtlsStatistics statistics = mock(KtlsStatistics.class);

	private final KtlsStatus status = mock(KtlsStatus.class);

	private final KernelTlsOptions options = KernelTlsOptions.defaults()
		.withStatistics(this.statistics)
		.withStatus(this.status);

	KtlsHealthIndicatorTests() {
		given(this.statistics.recentHandovers()).willReturn(this.recent);
		given(this.recent.counts()).willReturn(new RecentHandovers.Counts(0, 0));
	}

	@ParameterizedTest
	@CsvSource({ "10, 5", "10, 10", "11, 6", "1000, 500" })
	void whenRequiredAndHalfOfHandoversFailThenItIsOutOfService(long attempts, long failures) {
		assertThat(KtlsHealthIndicator.status(true, true, attempts, failures)).isEqualTo(Status.OUT_OF_SERVICE);
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "9, 9", "10, 4", "11, 5", "1000, 499" })
	void whenRequiredAndTooFewHandoversFailThenItIsUp(long attempts, long failures) {
		assertThat(KtlsHealthIndicator.status(true, true, attempts, failures)).isEqualTo(Status.UP);
	}

	@Test
	void whenRequiredAndNotUsedThenItIsDown() {
		assertThat(KtlsHealthIndicator.status(true, false, 0, 0)).isEqualTo(Status.DOWN);
		assertThat(KtlsHealthIndicator.status(true, false, 10, 10)).isEqualTo(Status.DOWN);
	}

	@ParameterizedTest
	@CsvSource({ "true, 0", "true, 10", "false, 0", "false, 10" })
	void whenNotRequiredThenItIsUp(boolean used, long failures) {
		assertThat(KtlsHealthIndicator.status(false, used, 10, failures)).isEqualTo(Status.UP);
	}

	@Test
	void whenFailuresAreForgottenThenItRecovers() {
		given(this.status.isUsed()).willReturn(true);
		KtlsHealthIndicator indicator = new KtlsHealthIndicator(this.options.withRequired(true));
		given(this.recent.counts()).willReturn(new RecentHandovers.Counts(10, 10));
		assertThat(indicator.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
		given(this.recent.counts()).willReturn(new RecentHandovers.Counts(0, 0));
		assertThat(indicator.health().getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void whenUsedThenDetailsAreNumbers() {
		given(this.statistics.getActive()).willReturn(3L);
		given(this.recent.counts()).willReturn(new RecentHandovers.Counts(8, 2));
		given(this.status.isUsed()).willReturn(true);
		this.options.rollout().stop();
		Health health = new KtlsHealthIndicator(this.options).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsExactly(entry("used", true), entry("activeConnections", 3L),
				entry("recentAttempts", 8L), entry("recentFailures", 2L), entry("stopped", true));
	}

	@Test
	void whenNotUsedThenDetailsTellWhy() {
		given(this.status.obstacle()).willReturn(KtlsFallback.of(KtlsFallbackReason.MODULE_MISSING));
		Health health = new KtlsHealthIndicator(this.options).health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).containsEntry("used", false)
			.containsEntry("obstacle", "MODULE_MISSING")
			.containsEntry("advice", KtlsFallbackReason.MODULE_MISSING.getAdvice());
	}

}
