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
import java.util.Optional;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.KeySchedule;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.Tls12KeyBlock;
import io.github.ktls.tls.TrafficKeys;

/**
 * What one connection's sending keys are derived from, between the end of its handshake
 * and its handover. For TLS 1.3 that is the server's application traffic secret, which
 * the engine gives once and never again; for TLS 1.2 nothing is kept, as the engine has
 * the master secret at hand for as long as it lives. Used on the event loop; its owner
 * closes it, which wipes it.
 */
public final class HandshakeSecrets implements AutoCloseable {

	private final ReferenceCountedOpenSslEngine engine;

	private final CipherSuite suite;

	private byte @Nullable [] trafficSecret;

	HandshakeSecrets(ReferenceCountedOpenSslEngine engine, CipherSuite suite, byte @Nullable [] trafficSecret) {
		this.engine = engine;
		this.suite = suite;
		this.trafficSecret = trafficSecret;
	}

	/**
	 * Return the suite that the keys are for.
	 * @return the negotiated suite
	 */
	public CipherSuite suite() {
		return this.suite;
	}

	/**
	 * Derive the keys that the server sends with. The secrets are wiped.
	 * @return the keys, which the caller has to destroy, or empty where the secrets are
	 * missing
	 */
	public Optional<TrafficKeys> takeServerKeys() {
		try {
			return (this.suite.version() == ProtocolVersion.TLS_1_3) ? tls13() : tls12();
		}
		finally {
			close();
		}
	}

	private Optional<TrafficKeys> tls13() {
		byte[] secret = this.trafficSecret;
		if (secret == null || secret.length != this.suite.hash().length()) {
			return Optional.empty();
		}
		return Optional.of(KeySchedule.tls13(this.suite, secret));
	}

	private Optional<TrafficKeys> tls12() {
		// The engine's lock keeps its native object alive between the look and the use.
		synchronized (this.engine) {
			long ssl = this.engine.sslPointer();
			byte[] masterSecret = (ssl != 0) ? SSL.getMasterKey(ssl) : null;
			if (masterSecret == null) {
				return Optional.empty();
			}
			try {
				Tls12KeyBlock keys = KeySchedule.tls12(this.suite, masterSecret, SSL.getClientRandom(ssl),
						SSL.getServerRandom(ssl));
				keys.clientWrite().destroy();
				return Optional.of(keys.serverWrite());
			}
			finally {
				Arrays.fill(masterSecret, (byte) 0);
			}
		}
	}

	/**
	 * Wipe the secrets.
	 */
	@Override
	public void close() {
		if (this.trafficSecret != null) {
			Arrays.fill(this.trafficSecret, (byte) 0);
			this.trafficSecret = null;
		}
	}

	/**
	 * Say what this is, but nothing of the secrets.
	 */
	@Override
	public String toString() {
		return "HandshakeSecrets[" + this.suite + "]";
	}

}
