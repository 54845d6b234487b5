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

package io.github.ktls.tls;

import java.util.Arrays;

import javax.security.auth.Destroyable;

/**
 * Application traffic secret of one direction of a TLS 1.3 connection, from which every
 * generation of its keys follows (RFC 8446 section 7). Not thread-safe.
 */
public final class TrafficSecret implements Destroyable, AutoCloseable {

	private final HashAlgorithm hash;

	private final byte[] secret;

	private boolean destroyed;

	/**
	 * Create a traffic secret that owns the given array from now on.
	 * @param hash the hash of the negotiated cipher suite
	 * @param secret the secret, as long as the hash; not copied
	 */
	public TrafficSecret(HashAlgorithm hash, byte[] secret) {
		if (secret.length != hash.length()) {
			throw new IllegalArgumentException("A traffic secret with " + hash + " has " + hash.length()
					+ " bytes, but this one has " + secret.length);
		}
		this.hash = hash;
		this.secret = secret;
	}

	/**
	 * Derive the keys of this generation.
	 * @param suite the negotiated cipher suite
	 * @return new keys, which the caller owns
	 * @throws IllegalStateException if this secret is destroyed
	 */
	public TrafficKeys deriveKeys(CipherSuite suite) {
		checkUsable();
		return KeySchedule.tls13(suite, this.secret);
	}

	/**
	 * Derive the secret of the generation that a {@code KeyUpdate} starts (RFC 8446
	 * section 7.2). This one stays as it is: the caller destroys it when its last record
	 * has passed.
	 * @return a new secret, which the caller owns
	 * @throws IllegalStateException if this secret is destroyed
	 */
	public TrafficSecret next() {
		checkUsable();
		return new TrafficSecret(this.hash,
				Hkdf.expandLabel(this.hash, this.secret, "traffic upd", new byte[0], this.hash.length()));
	}

	private void checkUsable() {
		if (this.destroyed) {
			throw new IllegalStateException("The traffic secret is destroyed");
		}
	}

	@Override
	public void destroy() {
		Arrays.fill(this.secret, (byte) 0);
		this.destroyed = true;
	}

	@Override
	public boolean isDestroyed() {
		return this.destroyed;
	}

	/**
	 * Same as {@link #destroy()}, for try-with-resources.
	 */
	@Override
	public void close() {
		destroy();
	}

	@Override
	public String toString() {
		return "TrafficSecret[" + (this.destroyed ? "destroyed" : "redacted") + "]";
	}

}
