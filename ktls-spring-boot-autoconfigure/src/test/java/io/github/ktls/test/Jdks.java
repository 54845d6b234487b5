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

package io.github.ktls.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The JDKs of this machine: the one that runs, those whose directories
 * {@code KTLS_TEST_JDKS} names, with the path separator in between, and those of
 * {@code /usr/lib/jvm}.
 */
public final class Jdks {

	private static final Path WELL_KNOWN = Path.of("/usr/lib/jvm");

	private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+).*");

	private Jdks() {
	}

	/**
	 * Find the JDKs, one of each feature release.
	 * @return their directories by the number of the release
	 */
	public static Map<Integer, Path> find() {
		Map<Integer, Path> found = new TreeMap<>();
		Stream.of(Stream.of(Path.of(System.getProperty("java.home"))), named(), wellKnown())
			.flatMap((homes) -> homes)
			.filter((home) -> Files.isExecutable(home.resolve("bin/java")))
			.forEach((home) -> version(home).ifPresent((version) -> found.putIfAbsent(version, home)));
		return found;
	}

	private static Stream<Path> named() {
		String homes = System.getenv().getOrDefault("KTLS_TEST_JDKS", "");
		return Arrays.stream(homes.split(Pattern.quote(File.pathSeparator)))
			.filter((home) -> !home.isEmpty())
			.map(Path::of);
	}

	private static Stream<Path> wellKnown() {
		if (!Files.isDirectory(WELL_KNOWN)) {
			return Stream.empty();
		}
		try (Stream<Path> homes = Files.list(WELL_KNOWN)) {
			return homes.sorted().toList().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Optional<Integer> version(Path home) {
		try {
			Matcher matcher = VERSION.matcher(Files.readString(home.resolve("release")));
			return matcher.find() ? Optional.of(Integer.valueOf(matcher.group(1))) : Optional.empty();
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

}
