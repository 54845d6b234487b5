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
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.CipherSupport;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;

/**
 * What came of really encrypting with each version and cipher, in each direction.
 */
final class ProbeChecks {

	private static final String NAME = "probe";

	private ProbeChecks() {
	}

	static List<Finding> examine(KernelTls kernel, Optional<KernelConfiguration> options,
			ServerConfiguration configuration) {
		KtlsFallback unavailability = kernel.unavailabilityCause();
		if (unavailability != null) {
			return List.of(Finding.failed(NAME, describe(unavailability),
					(unavailability.reason() == KtlsFallbackReason.MODULE_MISSING)
							? KernelConfigurationCheck.remedies(options) : remedies(unavailability)));
		}
		List<Finding> findings = new ArrayList<>();
		for (CipherSupport cipher : kernel.capabilities().list()) {
			findings.add(examine(cipher, configuration));
		}
		return findings;
	}

	private static Finding examine(CipherSupport cipher, ServerConfiguration configuration) {
		String name = "%s %s %s".formatted(NAME, cipher.version().jsseName(), cipher.cipher());
		KtlsFallback transmit = cipher.transmit();
		if (transmit == null) {
			return Finding.ok(name,
					"sends; %s; replaces keys: %s".formatted(receiving(cipher.receive()), rekeying(cipher)));
		}
		if (!configuration.offers(cipher.version(), cipher.cipher())) {
			return Finding.ok(name, describe(transmit) + " This server does not offer it.");
		}
		List<Remedy> remedies = new ArrayList<>(remedies(transmit));
		if (transmit.reason() == KtlsFallbackReason.CIPHER_NOT_IN_KERNEL) {
			remedies.addAll(doWithout(cipher, configuration));
		}
		return Finding.warning(name, describe(transmit), remedies);
	}

	private static List<Remedy> loadCiphers() {
		return List.of(new Remedy("on the host, now", "modprobe -a chacha20poly1305 gcm"), new Remedy(
				"on the host, for every boot", "printf 'chacha20poly1305\\ngcm\\n' >> /etc/modules-load.d/ktls.conf"));
	}

	// Where the ciphers are configured; beside a bundle server.ssl.ciphers is not read.
	private static List<Remedy> doWithout(CipherSupport cipher, ServerConfiguration configuration) {
		return configuration.selections()
			.stream()
			.filter(ServerConfiguration.TlsSelection::visible)
			.filter((selection) -> selection.offers(cipher.version(), cipher.cipher()))
			.map((selection) -> Remedy.property(selection.source() + ".ciphers=" + CiphersCheck.AES_GCM))
			.toList();
	}

	private static String receiving(@Nullable KtlsFallback fallback) {
		return (fallback != null) ? "does not receive (%s)".formatted(fallback.reason()) : "receives";
	}

	private static String rekeying(CipherSupport cipher) {
		if (cipher.rekeyTransmit() && cipher.rekeyReceive()) {
			return "yes";
		}
		if (cipher.rekeyTransmit()) {
			return "of sending only";
		}
		return cipher.rekeyReceive() ? "of receiving only" : "no";
	}

	static String describe(KtlsFallback fallback) {
		return fallback.toString().strip();
	}

	private static List<Remedy> remedies(KtlsFallback fallback) {
		return switch (fallback.reason()) {
			case MODULE_MISSING -> ModuleCheck.load();
			case CIPHER_NOT_IN_KERNEL -> loadCiphers();
			case SYSTEM_CALL_REFUSED -> SandboxCheck.allow();
			case NATIVE_ACCESS_UNAVAILABLE -> LibraryChecks.loadJna(fallback);
			case NOT_LINUX, UNSUPPORTED_ARCHITECTURE -> HostCheck.elsewhere();
			default -> List.of(new Remedy("report this with the output of", "uname -a"));
		};
	}

}
