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

import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;

import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

/**
 * Watches TLS engines for the secrets of their handshakes. Thread-safe.
 */
public final class SecretsSource {

	/** More handshakes under way at once than any one process gets through. */
	private static final int MAX_HANDSHAKES = 65_536;

	/** Well above the default time limit of a handshake, which is 10 s. */
	private static final Duration LIFETIME = Duration.ofSeconds(60);

	private final PendingSecrets pending;

	private final KeyLogRecipient recipient;

	/** An engine that is closed does not know its address any more. */
	private final Map<SSLEngine, Optional<PendingSecrets.Entry>> handshakes = Collections
		.synchronizedMap(new WeakHashMap<>());

	private volatile boolean keyLogMissing;

	/**
	 * Create a new instance.
	 * @param receive whether the secrets for receiving are wanted too; if not, they are
	 * never kept
	 */
	public SecretsSource(boolean receive) {
		this(new PendingSecrets(MAX_HANDSHAKES, LIFETIME), receive);
	}

	SecretsSource(PendingSecrets pending, boolean receive) {
		this.pending = pending;
		this.recipient = new KeyLogRecipient(pending, receive ? EnumSet.allOf(Side.class) : EnumSet.of(Side.SERVER));
	}

	/**
	 * Watch an engine. Of a handshake that has begun no secret is seen any more, which
	 * matters to TLS 1.3 only.
	 * @param engine the engine, before it is given the first byte
	 * @return whether its TLS library hands out secrets
	 */
	public boolean watch(SSLEngine engine) {
		if (!(engine instanceof ReferenceCountedOpenSslEngine openSslEngine)
				|| !OpenSslKeyLog.deliver(openSslEngine, this.recipient)) {
			this.keyLogMissing = true;
			return false;
		}
		boolean early = engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
		this.handshakes.put(engine,
				early ? Optional.ofNullable(this.pending.announce(openSslEngine.sslPointer())) : Optional.empty());
		return true;
	}

	/**
	 * Return whether an engine is watched, and its handshake neither taken nor discarded
	 * since.
	 * @param engine the engine
	 * @return whether it can have secrets here
	 */
	public boolean isWatched(SSLEngine engine) {
		return this.handshakes.containsKey(engine);
	}

	/**
	 * Return whether there was an engine whose library hands out no secrets.
	 * @return whether a key log is missing
	 */
	public boolean isKeyLogMissing() {
		return this.keyLogMissing;
	}

	/**
	 * Take the secrets of a finished handshake.
	 * @param engine the engine, which lives as long as the result is used
	 * @param suite the negotiated suite
	 * @return the secrets, which the caller has to close, or empty if there are none
	 */
	public Optional<HandshakeSecrets> take(SSLEngine engine, CipherSuite suite) {
		if (!(engine instanceof ReferenceCountedOpenSslEngine openSslEngine)) {
			return Optional.empty();
		}
		TrafficSecrets secrets = this.pending.take(openSslEngine.sslPointer());
		// Nothing is left there, unless the engine was closed meanwhile.
		discard(engine);
		if (suite.version() == ProtocolVersion.TLS_1_3 && !secrets.has(Side.SERVER)) {
			secrets.close();
			return Optional.empty();
		}
		return Optional.of(new HandshakeSecrets(openSslEngine, suite, secrets));
	}

	/**
	 * Forget a handshake that failed or is not wanted any more.
	 * @param engine the engine
	 */
	public void discard(SSLEngine engine) {
		Optional<PendingSecrets.Entry> handshake = this.handshakes.remove(engine);
		if (handshake != null) {
			handshake.ifPresent(this.pending::discard);
		}
	}

	/**
	 * Return the number of handshakes whose secrets are waited for or kept.
	 * @return the number
	 */
	public int pendingHandshakes() {
		return this.pending.size();
	}

}
