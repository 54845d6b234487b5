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
import java.util.stream.Stream;

import io.github.ktls.kernel.FeatureState;
import io.github.ktls.kernel.NetworkInterfaceFeatures;
import io.github.ktls.kernel.TlsFeature;

/**
 * What a network interface can do for TLS.
 *
 * @param name the kernel's name of it, for example {@code tls-hw-tx-offload}
 * @param on whether it is switched on
 * @param changeable whether it can be switched
 */
record InterfaceFeature(String name, boolean on, boolean changeable) {

	/**
	 * Return what an interface can do.
	 * @param found the interface
	 * @return those features that it has, be they on or off
	 */
	static List<InterfaceFeature> of(NetworkInterfaceFeatures found) {
		return Stream.of(TlsFeature.TRANSMIT, TlsFeature.RECEIVE)
			.filter((feature) -> found.state(feature).isThere())
			.map((feature) -> of(feature, found.state(feature)))
			.toList();
	}

	private static InterfaceFeature of(TlsFeature feature, FeatureState state) {
		return new InterfaceFeature(feature.featureName(), state.isOn(), state != FeatureState.ON_FIXED);
	}

	@Override
	public String toString() {
		return "%s %s%s".formatted(this.name, this.on ? "on" : "off", this.changeable ? "" : " for good");
	}

}
