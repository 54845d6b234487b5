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

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

/**
 * What the start-up probe found: for each protocol version and cipher either that the
 * kernel sends and receives its records as it should, or why it does not. Immutable.
 */
public final class KtlsCapabilities {

	private static final CipherCapability UNKNOWN = CipherCapability
		.none(KtlsFallback.of(KtlsFallbackReason.CIPHER_NOT_IN_KERNEL));

	private final Map<ProtocolVersion, Map<Aead, CipherCapability>> ciphers;

	KtlsCapabilities(Map<ProtocolVersion, Map<Aead, CipherCapability>> ciphers) {
		this.ciphers = new EnumMap<>(ProtocolVersion.class);
		ciphers.forEach((version, byAead) -> this.ciphers.put(version, new EnumMap<>(byAead)));
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
		return Optional.ofNullable(find(version, aead).transmit());
	}

	/**
	 * Return why the kernel cannot receive records of a suite. What it cannot send it
	 * does not receive either, for receiving is only handed over along with sending.
	 * @param suite the suite
	 * @return the reason, or empty where the kernel can
	 */
	public Optional<KtlsFallback> receiveFallback(CipherSuite suite) {
		return Optional.ofNullable(find(suite.version(), suite.aead()).receive());
	}

	/**
	 * Return whether the sending key of a suite can be replaced by that of the next
	 * generation.
	 * @param suite the suite
	 * @return whether our {@code KeyUpdate} can be sent; never for TLS 1.2
	 */
	public boolean canRekeyTransmit(CipherSuite suite) {
		return find(suite.version(), suite.aead()).rekeyTransmit();
	}

	/**
	 * Return whether the receiving key of a suite can be replaced by that of the next
	 * generation.
	 * @param suite the suite
	 * @return whether the peer's {@code KeyUpdate} can be followed; never for TLS 1.2
	 */
	public boolean canRekeyReceive(CipherSuite suite) {
		return find(suite.version(), suite.aead()).rekeyReceive();
	}

	/**
	 * Return whether the kernel tells how many records it has sent.
	 * @param suite the suite
	 * @return whether {@link KtlsSocket#transmitSequenceNumber} is to be believed
	 */
	public boolean canReadTransmitSequence(CipherSuite suite) {
		return find(suite.version(), suite.aead()).transmitSequence();
	}

	/**
	 * Return whether the kernel can send records of at least one version and cipher.
	 * @return whether anything can be handed over
	 */
	public boolean isAnyTransmit() {
		return all().anyMatch((capability) -> capability.transmit() == null);
	}

	/**
	 * Return whether the kernel can receive records of at least one version and cipher.
	 * @return whether any receiving side can be handed over
	 */
	public boolean isAnyReceive() {
		return all().anyMatch((capability) -> capability.receive() == null);
	}

	/**
	 * Return the first reason found for not sending, for use where nothing can be handed
	 * over.
	 * @return the reason
	 */
	Optional<KtlsFallback> firstFallback() {
		return first(CipherCapability::transmit);
	}

	/**
	 * Return the first reason found for not receiving.
	 * @return the reason
	 */
	Optional<KtlsFallback> firstReceiveFallback() {
		return first(CipherCapability::receive);
	}

	private Optional<KtlsFallback> first(Function<CipherCapability, @Nullable KtlsFallback> direction) {
		return all().flatMap((capability) -> Stream.ofNullable(direction.apply(capability))).findFirst();
	}

	private Stream<CipherCapability> all() {
		return this.ciphers.values().stream().flatMap((byAead) -> byAead.values().stream());
	}

	/**
	 * Return what was found.
	 * @return an element for each version and cipher that was tried
	 */
	public List<CipherSupport> list() {
		List<CipherSupport> all = new ArrayList<>();
		this.ciphers.forEach((version, byAead) -> byAead
			.forEach((aead, capability) -> all.add(new CipherSupport(version, aead, capability.transmit(),
					capability.receive(), capability.rekeyTransmit(), capability.rekeyReceive()))));
		return all;
	}

	private CipherCapability find(ProtocolVersion version, Aead aead) {
		return Objects.requireNonNullElse(this.ciphers.getOrDefault(version, Map.of()).get(aead), UNKNOWN);
	}

	/**
	 * Describe what can be sent, for a log line.
	 * @return for example {@code TLSv1.3 AES_128_GCM, AES_256_GCM; TLSv1.2 AES_128_GCM}
	 */
	public String describe() {
		StringBuilder description = new StringBuilder();
		this.ciphers.forEach((version, byAead) -> {
			String names = String.join(", ",
					byAead.entrySet()
						.stream()
						.filter((e) -> e.getValue().transmit() == null)
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
		return this.ciphers.toString();
	}

}
