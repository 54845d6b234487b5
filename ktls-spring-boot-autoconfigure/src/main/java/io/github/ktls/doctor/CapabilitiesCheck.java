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

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Whether this process may change network interfaces. Only switching on TLS in a network
 * card needs it; kernel TLS itself needs no privilege.
 */
final class CapabilitiesCheck {

	private static final String NAME = "capabilities";

	/** {@code include/uapi/linux/capability.h}. */
	private static final int CAP_NET_ADMIN = 12;

	private static final Pattern HEXADECIMAL = Pattern.compile("\\p{XDigit}{1,32}");

	private CapabilitiesCheck() {
	}

	static Finding examine(HostFiles files) {
		Optional<String> effective = files.status("CapEff").filter((text) -> HEXADECIMAL.matcher(text).matches());
		if (effective.isEmpty()) {
			return Finding.unknown(NAME, "/proc/self/status has no CapEff");
		}
		if (new BigInteger(effective.get(), 16).testBit(CAP_NET_ADMIN)) {
			return Finding.ok(NAME, "CAP_NET_ADMIN is there, so TLS of network cards can be switched on");
		}
		return Finding.ok(NAME, "CAP_NET_ADMIN is not there; it is needed only to switch on TLS of network cards",
				forCards("Docker", "docker run --network host --user 0 --cap-add NET_ADMIN IMAGE"),
				forCards("Compose", "network_mode: host"), forCards("Compose", "user: \"0\""),
				forCards("Compose", "cap_add: [NET_ADMIN]"), forCards("Kubernetes, pod", "hostNetwork: true"),
				forCards("Kubernetes, pod", "dnsPolicy: ClusterFirstWithHostNet"),
				forCards("Kubernetes, pod", "securityContext: {runAsNonRoot: false, runAsUser: 0, runAsGroup: 0}"),
				forCards("Kubernetes, container",
						"securityContext: {capabilities: {drop: [\"ALL\"], add: [\"NET_ADMIN\"]}}"),
				forCards("systemd", "CapabilityBoundingSet=CAP_NET_ADMIN"),
				forCards("systemd", "AmbientCapabilities=CAP_NET_ADMIN"), forCards("systemd", "PrivateUsers=no"));
	}

	// The cards are the host's, and only root keeps what a container is given.
	private static Remedy forCards(String where, String line) {
		return new Remedy("only for that: " + where, line);
	}

}
