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
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;

/**
 * Seccomp, {@code no_new_privs} and security modules, and whether one of them refused a
 * system call of the probe.
 */
final class SandboxCheck {

	private static final String NAME = "seccomp and security modules";

	private static final Map<String, String> SECCOMP = Map.of("0", "no seccomp", "1", "seccomp in strict mode", "2",
			"a seccomp filter");

	/** What no kernel answers of its own accord to the calls of the probe. */
	private static final Pattern REFUSAL = Pattern.compile("\\S+ failed with (?:EPERM|EACCES|ENOSYS)\\b");

	private SandboxCheck() {
	}

	static Finding examine(HostFiles files, KernelTls kernel) {
		Optional<String> seccomp = files.status("Seccomp").map((mode) -> SECCOMP.getOrDefault(mode, "seccomp " + mode));
		String inForce = "%s, no_new_privs %s, %s".formatted(seccomp.orElse("seccomp unknown"),
				files.status("NoNewPrivs").map((value) -> value.equals("0") ? "not set" : "set").orElse("unknown"),
				label(files).map((label) -> "security label " + label).orElse("no security label"));
		Optional<String> refused = refusal(kernel);
		if (refused.isPresent()) {
			String finding = "%s; %s, which is none of the kernel's own answers".formatted(inForce, refused.get());
			return kernel.isAvailable() ? Finding.warning(NAME, finding, allow())
					: Finding.failed(NAME, finding, allow());
		}
		return seccomp.isPresent() ? Finding.ok(NAME, inForce + "; no system call was refused")
				: Finding.unknown(NAME, "/proc/self/status has no Seccomp; no system call was refused");
	}

	private static Optional<String> label(HostFiles files) {
		return files.read("proc/self/attr/current")
			.map((label) -> label.replace("\0", "").strip())
			.filter((label) -> !label.isEmpty());
	}

	private static Optional<String> refusal(KernelTls kernel) {
		Stream<KtlsFallback> probed = kernel.capabilities()
			.list()
			.stream()
			.flatMap((cipher) -> Stream.of(Optional.ofNullable(cipher.transmit()),
					Optional.ofNullable(cipher.receive())))
			.flatMap(Optional::stream);
		return Stream.concat(Stream.ofNullable(kernel.unavailabilityCause()), probed)
			.map(KtlsFallback::detail)
			.filter(Objects::nonNull)
			.map(REFUSAL::matcher)
			.filter(Matcher::find)
			.map(Matcher::group)
			.findFirst();
	}

	static List<Remedy> allow() {
		return List.of(
				new Remedy("seccomp: Docker",
						"docker run IMAGE (the default profile allows all; no --security-opt seccomp=)"),
				new Remedy("seccomp: in a profile of your own, \"syscalls\"",
						"{\"names\": [\"setsockopt\", \"getsockopt\", "
								+ "\"sendmsg\", \"recvmsg\", \"sendto\", \"recvfrom\", \"sendfile\"], \"action\": \"SCMP_ACT_ALLOW\"}"),
				new Remedy("seccomp: Kubernetes, container",
						"securityContext: {seccompProfile: {type: RuntimeDefault}}"),
				new Remedy("seccomp: systemd", "SystemCallFilter=@system-service"),
				new Remedy("AppArmor: Docker", "docker run --security-opt apparmor=docker-default IMAGE"),
				new Remedy("AppArmor: Kubernetes, container",
						"securityContext: {appArmorProfile: {type: RuntimeDefault}}"),
				new Remedy("SELinux: on the host", "ausearch -m avc -ts recent | audit2allow"));
	}

}
