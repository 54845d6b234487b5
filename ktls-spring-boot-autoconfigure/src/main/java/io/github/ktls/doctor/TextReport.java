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

/**
 * A report for people.
 */
final class TextReport {

	private TextReport() {
	}

	static String render(DoctorReport report) {
		StringBuilder text = new StringBuilder();
		for (Finding finding : report.findings()) {
			text.append("%-9s %s: %s%n".formatted("[" + finding.status() + "]", finding.check(), finding.finding()));
			for (Remedy remedy : finding.remedies()) {
				text.append("            -> %s: %s%n".formatted(remedy.where(), remedy.line()));
			}
		}
		text.append("%n%s (exit status %d)%n".formatted(report.verdict(), report.exitStatus()));
		return text.toString();
	}

}
