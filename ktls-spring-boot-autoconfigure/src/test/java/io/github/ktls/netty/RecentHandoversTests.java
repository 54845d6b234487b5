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

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecentHandovers}.
 */
class RecentHandoversTests {

	/** Where {@link System#nanoTime()} may begin. */
	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(30));

	private final RecentHandovers recent = new RecentHandovers(this.now::get);

	@Test
	void whenNothingWasAttemptedNothingFailed() {
		assertThat(this.recent.counts().attempts()).isZero();
		assertThat(this.recent.counts().failures()).isZero();
	}

	@Test
	void attemptsAreForgottenAfterAMinute() {
		this.recent.failed();
		for (int second = 5; second < RecentHandovers.WINDOW_SECONDS; second += 5) {
			advance(5);
			this.recent.succeeded();
		}
		assertThat(this.recent.counts().attempts()).isEqualTo(12);
		assertThat(this.recent.counts().failures()).isOne();
		advance(5);
		assertThat(this.recent.counts().attempts()).isEqualTo(11);
		assertThat(this.recent.counts().failures()).isZero();
		advance(RecentHandovers.WINDOW_SECONDS);
		assertThat(this.recent.counts().attempts()).isZero();
	}

	@Test
	void whenAMinuteLaterSomethingIsAttemptedOnlyThatCounts() {
		this.recent.failed();
		advance(10 * RecentHandovers.WINDOW_SECONDS);
		this.recent.succeeded();
		assertThat(this.recent.counts().attempts()).isOne();
		assertThat(this.recent.counts().failures()).isZero();
	}

	private void advance(int seconds) {
		this.now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
	}

}
