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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the Grafana dashboard asks Prometheus for.
 *
 * @param json the dashboard
 */
record Dashboard(JsonNode json) {

	private static final Path FILE = Path.of("../dashboards/ktls.json");

	private static final Pattern LEGEND = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");

	static Dashboard read() throws IOException {
		return new Dashboard(new JsonMapper().readTree(Files.readString(FILE)));
	}

	List<JsonNode> panels() {
		List<JsonNode> panels = new ArrayList<>();
		this.json.get("panels").forEach(panels::add);
		return panels;
	}

	List<JsonNode> variables() {
		List<JsonNode> variables = new ArrayList<>();
		this.json.get("templating").get("list").forEach(variables::add);
		return variables;
	}

	List<Target> targets() {
		List<Target> targets = new ArrayList<>();
		panels().forEach((panel) -> panel.path("targets")
			.forEach((target) -> targets.add(new Target(target.get("expr").asString(),
					LEGEND.matcher(target.get("legendFormat").asString())
						.results()
						.map((found) -> found.group(1))
						.collect(Collectors.toSet())))));
		return targets;
	}

	/**
	 * One line of a panel.
	 *
	 * @param expression what it asks for
	 * @param legends labels that it is named by
	 */
	record Target(String expression, Set<String> legends) {

	}

}
