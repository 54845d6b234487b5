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

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.FeatureState;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.NetworkInterfaceFeatures;
import io.github.ktls.kernel.TlsFeature;

/**
 * A network interface that traffic may leave by.
 *
 * @param name its name
 * @param upperInterfaces the bonds and VLANs that traffic reaches it by
 * @param driver the name of its driver, or {@code null} where the kernel does not tell
 * @param transmit whether it encrypts what is sent, or {@code null} where the kernel does
 * not tell
 * @param receive whether it decrypts what is received, or {@code null} where the kernel
 * does not tell
 * @param counters what its driver counts of TLS, by the driver's names
 */
record NetworkInterfaceDescriptor(String name, List<String> upperInterfaces, @Nullable String driver,
		@Nullable Feature transmit, @Nullable Feature receive, Map<String, Long> counters) {

	static List<NetworkInterfaceDescriptor> listOf(KernelTls kernel) {
		return NetworkInterfaceFeatures.all(kernel).stream().map(NetworkInterfaceDescriptor::of).toList();
	}

	static NetworkInterfaceDescriptor of(NetworkInterfaceFeatures features) {
		return new NetworkInterfaceDescriptor(features.name(), features.uppers(), features.driver(),
				Feature.of(features.state(TlsFeature.TRANSMIT)), Feature.of(features.state(TlsFeature.RECEIVE)),
				features.counters());
	}

	/**
	 * A feature of an interface, as {@code ethtool -k} shows it.
	 *
	 * @param on whether it is on
	 * @param fixed whether it cannot be changed
	 */
	record Feature(boolean on, boolean fixed) {

		static @Nullable Feature of(FeatureState state) {
			return switch (state) {
				case ON -> new Feature(true, false);
				case OFF -> new Feature(false, false);
				case ON_FIXED -> new Feature(true, true);
				case OFF_FIXED -> new Feature(false, true);
				case UNKNOWN -> null;
			};
		}

	}

}
