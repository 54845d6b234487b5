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

package io.github.ktls.doctor;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A report for programs.
 */
final class JsonReport {

	private JsonReport() {
	}

	static String render(DoctorReport report) {
		return """
				{
				  "exitStatus": %d,
				  "verdict": %s,
				  "checks": %s
				}
				""".formatted(report.exitStatus(), string(report.verdict()),
				array(report.findings(), "\n    ", JsonReport::finding));
	}

	private static String finding(Finding finding) {
		return """
				{"check": %s, "status": %s, "finding": %s, "remedies": %s}""".formatted(string(finding.check()),
				string(finding.status().name()), string(finding.finding()),
				array(finding.remedies(), "\n      ", JsonReport::remedy));
	}

	private static String remedy(Remedy remedy) {
		return """
				{"where": %s, "line": %s}""".formatted(string(remedy.where()), string(remedy.line()));
	}

	private static <T> String array(List<T> values, String separator, Function<T, String> render) {
		return values.stream()
			.map(render.andThen((text) -> separator + text))
			.collect(Collectors.joining(",", "[", "]"));
	}

	private static String string(String text) {
		StringBuilder quoted = new StringBuilder("\"");
		for (int i = 0; i < text.length(); i++) {
			char character = text.charAt(i);
			if (character == '"' || character == '\\') {
				quoted.append('\\').append(character);
			}
			else if (character < ' ' || character > '~') {
				quoted.append("\\u%04x".formatted((int) character));
			}
			else {
				quoted.append(character);
			}
		}
		return quoted.append('"').toString();
	}

}
