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

import io.github.ktls.doctor.ServerConfiguration.TlsSelection;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

/**
 * Which of the configured protocols and ciphers are handed over.
 */
final class CiphersCheck {

	/** Suites that every kernel has which has TLS 1.3. */
	static final String AES_GCM = "TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384,"
			+ "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,"
			+ "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";

	private CiphersCheck() {
	}

	static List<Finding> examine(ServerConfiguration configuration) {
		List<Finding> findings = new ArrayList<>();
		for (TlsSelection selection : configuration.selections()) {
			if (selection.visible()) {
				findings.add(examineProtocols(selection));
				findings.add(examineCiphers(selection));
			}
			else {
				findings.add(Finding.unknown(selection.source(),
						"not among the properties, so its protocols and ciphers cannot be seen from here"));
			}
		}
		return findings;
	}

	private static Finding examineProtocols(TlsSelection selection) {
		String name = selection.source() + ".enabled-protocols";
		List<String> protocols = selection.protocols();
		List<String> others = protocols.stream()
			.filter((protocol) -> ProtocolVersion.ofJsseName(protocol).isEmpty())
			.toList();
		if (others.isEmpty()) {
			return Finding.ok(name, protocols.isEmpty() ? "the defaults, TLSv1.3 and TLSv1.2" : join(protocols));
		}
		String finding = "not handed over: " + join(others);
		List<Remedy> remedies = List.of(Remedy.property(name + "=TLSv1.3,TLSv1.2"));
		return (others.size() == protocols.size()) ? Finding.failed(name, finding, remedies)
				: Finding.warning(name, finding, remedies);
	}

	private static Finding examineCiphers(TlsSelection selection) {
		String name = selection.source() + ".ciphers";
		List<String> ciphers = selection.ciphers();
		if (ciphers.isEmpty()) {
			return Finding.ok(name, "the defaults; those that are not AES-GCM or ChaCha20-Poly1305 stay in user space");
		}
		List<String> others = ciphers.stream().filter((cipher) -> !isHandedOver(cipher)).toList();
		if (others.isEmpty()) {
			return Finding.ok(name, join(ciphers));
		}
		String finding = "not handed over: " + join(others);
		List<Remedy> remedies = List.of(Remedy.property(name + "=" + AES_GCM));
		return (others.size() == ciphers.size()) ? Finding.failed(name, finding, remedies)
				: Finding.warning(name, finding, remedies);
	}

	private static boolean isHandedOver(String cipher) {
		return Arrays.stream(CipherSuite.values()).anyMatch((suite) -> isNameOf(cipher, suite));
	}

	/**
	 * Return whether a configured name is that of a suite.
	 * @param cipher the name, the standard one or OpenSSL's, both of which Netty takes
	 * @param suite the suite
	 * @return whether it is its name
	 */
	static boolean isNameOf(String cipher, CipherSuite suite) {
		return cipher.equals(suite.name()) || cipher.equals(openSslName(suite));
	}

	// TLS 1.3's suites have one name only.
	private static String openSslName(CipherSuite suite) {
		if (suite.version() == ProtocolVersion.TLS_1_3) {
			return suite.name();
		}
		return suite.name()
			.replaceFirst("^TLS_(RSA_WITH_)?", "")
			.replace("WITH_", "")
			.replace("AES_", "AES")
			.replace("POLY1305_SHA256", "POLY1305")
			.replace('_', '-');
	}

	private static String join(List<String> names) {
		return String.join(", ", names);
	}

}
