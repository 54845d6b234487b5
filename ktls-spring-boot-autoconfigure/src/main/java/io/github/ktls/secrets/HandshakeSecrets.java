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

package io.github.ktls.secrets;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;

import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.KeySchedule;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.Tls12KeyBlock;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

/**
 * What one connection's keys are derived from, between the end of its handshake and its
 * handover. For TLS 1.3 these are the application traffic secrets, which the engine gives
 * once and never again; for TLS 1.2 nothing is kept, as the engine has the master secret
 * at hand for as long as it lives. Used on the event loop; its owner closes it, which
 * wipes it.
 */
public final class HandshakeSecrets implements AutoCloseable {

	private final ReferenceCountedOpenSslEngine engine;

	private final CipherSuite suite;

	private final TrafficSecrets secrets;

	private final Set<Side> left = EnumSet.allOf(Side.class);

	/**
	 * Create secrets of a finished handshake.
	 * @param engine the engine, which lives as long as this object is used
	 * @param suite the negotiated suite
	 * @param secrets the traffic secrets, which this object owns from here
	 */
	HandshakeSecrets(ReferenceCountedOpenSslEngine engine, CipherSuite suite, TrafficSecrets secrets) {
		this.engine = engine;
		this.suite = suite;
		this.secrets = secrets;
	}

	/**
	 * Return the suite that the keys are for.
	 * @return the negotiated suite
	 */
	public CipherSuite suite() {
		return this.suite;
	}

	/**
	 * Take what the server sends with. It can be had once; the secret it comes from is
	 * wiped.
	 * @return the keys and what follows them, which the caller has to close, or empty
	 * where the secret is missing
	 */
	public Optional<DirectionSecrets> takeServer() {
		return take(Side.SERVER);
	}

	/**
	 * Take what the client sends with. It can be had once; the secret it comes from is
	 * wiped.
	 * @return the keys and what follows them, which the caller has to close, or empty
	 * where the secret is missing, as it always is where the source was not made for
	 * receiving and the version is TLS 1.3
	 */
	public Optional<DirectionSecrets> takeClient() {
		return take(Side.CLIENT);
	}

	private Optional<DirectionSecrets> take(Side side) {
		if (!this.left.remove(side)) {
			return Optional.empty();
		}
		return (this.suite.version() == ProtocolVersion.TLS_1_3) ? tls13(side) : tls12(side);
	}

	private Optional<DirectionSecrets> tls13(Side side) {
		byte[] secret = this.secrets.take(side);
		if (secret == null) {
			return Optional.empty();
		}
		if (secret.length != this.suite.hash().length()) {
			Arrays.fill(secret, (byte) 0);
			return Optional.empty();
		}
		try (TrafficSecret current = new TrafficSecret(this.suite.hash(), secret)) {
			return Optional.of(new DirectionSecrets(current.deriveKeys(this.suite), current.next()));
		}
	}

	private Optional<DirectionSecrets> tls12(Side side) {
		// The engine's lock keeps its native object alive between the look and the use.
		synchronized (this.engine) {
			long ssl = this.engine.sslPointer();
			byte[] masterSecret = (ssl != 0) ? SSL.getMasterKey(ssl) : null;
			if (masterSecret == null) {
				return Optional.empty();
			}
			try {
				Tls12KeyBlock block = KeySchedule.tls12(this.suite, masterSecret, SSL.getClientRandom(ssl),
						SSL.getServerRandom(ssl));
				boolean server = side == Side.SERVER;
				TrafficKeys other = server ? block.clientWrite() : block.serverWrite();
				other.destroy();
				return Optional.of(new DirectionSecrets(server ? block.serverWrite() : block.clientWrite(), null));
			}
			finally {
				Arrays.fill(masterSecret, (byte) 0);
			}
		}
	}

	/**
	 * Wipe the secrets that were not taken. There are none any more.
	 */
	@Override
	public void close() {
		this.left.clear();
		this.secrets.close();
	}

	/**
	 * Say what this is, but nothing of the secrets.
	 */
	@Override
	public String toString() {
		return "HandshakeSecrets[" + this.suite + "]";
	}

}
