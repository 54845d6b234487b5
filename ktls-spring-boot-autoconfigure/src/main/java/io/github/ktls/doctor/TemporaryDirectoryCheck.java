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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether native libraries can be unpacked and resources staged.
 */
final class TemporaryDirectoryCheck {

	private static final String NAME = "java.io.tmpdir";

	private TemporaryDirectoryCheck() {
	}

	static Finding examine(HostFiles files, Map<String, String> properties, boolean loaded) {
		String directory = properties.getOrDefault(NAME, "");
		boolean writable = !directory.isEmpty() && files.isWritableDirectory(relative(directory));
		boolean executable = mount(files, files.realPath(relative(directory)).orElse(directory))
			.filter((mount) -> mount.options().contains("noexec"))
			.isEmpty();
		if (writable && executable) {
			return Finding.ok(NAME, directory + " is writable and not mounted noexec");
		}
		List<String> defects = new ArrayList<>();
		if (!writable) {
			defects.add("not writable");
		}
		if (!executable) {
			defects.add("mounted noexec");
		}
		String finding = "'%s' is %s".formatted(directory, String.join(" and ", defects));
		if (!loaded) {
			return Finding.failed(NAME, finding + ", so native libraries cannot be unpacked", remedies());
		}
		return writable ? Finding.ok(NAME, finding + ", but the native libraries could be loaded") : Finding
			.warning(NAME, finding + ", so resources inside jars cannot be staged for the kernel", remedies());
	}

	private static List<Remedy> remedies() {
		return List.of(new Remedy("Docker", "docker run --tmpfs /tmp:exec IMAGE"),
				new Remedy("Kubernetes, container", "volumeMounts: [{name: tmp, mountPath: /tmp}]"),
				new Remedy("Kubernetes, pod", "volumes: [{name: tmp, emptyDir: {}}]"),
				new Remedy("command line", "-Djava.io.tmpdir=DIRECTORY"));
	}

	private static String relative(String path) {
		return path.startsWith("/") ? path.substring(1) : path;
	}

	private static Optional<Mount> mount(HostFiles files, String directory) {
		return files.read("proc/self/mountinfo")
			.stream()
			.flatMap(String::lines)
			.flatMap((line) -> Mount.parse(line).stream())
			.filter((mount) -> mount.contains(directory))
			// Of those in the same place the last one hides the others.
			.reduce((one, next) -> (next.point().length() >= one.point().length()) ? next : one);
	}

	/**
	 * A line of {@code /proc/self/mountinfo}.
	 *
	 * @param point where it is mounted
	 * @param options for example {@code noexec}
	 */
	private record Mount(String point, List<String> options) {

		private static final int POINT = 4;

		private static final int OPTIONS = 5;

		static Optional<Mount> parse(String line) {
			String[] fields = line.split(" ", -1);
			return (fields.length <= OPTIONS) ? Optional.empty() : Optional
				.of(new Mount(fields[POINT].replace("\\040", " "), Arrays.asList(fields[OPTIONS].split(",", -1))));
		}

		boolean contains(String directory) {
			return this.point.equals("/") || directory.equals(this.point) || directory.startsWith(this.point + "/");
		}

	}

}
