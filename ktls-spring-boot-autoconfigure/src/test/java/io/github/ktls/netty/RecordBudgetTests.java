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

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordBudget}.
 */
class RecordBudgetTests {

	@ParameterizedTest
	@CsvSource({ "0, 1, 2", "1, 1, 2", "1023, 1, 2", "1024, 2, 2", "4096, 5, 3", "16384, 17, 6", "16385, 17, 6" })
	void costIsThatOfTheSmallestRecords(long bytes, long buffer, long file) {
		assertThat(RecordBudget.ofBuffer(bytes)).isEqualTo(buffer);
		assertThat(RecordBudget.ofFile(bytes)).isEqualTo(file);
	}

	@Test
	void whateverIsSpentLimitIsNotReached() {
		RecordStream.check((random) -> {
			long limit = 1L + random.nextInt(1000);
			long spent = random.nextInt(3);
			RecordBudget budget = new RecordBudget(limit, spent);
			for (int i = 0; i < 100; i++) {
				long records = random.nextInt(50);
				if (budget.spend(records)) {
					spent += records;
				}
				// What ends the connection is not charged.
				assertThat(records == 0 || spent + 3 < limit || spent < 3).isTrue();
				assertThat(budget.isHalfSpent()).isEqualTo(spent > limit / 2);
			}
		});
	}

	@Test
	void whatIsAffordableCanBeSpent() {
		RecordStream.check((random) -> {
			RecordBudget budget = new RecordBudget(64 + random.nextInt(100), random.nextInt(60));
			long bytes = budget.affordableFileBytes(0);
			assertThat(bytes == 0 || budget.spend(RecordBudget.ofFile(bytes))).isTrue();
			assertThat(budget.spend(RecordBudget.ofFile(4096))).isFalse();
		});
	}

	@Test
	void untilHalfIsSpentTheLongestBufferCanBeSpent() {
		Random random = new Random(1);
		for (int limit = 64; limit < 2000; limit += 1 + random.nextInt(10)) {
			RecordBudget budget = new RecordBudget(limit, limit / 2);
			assertThat(budget.isHalfSpent()).isFalse();
			assertThat(budget.spend(RecordBudget.ofBuffer(budget.maxBufferBytes()))).as("%d", limit).isTrue();
		}
	}

	@Test
	void whatIsLearnedReplacesWhatWasCharged() {
		RecordBudget budget = new RecordBudget(64, 0);
		assertThat(budget.spend(60)).isTrue();
		assertThat(budget.spend(1)).isFalse();
		budget.learned(10);
		assertThat(budget.isHalfSpent()).isFalse();
		assertThat(budget.spend(50)).isTrue();
		assertThat(budget.spend(1)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 3, 64, 23_726_566, Long.MAX_VALUE })
	void buffersAreCutIntoSomethingAndLengthsDoNotOverflow(long limit) {
		RecordBudget budget = new RecordBudget(limit, 0);
		assertThat(budget.maxBufferBytes()).isBetween(1L, (long) Integer.MAX_VALUE);
		assertThat(budget.affordableFileBytes(0)).isNotNegative();
	}

}
