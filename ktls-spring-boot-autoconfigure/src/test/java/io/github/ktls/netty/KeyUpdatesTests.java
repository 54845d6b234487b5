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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KeyUpdates}.
 */
class KeyUpdatesTests {

	private static final long SECOND = 1_000_000_000L;

	private long now;

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE - SECOND / 2, Long.MIN_VALUE })
	void whenMoreComeThanASecondAllowsThatIsToldWhateverTheClockSays(long start) {
		this.now = start;
		KeyUpdates updates = new KeyUpdates(3, () -> this.now);
		assertThat(updates.received(1)).isTrue();
		this.now += SECOND - 1;
		assertThat(updates.received(2)).isTrue();
		assertThat(updates.received(1)).isFalse();
		assertThat(updates.received(0)).isFalse();
	}

	@Test
	void whenASecondHasPassedAsManyMayComeAgain() {
		KeyUpdates updates = new KeyUpdates(3, () -> this.now);
		for (int second = 0; second < 100; second++) {
			assertThat(updates.received(3)).isTrue();
			this.now += SECOND;
		}
	}

	@Test
	void whenTooManyComeAtOnceThatIsTold() {
		assertThat(new KeyUpdates(3, () -> this.now).received(4)).isFalse();
	}

}
