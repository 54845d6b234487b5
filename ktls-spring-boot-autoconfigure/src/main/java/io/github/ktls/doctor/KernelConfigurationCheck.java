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
 * Whether the kernel was built with TLS.
 */
final class KernelConfigurationCheck {

	private static final String NAME = "kernel configuration";

	private KernelConfigurationCheck() {
	}

	static Finding examine(Optional<KernelConfiguration> configuration, String release) {
		if (configuration.isEmpty()) {
			return Finding.unknown(NAME, "neither /proc/config.gz nor /boot/config-%s can be read".formatted(release),
					Remedy.host("grep CONFIG_TLS= /boot/config-$(uname -r)"));
		}
		KernelConfiguration options = configuration.get();
		String finding = "%s, %s (%s)".formatted(options.describe(KernelConfiguration.TLS),
				options.describe(KernelConfiguration.TLS_DEVICE), options.source());
		if (!options.isSet(KernelConfiguration.TLS)) {
			return Finding.failed(NAME, finding, anotherKernel());
		}
		return Finding.ok(NAME, options.isSet(KernelConfiguration.TLS_DEVICE) ? finding
				: finding + "; without the latter no network card encrypts");
	}

	/**
	 * Return what to do where the kernel's TLS is not loaded.
	 * @param configuration the options that the kernel was built with
	 * @return commands that load it, or, if there is nothing to load, another kernel
	 */
	static List<Remedy> remedies(Optional<KernelConfiguration> configuration) {
		return isWithoutTls(configuration) ? anotherKernel() : ModuleCheck.load();
	}

	static boolean isWithoutTls(Optional<KernelConfiguration> configuration) {
		return configuration.filter((options) -> !options.isSet(KernelConfiguration.TLS)).isPresent();
	}

	private static List<Remedy> anotherKernel() {
		return List.of(
				Remedy.host("boot a kernel with CONFIG_TLS=m, as the distributions' usual ones are (Debian: "
						+ "apt-get install linux-image-amd64)"),
				new Remedy("Kubernetes, pod", "nodeSelector: {LABEL-OF-NODES-WITH-SUCH-A-KERNEL: \"true\"}"));
	}

}
