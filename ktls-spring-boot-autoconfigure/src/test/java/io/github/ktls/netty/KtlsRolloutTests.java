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

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.KtlsFallbackReason;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link KtlsRollout}.
 */
class KtlsRolloutTests {

	@ParameterizedTest
	@ValueSource(ints = { -1, 101, Integer.MIN_VALUE, Integer.MAX_VALUE })
	void whenPercentageIsNoneIsRefused(int percentage) {
		KtlsRollout rollout = KtlsRollout.complete();
		assertThatIllegalArgumentException().isThrownBy(() -> rollout.setPercentage(percentage))
			.withMessageContaining("percentage");
		assertThatIllegalArgumentException().isThrownBy(() -> new KtlsRollout(percentage));
		assertThat(rollout.getPercentage()).isEqualTo(100);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 7, 25, 50, 99, 100 })
	void eachHundredConnectionsHaveTheirShare(int percentage) {
		KtlsRollout rollout = new KtlsRollout(percentage);
		for (int i = 0; i < 3; i++) {
			assertThat(chosenOf(rollout, 100)).hasSize(percentage);
		}
	}

	@Test
	void theShareIsSpread() {
		List<Integer> chosen = chosenOf(new KtlsRollout(20), 100);
		for (int begin = 0; begin < 100; begin += 25) {
			int from = begin;
			assertThat(chosen).filteredOn((i) -> i >= from && i < from + 25).hasSizeBetween(4, 6);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 4, 5, 10 })
	void connectionsThatComeInARhythmHaveTheirShareToo(int every) {
		for (int first = 0; first < every; first++) {
			int offset = first;
			assertThat(chosenOf(new KtlsRollout(50), 100)).filteredOn((i) -> i % every == offset)
				.hasSizeBetween(50 / every, 50 / every + 1);
		}
	}

	@Test
	void whenItsTurnComesLaterOnlyStoppingAndNoneAtAllCount() {
		KtlsRollout rollout = new KtlsRollout(1);
		assertThat(rollout.declineNow()).isNull();
		rollout.setPercentage(0);
		assertThat(rollout.declineNow()).isEqualTo(KtlsFallbackReason.NOT_ROLLED_OUT);
		rollout.stop();
		assertThat(rollout.declineNow()).isEqualTo(KtlsFallbackReason.HANDOVERS_STOPPED);
	}

	@Test
	void whenStoppedNoneIsChosenUntilItIsResumed() {
		KtlsRollout rollout = KtlsRollout.complete();
		rollout.stop();
		assertThat(rollout.isStopped()).isTrue();
		assertThat(rollout.decline()).isEqualTo(KtlsFallbackReason.HANDOVERS_STOPPED);
		rollout.resume();
		assertThat(rollout.isStopped()).isFalse();
		assertThat(rollout.decline()).isNull();
	}

	@Test
	void whenPercentageIsChangedItHoldsFromThenOn() {
		KtlsRollout rollout = new KtlsRollout(0);
		assertThat(rollout.decline()).isEqualTo(KtlsFallbackReason.NOT_ROLLED_OUT);
		rollout.setPercentage(100);
		assertThat(chosenOf(rollout, 50)).hasSize(50);
	}

	private static List<Integer> chosenOf(KtlsRollout rollout, int count) {
		List<Integer> chosen = new ArrayList<>();
		IntStream.range(0, count).filter((i) -> rollout.decline() == null).forEach(chosen::add);
		return chosen;
	}

}
