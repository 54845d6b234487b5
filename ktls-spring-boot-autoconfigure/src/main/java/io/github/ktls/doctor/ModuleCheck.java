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

	private ModuleCheck() {
	}

	static Finding examine(HostFiles files, Optional<KernelConfiguration> configuration, boolean works) {
		Optional<String> modules = files.read("proc/modules");
		if (modules.filter((text) -> text.lines().anyMatch((line) -> line.startsWith("tls "))).isPresent()) {
			return Finding.ok(NAME, "tls is loaded (/proc/modules)");
		}
		if (files.exists("sys/module/tls")) {
			return Finding.ok(NAME, "tls is loaded (/sys/module/tls)");
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

	static List<Remedy> load() {
		return List.of(new Remedy("on the host, now", "modprobe tls"),
				new Remedy("on the host, for every boot", "echo tls > /etc/modules-load.d/ktls.conf"),
				new Remedy("Kubernetes, DaemonSet, spec.template.spec.initContainers",
						"- {name: modprobe-tls, image: busybox, command: [chroot, /host, modprobe, tls], "
								+ "securityContext: {privileged: true}, volumeMounts: [{name: host, mountPath: /host}]}"),
				new Remedy("Kubernetes, DaemonSet, spec.template.spec.volumes", "- {name: host, hostPath: {path: /}}"));
	}

}
