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

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The dashboard is one that Grafana can take. Whether there is what it asks for,
 * {@link MetricsKernelTests} shows.
 */
class DashboardTests {

	private static Dashboard dashboard;

	@BeforeAll
	static void read() throws IOException {
		dashboard = Dashboard.read();
	}

	@Test
	void itHasWhatGrafanaNeedsToImportIt() {
		JsonNode json = dashboard.json();
		assertThat(json.get("schemaVersion").asInt()).isGreaterThanOrEqualTo(39);
		assertThat(json.get("title").asString()).isNotBlank();
		assertThat(json.get("uid").asString()).isEqualTo("ktls");
		assertThat(json.get("id").isNull()).isTrue();
	}

	@Test
	void variablesSayWhoseNumbersAreShown() {
		assertThat(dashboard.variables()).extracting((variable) -> variable.get("name").asString())
			.containsExactly("datasource", "job", "instance");
		assertThat(dashboard.variables().subList(1, 3))
			.extracting((variable) -> variable.get("query").get("query").asString())
			.allSatisfy((query) -> assertThat(query).startsWith("label_values(ktls_fallbacks_total"));
	}

	@Test
	void eachPanelIsOfTheChosenDatasourceAndTargets() {
		assertThat(dashboard.targets()).hasSizeGreaterThan(10)
			.allSatisfy((target) -> assertThat(PromQl.parse(target.expression()).selectors()).allSatisfy(
					(selector) -> assertThat(selector.matchers()).contains(new PromQl.LabelMatcher("job", "=~", "$job"),
							new PromQl.LabelMatcher("instance", "=~", "$instance"))));
		assertThat(dashboard.json().toString()).doesNotContain("DS_PROMETHEUS");
		assertThat(dashboard.json().findValues("datasource")).hasSizeGreaterThan(10)
			.allSatisfy((datasource) -> assertThat(datasource.get("uid").asString()).isEqualTo("${datasource}"));
	}

	@Test
	void eachMeterIsShown() {
		Set<String> shown = dashboard.targets()
			.stream()
			.flatMap((target) -> PromQl.parse(target.expression()).selectors().stream())
			.map(PromQl.Selector::metric)
			.collect(Collectors.toSet());
		for (KtlsMeters meter : KtlsMeters.values()) {
			assertThat(shown).containsAll(PrometheusNames.of(meter));
		}
	}

	@Test
	void onlyVariablesThatExistAreUsed() {
		Pattern variable = Pattern.compile("\\$\\{?(\\w+)");
		Set<String> used = variable.matcher(dashboard.json().toString())
			.results()
			.map((found) -> found.group(1))
			.collect(Collectors.toSet());
		assertThat(used).containsExactlyInAnyOrder("datasource", "job", "instance", "__rate_interval", "__all");
	}

	@Test
	void panelsHaveNamesOfTheirOwnAndDoNotOverlap() {
		List<JsonNode> panels = dashboard.panels();
		assertThat(panels).extracting((panel) -> panel.get("id").asInt()).doesNotHaveDuplicates();
		assertThat(panels).extracting((panel) -> panel.get("title").asString()).doesNotHaveDuplicates();
		Set<String> cells = new HashSet<>();
		for (JsonNode panel : panels) {
			JsonNode position = panel.get("gridPos");
			int right = position.get("x").asInt() + position.get("w").asInt();
			assertThat(right).isLessThanOrEqualTo(24);
			for (int x = position.get("x").asInt(); x < right; x++) {
				for (int y = position.get("y").asInt(); y < position.get("y").asInt()
						+ position.get("h").asInt(); y++) {
					assertThat(cells.add(x + "," + y)).as(panel.get("title").asString()).isTrue();
				}
			}
		}
	}

}
