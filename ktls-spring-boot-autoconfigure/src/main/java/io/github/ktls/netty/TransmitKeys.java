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
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

/**
 * The sending keys still to come of an offloaded connection: of the present one nothing
 * is here, and of the next one only where the kernel could use it. Its owner closes it
 * with the connection, which wipes it. Used on the event loop.
 */
final class TransmitKeys implements AutoCloseable {

	/**
	 * RFC 8446 section 4.6.3: a KeyUpdate that asks for none in return. Shared, as it is
	 * only read.
	 */
	private static final ByteBuffer KEY_UPDATE = ByteBuffer.allocateDirect(5)
		.put(KeyUpdates.TYPE)
		.put(new byte[] { 0, 0, 1, KeyUpdates.UPDATE_NOT_REQUESTED })
		.flip();

	private final CipherSuite suite;

	private @Nullable TrafficSecret next;

	/**
	 * Create a new instance.
	 * @param suite the negotiated suite
	 * @param next the secret of the next generation, which this object owns from here, or
	 * {@code null} if there will be none
	 */
	TransmitKeys(CipherSuite suite, @Nullable TrafficSecret next) {
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
	 * Return whether the key can be replaced.
	 * @return whether {@link #update} may be called
	 */
	boolean canUpdate() {
		return this.next != null;
	}

	/**
	 * Send a KeyUpdate under the present key and give the kernel the next one.
	 * @param socket the connection's kernel TLS
	 * @param sent is run between the two, with the KeyUpdate sent, and the present key
	 * still the one that the kernel tells of; must not fail
	 * @return whether that is done; {@code false} if nothing is, as the socket's buffer
	 * is full
	 * @throws IOException if the kernel refuses; the connection then has to be closed
	 * without another record, as the peer may wait for the new key
	 */
	boolean update(KtlsSocket socket, Runnable sent) throws IOException {
		TrafficSecret secret = this.next;
		if (secret == null) {
			throw new IllegalStateException("There is no next key");
		}
		if (!socket.sendRecord(ContentType.HANDSHAKE, KEY_UPDATE)) {
			return false;
		}
		// Whatever fails from here on, this generation cannot be had a second time.
		this.next = null;
		try (secret; TrafficKeys keys = secret.deriveKeys(this.suite)) {
			sent.run();
			socket.rekeyTransmit(this.suite, keys);
			this.next = secret.next();
		}
		catch (RuntimeException | Error ex) {
			// Memory may be short; nobody may take the key before for good meanwhile.
			throw new IOException("The next key could not be given to the kernel", ex);
		}
		return true;
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
