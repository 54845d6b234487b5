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

package io.github.ktls.server;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.ktls.kernel.FeatureState;
import io.github.ktls.kernel.TlsFeature;

/**
 * Words for what network cards do. Not thread-safe.
 */
final class NicOffloadReport {

	private final List<Finding> findings = new ArrayList<>();

	private final Set<String> unknown = new LinkedHashSet<>();

	/**
	 * Note a feature of an interface.
	 * @param name the interface
	 * @param feature the feature
	 * @param state the state that it had
	 * @param action what was done about it
	 */
	void add(String name, TlsFeature feature, FeatureState state, Action action) {
		if (state.isThere()) {
			this.findings.add(new Finding(name, feature, state, action));
		}
		else if (state == FeatureState.UNKNOWN) {
			this.unknown.add(name);
		}
	}

	/**
	 * Put it into words.
	 * @param mode what was wanted
	 * @return a part of a sentence
	 */
	String describe(NicOffloadMode mode) {
		if (this.findings.isEmpty() && !this.unknown.isEmpty()) {
			return "unknown (" + String.join(", ", this.unknown) + " could not be read)";
		}
		if (this.findings.isEmpty()) {
			return "no (no interface has %s)".formatted(TlsFeature.TRANSMIT.featureName());
		}
		boolean none = this.findings.stream().noneMatch(Finding::isOn);
		String details = this.findings.stream()
			.map((finding) -> finding.describe(mode))
			.collect(Collectors.joining(", "));
		return none ? "no (" + details + ")" : details;
	}

	/**
	 * What was done about a feature.
	 */
	enum Action {

		/** Nothing: it is as it is wanted, or nobody wanted anything. */
		NONE,

		/** It was switched. */
		SWITCHED,

		/** Another feature is in the way, which no command for this one helps. */
		BLOCKED,

		/** The kernel did not let us. */
		REFUSED

	}

	private record Finding(String name, TlsFeature feature, FeatureState state, Action action) {

		boolean isOn() {
			return this.state.isOn() != (this.action == Action.SWITCHED);
		}

		String describe(NicOffloadMode mode) {
			return switch (this.action) {
				case SWITCHED ->
					"%s (%s switched %s)".formatted(this.name, this.feature.featureName(), isOn() ? "on" : "off");
				case BLOCKED -> "%s (%s stays %s as another feature is in the way)".formatted(this.name,
						this.feature.featureName(), isOn() ? "on" : "off");
				case REFUSED -> "%s %s, run '%s'".formatted(this.name, isOn() ? "still does it" : "could",
						NicOffload.command(this.name, this.feature, mode == NicOffloadMode.AUTO));
				case NONE -> "%s (%s %s)".formatted(this.name, this.feature.featureName(), isOn() ? "on" : "off");
			};
		}

	}

}
