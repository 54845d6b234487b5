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

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The network interfaces, and what they can do for TLS.
 */
final class InterfacesCheck {

	private static final String NAME = "network interfaces";

	private static final String DIRECTORY = "sys/class/net";

	private InterfacesCheck() {
	}

	/**
	 * Look at the interfaces. What they can do for TLS is never in the way.
	 * @param files where they are listed
	 * @param features tells of an interface what it can do
	 * @return what was found, and how to switch on what is off
	 */
	static Finding examine(HostFiles files, Function<String, List<InterfaceFeature>> features) {
		List<String> names = files.list(DIRECTORY);
		if (names.isEmpty()) {
			return Finding.unknown(NAME, "/%s is empty or cannot be read".formatted(DIRECTORY));
		}
		List<String> descriptions = new ArrayList<>();
		List<Remedy> remedies = new ArrayList<>();
		for (String name : names) {
			List<InterfaceFeature> found = features.apply(name);
			descriptions.add(describe(files, name, found));
			found.stream()
				.filter((feature) -> !feature.on() && feature.changeable())
				.map((feature) -> new Remedy("on the host, to have the network card encrypt or decrypt",
						"ethtool -K %s %s on".formatted(name, feature.name())))
				.forEach(remedies::add);
		}
		return Finding.ok(NAME, String.join("; ", descriptions), remedies.toArray(Remedy[]::new));
	}

	private static String describe(HostFiles files, String name, List<InterfaceFeature> features) {
		String path = DIRECTORY + "/" + name;
		List<String> words = new ArrayList<>();
		words.add(files.read(path + "/operstate").map(String::strip).orElse("unknown"));
		if (files.exists(path + "/device")) {
			words.add("a device");
		}
		features.forEach((feature) -> words.add(feature.toString()));
		return "%s (%s)".formatted(name, String.join(", ", words));
	}

}
