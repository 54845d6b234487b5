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
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KernelAdvisory;

/**
 * Published defects of this kernel's TLS.
 */
final class AdvisoriesCheck {

	private static final String NAME = "advisories";

	private AdvisoriesCheck() {
	}

	static Finding examine(@Nullable List<KernelAdvisory> advisories, ServerConfiguration configuration) {
		if (advisories == null) {
			return Finding.unknown(NAME, "not looked for, as this kernel's TLS could not even be tried");
		}
		List<KernelAdvisory> sending = advisories.stream().filter((advisory) -> !advisory.receivedFromPeer()).toList();
		List<KernelAdvisory> receiving = advisories.stream().filter(KernelAdvisory::receivedFromPeer).toList();
		if (advisories.isEmpty()) {
			return Finding.ok(NAME, "none is known for this kernel");
		}
		if (configuration.receive() && !receiving.isEmpty()) {
			String finding = "peers can attack this kernel where it receives: " + describe(receiving)
					+ (sending.isEmpty() ? "" : "; further " + describe(sending));
			return configuration.receiveDespiteAdvisories() ? Finding.warning(NAME, finding, update())
					: Finding.failed(NAME, finding + "; the application only sends through it", refused());
		}
		if (sending.isEmpty()) {
			return Finding.ok(NAME,
					"%d concern receiving only, which is off: %s".formatted(receiving.size(), ids(receiving)));
		}
		return Finding.warning(NAME, describe(sending)
				+ (receiving.isEmpty() ? "" : "; %d more concern receiving, which is off".formatted(receiving.size())),
				update());
	}

	private static List<Remedy> update() {
		return List.of(new Remedy("on the host, Debian and Ubuntu", "apt-get update && apt-get dist-upgrade && reboot"),
				new Remedy("on the host, Fedora and RHEL", "dnf upgrade kernel && reboot"));
	}

	private static List<Remedy> refused() {
		List<Remedy> remedies = new ArrayList<>(update());
		remedies.add(Remedy.property("server.ssl.ktls.receive=false"));
		remedies.add(new Remedy("application.properties, if this kernel has the fixes under another number",
				"server.ssl.ktls.receive-despite-advisories=true"));
		return remedies;
	}

	private static String ids(List<KernelAdvisory> advisories) {
		return advisories.stream().map(KernelAdvisory::id).collect(Collectors.joining(", "));
	}

	private static String describe(List<KernelAdvisory> advisories) {
		return advisories.stream()
			.map((advisory) -> "%s (%s)".formatted(advisory.id(), advisory.summary()))
			.collect(Collectors.joining(", "));
	}

}
