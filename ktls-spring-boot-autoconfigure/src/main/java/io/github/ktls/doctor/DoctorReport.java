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
import java.util.stream.Collectors;

/**
 * What the checks found.
 */
public final class DoctorReport {

	/** Kernel TLS will be used as configured: no check failed, and none is a warning. */
	public static final int USED = 0;

	/** Kernel TLS will not be used, or not as configured: at least one check failed. */
	public static final int NOT_USED = 1;

	/** Kernel TLS will be used: no check failed, and at least one is a warning. */
	public static final int USED_WITH_WARNINGS = 2;

	private final List<Finding> findings;

	DoctorReport(List<Finding> findings) {
		this.findings = List.copyOf(findings);
	}

	List<Finding> findings() {
		return this.findings;
	}

	/**
	 * Return the exit status for scripts. What could not be seen does not count.
	 * @return the status
	 */
	public int exitStatus() {
		if (has(CheckStatus.FAILED)) {
			return NOT_USED;
		}
		return has(CheckStatus.WARNING) ? USED_WITH_WARNINGS : USED;
	}

	/**
	 * Return what all findings come to.
	 * @return a sentence
	 */
	String verdict() {
		return switch (exitStatus()) {
			case USED -> "Kernel TLS will be used as configured.";
			case USED_WITH_WARNINGS -> "Kernel TLS will be used, with warnings: " + names(CheckStatus.WARNING) + ".";
			default -> "Kernel TLS will not be used as configured: " + names(CheckStatus.FAILED) + ".";
		};
	}

	private boolean has(CheckStatus status) {
		return this.findings.stream().anyMatch((finding) -> finding.status() == status);
	}

	private String names(CheckStatus status) {
		return this.findings.stream()
			.filter((finding) -> finding.status() == status)
			.map(Finding::check)
			.collect(Collectors.joining(", "));
	}

	/**
	 * Return the report for people.
	 * @return lines of ASCII, the last one with its end
	 */
	public String toText() {
		return TextReport.render(this);
	}

	/**
	 * Return the report for programs.
	 * @return an object of JSON, in ASCII, with the end of a line behind it
	 */
	public String toJson() {
		return JsonReport.render(this);
	}

}
