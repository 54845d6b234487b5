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

package io.github.ktls.kernel;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

/**
 * What the start-up probe found: for each protocol version and cipher either that the
 * kernel encrypts with it as it should, or why it does not. Immutable.
 */
public final class KtlsCapabilities {

	private final Map<ProtocolVersion, Map<Aead, Optional<KtlsFallback>>> transmit;

	KtlsCapabilities(Map<ProtocolVersion, Map<Aead, Optional<KtlsFallback>>> transmit) {
		this.transmit = new EnumMap<>(ProtocolVersion.class);
		transmit.forEach((version, ciphers) -> this.transmit.put(version, new EnumMap<>(ciphers)));
	}

	/**
	 * Return why the kernel cannot send records of a suite.
	 * @param suite the suite
	 * @return the reason, or empty where the kernel can
	 */
	public Optional<KtlsFallback> transmitFallback(CipherSuite suite) {
		return transmitFallback(suite.version(), suite.aead());
	}

	/**
	 * Return why the kernel cannot send records of a version and cipher.
	 * @param version the protocol version
	 * @param aead the cipher
	 * @return the reason, or empty where the kernel can
	 */
	public Optional<KtlsFallback> transmitFallback(ProtocolVersion version, Aead aead) {
		Map<Aead, Optional<KtlsFallback>> ciphers = this.transmit.get(version);
		Optional<KtlsFallback> fallback = (ciphers != null) ? ciphers.get(aead) : null;
		return (fallback != null) ? fallback : Optional.of(KtlsFallback.of(KtlsFallbackReason.CIPHER_NOT_IN_KERNEL));
	}

	/**
	 * Return whether the kernel can send records of at least one version and cipher.
	 * @return whether anything can be handed over
	 */
	public boolean isAnyTransmit() {
		return this.transmit.values().stream().flatMap((map) -> map.values().stream()).anyMatch(Optional::isEmpty);
	}

	/**
	 * Return the first reason found, for use where nothing can be handed over.
	 * @return the reason
	 */
	Optional<KtlsFallback> firstFallback() {
		return this.transmit.values()
			.stream()
			.flatMap((ciphers) -> ciphers.values().stream())
			.flatMap(Optional::stream)
			.findFirst();
	}

	/**
	 * Describe what works, for a log line.
	 * @return for example {@code TLSv1.3 AES_128_GCM, AES_256_GCM; TLSv1.2 AES_128_GCM}
	 */
	public String describe() {
		StringBuilder description = new StringBuilder();
		this.transmit.forEach((version, ciphers) -> {
			String names = String.join(", ",
					ciphers.entrySet()
						.stream()
						.filter((e) -> e.getValue().isEmpty())
						.map((e) -> e.getKey().name())
						.toList());
			if (!names.isEmpty()) {
				description.append(description.isEmpty() ? "" : "; ")
					.append(version.jsseName())
					.append(' ')
					.append(names);
			}
		});
		return description.toString();
	}

	@Override
	public String toString() {
		return this.transmit.toString();
	}

}
