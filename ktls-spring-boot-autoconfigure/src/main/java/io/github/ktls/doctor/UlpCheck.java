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

import java.util.Arrays;
import java.util.Optional;

/**
 * Whether TLS is among the protocols that the kernel puts on top of TCP.
 */
final class UlpCheck {

	private static final String NAME = "upper layer protocols";

	private static final String PATH = "proc/sys/net/ipv4/tcp_available_ulp";

	private UlpCheck() {
	}

	static Finding examine(HostFiles files, Optional<KernelConfiguration> configuration, boolean works) {
		Optional<String> protocols = files.read(PATH).map(String::strip);
		if (protocols.isEmpty()) {
			return works ? Finding.ok(NAME, "the list is not shown in this network namespace, but the probe found tls")
					: Finding.unknown(NAME, "/%s is not shown in this network namespace".formatted(PATH),
							Remedy.host("cat /" + PATH));
		}
		String finding = protocols.get().isEmpty() ? "none" : protocols.get();
		if (works || Arrays.asList(protocols.get().split("\\s+", -1)).contains("tls")) {
			return Finding.ok(NAME, finding);
		}
		return Finding.failed(NAME, "tls is not among them: " + finding,
				KernelConfigurationCheck.remedies(configuration));
	}

}
