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

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.ktls.netty.KtlsRollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RolloutChange}.
 */
@ExtendWith(OutputCaptureExtension.class)
class RolloutChangeTests {

	private final KtlsRollout rollout = new KtlsRollout(50);

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`',
			value = { ",,Say what to do", "halt,,'handovers' must be", "STOP,10,'handovers' must be",
					"``,10,'handovers' must be", ",101,'percentage' must be", "stop,-1,'percentage' must be" })
	void whenItIsNotClearThenItIsRefused(@Nullable String handovers, @Nullable Integer percentage, String reason) {
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> RolloutChange.of(handovers, percentage))
			.satisfies((ex) -> assertThat(ex.getReason()).startsWith(reason))
			.withMessageStartingWith(reason);
	}

	@Test
	void whenStoppedThenPercentageIsAsItWas(CapturedOutput output) {
		assertThat(applied("stop", null)).isEqualTo(new RolloutDescriptor(true, 50));
		assertThat(output).contains("INFO", "Handing new connections over to the kernel was stopped")
			.doesNotContain("Percentage");
	}

	@Test
	void whenResumedThenNewConnectionsAreHandedOver(CapturedOutput output) {
		this.rollout.stop();
		assertThat(applied("resume", null)).isEqualTo(new RolloutDescriptor(false, 50));
		assertThat(output).contains("Handing new connections over to the kernel was resumed");
	}

	@ParameterizedTest
	@CsvSource({ "0", "100" })
	void whenPercentageIsChangedThenStoppedConnectionsStayStopped(int percentage, CapturedOutput output) {
		this.rollout.stop();
		assertThat(applied(null, percentage)).isEqualTo(new RolloutDescriptor(true, percentage));
		assertThat(output)
			.contains(
					"Percentage of new connections that are handed over to the kernel changed from 50 to " + percentage)
			.doesNotContain("was stopped");
	}

	@Test
	void whenBothAreSaidThenBothChange(CapturedOutput output) {
		assertThat(applied("stop", 25)).isEqualTo(new RolloutDescriptor(true, 25));
		assertThat(output).contains("from 50 to 25", "was stopped");
	}

	@Test
	void whenNothingChangesThenNothingIsLogged(CapturedOutput output) {
		assertThat(applied("resume", 50)).isEqualTo(new RolloutDescriptor(false, 50));
		assertThat(output).doesNotContain("KtlsEndpoint");
	}

	private RolloutDescriptor applied(@Nullable String handovers, @Nullable Integer percentage) {
		RolloutChange.of(handovers, percentage).applyTo(this.rollout);
		return RolloutDescriptor.of(this.rollout);
	}

}
