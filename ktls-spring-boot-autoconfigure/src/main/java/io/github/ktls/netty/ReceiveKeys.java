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

package io.github.ktls.netty;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

/**
 * The receiving keys still to come of a connection that the kernel reads for: of the
 * present one nothing is here, and of the next one only where the kernel could use it.
 * Its owner closes it with the connection, which wipes it. Used on the event loop.
 */
final class ReceiveKeys implements AutoCloseable {

	private final CipherSuite suite;

	private @Nullable TrafficSecret next;

	/**
	 * Create a new instance.
	 * @param suite the negotiated suite
	 * @param next the secret of the next generation, which this object owns from here, or
	 * {@code null} if the kernel cannot follow a KeyUpdate
	 */
	ReceiveKeys(CipherSuite suite, @Nullable TrafficSecret next) {
		this.suite = suite;
		this.next = next;
	}

	/**
	 * Return the negotiated suite.
	 * @return the suite
	 */
	CipherSuite suite() {
		return this.suite;
	}

	/**
	 * Return whether the kernel can follow a KeyUpdate.
	 * @return whether {@link #update} may be called
	 */
	boolean canUpdate() {
		return this.next != null;
	}

	/**
	 * Give the kernel the next key, as the peer has sent a KeyUpdate.
	 * @param socket the connection's kernel TLS
	 * @throws IOException if the kernel refuses; nothing more can then be received
	 */
	void update(KtlsSocket socket) throws IOException {
		TrafficSecret secret = this.next;
		if (secret == null) {
			throw new IllegalStateException("There is no next key");
		}
		this.next = null;
		try (secret; TrafficKeys keys = secret.deriveKeys(this.suite)) {
			socket.rekeyReceive(this.suite, keys);
			this.next = secret.next();
		}
	}

	/**
	 * Wipe what is here.
	 */
	@Override
	public void close() {
		if (this.next != null) {
			this.next.destroy();
			this.next = null;
		}
	}

}
