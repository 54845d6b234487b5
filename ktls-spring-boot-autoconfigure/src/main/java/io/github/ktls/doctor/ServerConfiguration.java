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
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

/**
 * What is configured for a server.
 *
 * @param obstacle what the application is instead of one with a Reactor Netty server, or
 * {@code null} if it has one
 * @param enabled whether kernel TLS is switched on
 * @param required whether the application must not start without
 * @param receive whether the kernel is to decrypt, too
 * @param receiveDespiteAdvisories whether it is to do so although peers can attack it
 * @param rolloutPercentage how many of a hundred connections are handed over
 * @param settings all values in force of the properties for kernel TLS
 * @param invalid the property because of which the application would not start, or
 * {@code null} if all values are valid
 * @param tls whether the server does TLS, or {@code null} if that is not known, as a
 * value is invalid
 * @param http2 whether the server does HTTP/2
 * @param selections protocols and ciphers, of each bundle that the server uses
 */
public record ServerConfiguration(@Nullable String obstacle, boolean enabled, boolean required, boolean receive,
		boolean receiveDespiteAdvisories, int rolloutPercentage, Map<String, String> settings,
		@Nullable InvalidProperty invalid, @Nullable Boolean tls, boolean http2, List<TlsSelection> selections) {

	/**
	 * Return whether connections of a version and cipher are possible.
	 * @param version the version
	 * @param aead the cipher
	 * @return whether at least one bundle offers it
	 */
	boolean offers(ProtocolVersion version, Aead aead) {
		return this.selections.isEmpty() || this.selections.stream().anyMatch((tls) -> tls.offers(version, aead));
	}

	/**
	 * A property whose value is not valid. The value itself is not here, as it may be a
	 * password.
	 *
	 * @param name the name of the property
	 * @param reason what is wrong with the value, without it
	 */
	public record InvalidProperty(String name, String reason) {

	}

	/**
	 * Protocols and ciphers.
	 *
	 * @param source where they are configured, for example {@code server.ssl}
	 * @param protocols the names of the protocols, or empty for the defaults
	 * @param ciphers the names of the suites, or empty for the defaults
	 * @param visible whether that is in properties, and not in code
	 */
	public record TlsSelection(String source, List<String> protocols, List<String> ciphers, boolean visible) {

		boolean offers(ProtocolVersion version, Aead aead) {
			boolean protocol = this.protocols.isEmpty() || this.protocols.contains(version.jsseName());
			return protocol && (this.ciphers.isEmpty() ? isDefault(version, aead) : Arrays.stream(CipherSuite.values())
				.filter((suite) -> suite.version() == version && suite.aead() == aead)
				.anyMatch((suite) -> this.ciphers.stream().anyMatch((cipher) -> CiphersCheck.isNameOf(cipher, suite))));
		}

		// As Netty has it.
		private static boolean isDefault(ProtocolVersion version, Aead aead) {
			return version == ProtocolVersion.TLS_1_3 || aead != Aead.CHACHA20_POLY1305;
		}

	}

}
