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

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

/**
 * Tries each protocol version and cipher on a pair of loopback sockets: known records are
 * sent and received through the kernel, the other end of both is Java, and what comes out
 * is compared. Nothing is believed that was not seen: not a version number, not a file in
 * {@code /proc}.
 */
final class CapabilityProbe {

	private static final Duration RECEIVE_TIMEOUT = Duration.ofSeconds(2);

	private final SystemCalls systemCalls;

	private final Duration receiveTimeout;

	CapabilityProbe(SystemCalls systemCalls) {
		this(systemCalls, RECEIVE_TIMEOUT);
	}

	/**
	 * Create a probe.
	 * @param systemCalls the system calls
	 * @param receiveTimeout how long to wait for what the kernel is to receive
	 */
	CapabilityProbe(SystemCalls systemCalls, Duration receiveTimeout) {
		this.systemCalls = systemCalls;
		this.receiveTimeout = receiveTimeout;
	}

	/**
	 * Probe everything.
	 * @return what works and, for what does not, why
	 */
	KtlsCapabilities probe() {
		Map<ProtocolVersion, Map<Aead, CipherCapability>> ciphers = new EnumMap<>(ProtocolVersion.class);
		for (CipherSuite suite : CipherSuite.values()) {
			// Suites that differ in their key exchange alone have the same records.
			ciphers.computeIfAbsent(suite.version(), (version) -> new EnumMap<>(Aead.class))
				.computeIfAbsent(suite.aead(), (aead) -> probe(suite));
		}
		return new KtlsCapabilities(ciphers);
	}

	private CipherCapability probe(CipherSuite suite) {
		try (LoopbackPair pair = LoopbackPair.open(this.systemCalls); ProbeKeys keys = ProbeKeys.of(suite)) {
			KtlsSocket socket = new KtlsSocket(this.systemCalls, pair.near());
			TransmitProbe transmit = new TransmitProbe(keys, pair, socket);
			ReceiveProbe receive = new ReceiveProbe(keys, pair, socket, this.receiveTimeout);
			return probe(suite, socket, transmit, receive);
		}
		catch (IOException ex) {
			return CipherCapability.none(fallback(suite, ex));
		}
	}

	private static CipherCapability probe(CipherSuite suite, KtlsSocket socket, TransmitProbe transmit,
			ReceiveProbe receive) {
		KtlsFallback transmitFallback = attempt(suite, () -> {
			socket.attach();
			return transmit.probe();
		});
		if (transmitFallback != null) {
			return CipherCapability.none(transmitFallback);
		}
		boolean tls13 = (suite.version() == ProtocolVersion.TLS_1_3);
		boolean transmitSequence = transmit.tellsSequenceNumber();
		boolean rekeyTransmit = tls13 && transmit.canRekey();
		KtlsFallback receiveFallback = attempt(suite, receive::probe);
		boolean rekeyReceive = tls13 && receiveFallback == null && receive.canRekey();
		return new CipherCapability(null, receiveFallback, rekeyTransmit, rekeyReceive, transmitSequence);
	}

	private static @Nullable KtlsFallback attempt(CipherSuite suite, Attempt attempt) {
		try {
			String wrong = attempt.execute();
			return (wrong != null) ? failed(suite, wrong) : null;
		}
		catch (IOException | GeneralSecurityException | RuntimeException ex) {
			return fallback(suite, ex);
		}
	}

	private static KtlsFallback fallback(CipherSuite suite, Exception ex) {
		return (ex instanceof NativeIoException refused) ? KtlsFallback.of(refused) : failed(suite, ex.toString());
	}

	private static KtlsFallback failed(CipherSuite suite, String what) {
		return new KtlsFallback(KtlsFallbackReason.PROBE_FAILED,
				suite.version().jsseName() + " " + suite.aead() + ": " + what);
	}

	/**
	 * One direction's probe.
	 */
	private interface Attempt {

		@Nullable String execute() throws IOException, GeneralSecurityException;

	}

}
