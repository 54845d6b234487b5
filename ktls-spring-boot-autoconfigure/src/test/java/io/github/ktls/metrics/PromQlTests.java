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

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.metrics.Scrape.Sample;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PromQl}, on which those of the dashboard rest.
 */
class PromQlTests {

	private static final Scrape SCRAPE = new Scrape(
			List.of(new Sample("counter", "a_total", Map.of("path", "sendfile", "x", "1"), "1.0"),
					new Sample("gauge", "b", Map.of(), "1.0")));

	@ParameterizedTest
	@ValueSource(strings = { "c{}", "a{}", "rate(c{}[5m])", "a_total{y=\"1\"}", "a_total{y!=\"1\"}",
			"a_total{path=\"chunks\"}", "a_total{path=~\"chunks|send\"}", "a_total{path!~\"send.*\"}",
			"sum by (y) (a_total{})", "sum(a_total{}) / on(y) sum(a_total{})", "a_total", "sum(rate(b[5m]))",
			"a_total{} / b", "a_total{path=sendfile}", "1", "nosuchfunction(b{})" })
	void whenThereIsNotWhatIsAskedForItFails(String text) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> PromQl.parse(text).check(SCRAPE, Set.of()));
	}

	@Test
	void whenThereIsNoSuchLabelToShowItFails() {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> PromQl.parse("a_total{}").check(SCRAPE, Set.of("y")));
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> PromQl.parse("sum by (x) (a_total{})").check(SCRAPE, Set.of("path")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "b{}", "b{job=~\"$job\"} > 0",
			"sum by (path, x) (rate(a_total{path=~\"send.*\", x!=\"2\", instance=~\"$instance\"}[$__rate_interval]))",
			"sum by (path) (rate(a_total{}[5m])) / on() group_left() sum(rate(a_total{}[5m]))" })
	void whenThereIsAllThatIsAskedForItPasses(String text) {
		PromQl.parse(text).check(SCRAPE, Set.of());
	}

	@Test
	void whenLabelsToShowAreThereItPasses() {
		PromQl.parse("sum by (path) (a_total{})").check(SCRAPE, Set.of("path"));
		PromQl.parse("a_total{}").check(SCRAPE, Set.of("path", "instance"));
	}

}
