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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's own TLS counters of this network namespace, {@code /proc/net/tls_stat}
 * ({@code net/tls/tls_proc.c}), by whatever names the kernel gives them. The file is
 * there only once the module is loaded.
 */
public final class TlsStat {

	private static final Path FILE = Path.of("/proc/net/tls_stat");

	private static final Pattern LINE = Pattern.compile("\\s*(\\w+)\\s+(\\d{1,18})\\s*");

	private TlsStat() {
	}

	/**
	 * Read the counters.
	 * @return the values by the kernel's names; empty where the kernel has none
	 */
	public static Map<String, Long> read() {
		try {
			return parse(Files.readAllLines(FILE));
		}
		catch (IOException ex) {
			return Map.of();
		}
	}

	static Map<String, Long> parse(List<String> lines) {
		Map<String, Long> counters = new LinkedHashMap<>();
		for (String line : lines) {
			Matcher matcher = LINE.matcher(line);
			if (matcher.matches()) {
				counters.put(matcher.group(1), Long.parseLong(matcher.group(2)));
			}
		}
		return counters;
	}

}
