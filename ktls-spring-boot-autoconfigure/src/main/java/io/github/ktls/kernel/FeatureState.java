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

package io.github.ktls.kernel;

/**
 * State of a feature of a network interface, as {@code ethtool -k} shows it.
 */
public enum FeatureState {

	/** It is on and can be switched off. */
	ON,

	/** It is off and can be switched on. */
	OFF,

	/** It is on for good. */
	ON_FIXED,

	/** It is off for good: the interface does not have it. */
	OFF_FIXED,

	/** The kernel does not know it. */
	UNKNOWN;

	static FeatureState of(boolean active, boolean changeable) {
		if (changeable) {
			return active ? ON : OFF;
		}
		return active ? ON_FIXED : OFF_FIXED;
	}

	/**
	 * Return whether the feature is on.
	 * @return whether it is
	 */
	public boolean isOn() {
		return this == ON || this == ON_FIXED;
	}

	/**
	 * Return whether the interface has the feature, be it on or off.
	 * @return whether it is on or can be switched on
	 */
	public boolean isThere() {
		return isOn() || this == OFF;
	}

}
