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

/**
 * Whether the kernel's TLS is loaded.
 */
final class ModuleCheck {

	private static final String NAME = "kernel module";

	private static final String MODULES = "proc/modules";

	private static final String MODULE = "sys/module/tls";

	private ModuleCheck() {
	}

	static Finding examine(HostFiles files, Optional<KernelConfiguration> configuration, boolean works,
			boolean loadedBefore) {
		Optional<String> modules = files.read(MODULES);
		Optional<String> seen = seen(files);
		if (seen.isPresent() && !loadedBefore) {
			return Finding.warning(NAME,
					"tls was loaded by this check, as the kernel does for CAP_NET_ADMIN; it is not loaded at boot",
					load());
		}
		if (seen.isPresent()) {
			return Finding.ok(NAME, "tls is loaded (/%s)".formatted(seen.get()));
		}
		if (configuration.flatMap((options) -> options.value(KernelConfiguration.TLS))
			.filter("y"::equals)
			.isPresent()) {
			return Finding.ok(NAME, "tls is built in");
		}
		if (works) {
			return Finding.ok(NAME, "tls is there, as the probe shows, though not listed here");
		}
		if (KernelConfigurationCheck.isWithoutTls(configuration)) {
			return Finding.failed(NAME, "there is none: this kernel was built without TLS",
					KernelConfigurationCheck.remedies(configuration));
		}
		if (modules.isEmpty()) {
			return Finding.unknown(NAME, "neither /proc/modules nor /sys/module/tls can be read",
					Remedy.host("lsmod | grep -w tls"));
		}
		return Finding.failed(NAME, "tls is not loaded", load());
	}

	/**
	 * Return whether the module can be seen. The probe may have it loaded.
	 * @param files the kernel's files
	 * @return whether it is among the modules
	 */
	static boolean isLoaded(HostFiles files) {
		return seen(files).isPresent();
	}

	private static Optional<String> seen(HostFiles files) {
		if (files.read(MODULES).stream().flatMap(String::lines).anyMatch((line) -> line.startsWith("tls "))) {
			return Optional.of(MODULES);
		}
		return files.exists(MODULE) ? Optional.of(MODULE) : Optional.empty();
	}

	static List<Remedy> load() {
		return List.of(new Remedy("on the host, now", "modprobe tls"),
				new Remedy("on the host, for every boot", "echo tls > /etc/modules-load.d/ktls.conf"),
				new Remedy("Kubernetes, DaemonSet, spec.template.spec.initContainers",
						"- {name: modprobe-tls, image: busybox, command: [chroot, /host, modprobe, tls], "
								+ "securityContext: {privileged: true}, volumeMounts: [{name: host, mountPath: /host}]}"),
				new Remedy("Kubernetes, DaemonSet, spec.template.spec.volumes", "- {name: host, hostPath: {path: /}}"));
	}

}
