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
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The operating system, the processor, the kernel, the container if it is one, and the
 * JVM.
 */
final class HostCheck {

	private static final String NAME = "host";

	private static final List<String> ARCHITECTURES = List.of("amd64", "aarch64");

	/** It becomes part of a path. */
	private static final Pattern RELEASE = Pattern.compile("[\\w.+~-]{1,100}");

	private static final Pattern CONTAINER_GROUP = Pattern.compile("docker|kubepods|libpod|containerd|lxc");

	private static final Pattern OVERLAY_ROOT = Pattern.compile("(?m)^\\d+ \\d+ \\S+ \\S+ / .* - overlay ");

	private HostCheck() {
	}

	static Finding examine(HostFiles files, Map<String, String> properties) {
		String os = properties.getOrDefault("os.name", "");
		String architecture = properties.getOrDefault("os.arch", "");
		String finding = "%s %s on %s, %s, %s %s".formatted(os, release(files, properties), architecture,
				container(files).map((kind) -> "in a container (" + kind + ")").orElse("not in a container"),
				properties.getOrDefault("java.vm.name", "JVM"), properties.getOrDefault("java.version", ""));
		if (!os.equalsIgnoreCase("Linux") || !ARCHITECTURES.contains(architecture)) {
			return Finding.failed(NAME, finding, elsewhere());
		}
		return Finding.ok(NAME, finding);
	}

	static List<Remedy> elsewhere() {
		return List
			.of(new Remedy("on a Linux host with x86-64 or aarch64 and a 64-bit JVM", "java -jar APPLICATION.jar"));
	}

	static String release(HostFiles files, Map<String, String> properties) {
		return files.read("proc/sys/kernel/osrelease")
			.map(String::strip)
			.filter((release) -> RELEASE.matcher(release).matches())
			.orElseGet(() -> properties.getOrDefault("os.version", ""));
	}

	private static Optional<String> container(HostFiles files) {
		if (files.exists("run/secrets/kubernetes.io") || files.exists("var/run/secrets/kubernetes.io")) {
			return Optional.of("Kubernetes");
		}
		if (files.exists("run/.containerenv")) {
			return Optional.of("Podman");
		}
		if (files.exists(".dockerenv")) {
			return Optional.of("Docker");
		}
		boolean grouped = files.read("proc/1/cgroup")
			.filter((groups) -> CONTAINER_GROUP.matcher(groups).find())
			.isPresent();
		boolean overlaid = files.read("proc/self/mountinfo")
			.filter((mounts) -> OVERLAY_ROOT.matcher(mounts).find())
			.isPresent();
		return (grouped || overlaid) ? Optional.of("by its control group or file system") : Optional.empty();
	}

}
