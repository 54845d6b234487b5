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
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The options that a kernel was built with.
 *
 * @param source the file they were read from
 * @param lines its lines
 */
record KernelConfiguration(String source, List<String> lines) {

	/** Whether the kernel has TLS: {@code y}, {@code m} or not. */
	static final String TLS = "CONFIG_TLS";

	/** Whether network cards may do it. */
	static final String TLS_DEVICE = "CONFIG_TLS_DEVICE";

	private static final String PREFIX = "CONFIG_";

	/**
	 * Find the options of a kernel.
	 * @param files where to look
	 * @param release the kernel's release
	 * @return the options, or empty if the kernel and its package keep them to themselves
	 */
	static Optional<KernelConfiguration> read(HostFiles files, String release) {
		Optional<KernelConfiguration> own = files.readCompressed("proc/config.gz")
			.flatMap((text) -> of("/proc/config.gz", text));
		return own.or(() -> Stream.of("boot/config-%s", "lib/modules/%s/config", "usr/lib/modules/%s/config")
			.map((path) -> path.formatted(release))
			.flatMap((path) -> files.read(path).flatMap((text) -> of("/" + path, text)).stream())
			.findFirst());
	}

	private static Optional<KernelConfiguration> of(String source, String text) {
		List<String> lines = text.lines().filter((line) -> line.contains(PREFIX)).toList();
		return lines.isEmpty() ? Optional.empty() : Optional.of(new KernelConfiguration(source, lines));
	}

	/**
	 * Return the value of an option.
	 * @param option its name
	 * @return for example {@code m}, or empty if it is not set
	 */
	Optional<String> value(String option) {
		return this.lines.stream()
			.filter((line) -> line.startsWith(option + "="))
			.map((line) -> line.substring(option.length() + 1).strip())
			.findFirst();
	}

	boolean isSet(String option) {
		return value(option).isPresent();
	}

	String describe(String option) {
		return value(option).map((value) -> option + "=" + value).orElse(option + " is not set");
	}

}
