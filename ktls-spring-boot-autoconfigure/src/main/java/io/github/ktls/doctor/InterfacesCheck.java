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
 * The network interfaces, and what their TLS can do.
 */
final class InterfacesCheck {

	private static final String NAME = "network interfaces";

	private static final String DIRECTORY = "sys/class/net";

	private InterfacesCheck() {
	}

	/**
	 * Look at the interfaces.
	 * @param files where they are listed
	 * @param features tells of an interface what its TLS can do, or nothing
	 * @return what was found
	 */
	static Finding examine(HostFiles files, Function<String, String> features) {
		List<String> names = files.list(DIRECTORY);
		if (names.isEmpty()) {
			return Finding.unknown(NAME, "/%s is empty or cannot be read".formatted(DIRECTORY));
		}
		return Finding.ok(NAME,
				names.stream().map((name) -> describe(files, name, features)).collect(Collectors.joining("; ")));
	}

	private static String describe(HostFiles files, String name, Function<String, String> features) {
		String path = DIRECTORY + "/" + name;
		String state = files.read(path + "/operstate").map(String::strip).orElse("unknown");
		String kind = files.exists(path + "/device") ? ", a device" : "";
		String tls = features.apply(name);
		return "%s (%s%s%s)".formatted(name, state, kind, tls.isEmpty() ? "" : ", " + tls);
	}

}
