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

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * What one network interface does for TLS, as it was when somebody looked.
 *
 * @param name the interface's name
 * @param index the interface's number, or 0 where the kernel did not tell
 * @param uppers the bonds and VLANs that traffic reaches it by, the nearest last
 * @param driver the name of its driver, or {@code null} where the kernel did not tell
 * @param features its features
 * @param counters what its driver counts of TLS, by the driver's names, for example
 * {@code tx_tls_encrypted_packets}; empty if it has no such feature
 */
public record NetworkInterfaceFeatures(String name, int index, List<String> uppers, @Nullable String driver,
		Map<TlsFeature, FeatureState> features, Map<String, Long> counters) {

	/**
	 * Copy what may change.
	 */
	public NetworkInterfaceFeatures {
		uppers = List.copyOf(uppers);
		features = Map.copyOf(features);
		counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
	}

	/**
	 * Look at the interfaces that traffic of this process may leave by: those that routes
	 * name, without the loopback interface, and in the place of bonds and VLANs what lies
	 * below them. Takes a few system calls for each.
	 * @return the interfaces; none where the kernel does not tell, or is not Linux
	 */
	public static List<NetworkInterfaceFeatures> all() {
		return all(KernelTls.get());
	}

	/**
	 * Look at the interfaces that traffic may leave by.
	 * @param kernel the kernel
	 * @return the interfaces; none where the kernel does not tell, or is not Linux
	 * @see #all()
	 */
	public static List<NetworkInterfaceFeatures> all(KernelTls kernel) {
		try {
			return kernel.networkInterfaces().look();
		}
		catch (IOException ex) {
			return List.of();
		}
	}

	/**
	 * Return the state of a feature.
	 * @param feature the feature
	 * @return its state
	 */
	public FeatureState state(TlsFeature feature) {
		return this.features.getOrDefault(feature, FeatureState.UNKNOWN);
	}

}
