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
 * Key and IV that protect the records of one direction. They are wiped by
 * {@link #destroy()}; the owner calls it as soon as the kernel has them. Not thread-safe.
 */
public final class TrafficKeys implements Destroyable, AutoCloseable {

	private final byte[] key;

	private final byte[] iv;

	private boolean destroyed;

	/**
	 * Create traffic keys that own the given arrays from now on.
	 * @param key the key, not copied
	 * @param iv the write IV, for TLS 1.2 AES-GCM its fixed part; not copied
	 */
	public TrafficKeys(byte[] key, byte[] iv) {
		this.key = key;
		this.iv = iv;
	}

	/**
	 * Return the key. The array is the live one: it is not copied and turns to zeros when
	 * these keys are destroyed, so it must be neither changed nor kept.
	 * @return the key
	 * @throws IllegalStateException if these keys are destroyed
	 */
	public byte[] key() {
		checkUsable();
		return this.key;
	}

	/**
	 * Return the write IV of {@link Aead#fixedIvLength} bytes. The array is the live one:
	 * it is not copied and turns to zeros when these keys are destroyed, so it must be
	 * neither changed nor kept.
	 * @return the IV
	 * @throws IllegalStateException if these keys are destroyed
	 */
	public byte[] iv() {
		checkUsable();
		return this.iv;
	}

	private void checkUsable() {
		if (this.destroyed) {
			throw new IllegalStateException("The traffic keys are destroyed");
		}
	}

	@Override
	public void destroy() {
		Arrays.fill(this.key, (byte) 0);
		Arrays.fill(this.iv, (byte) 0);
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
		return "TrafficKeys[" + (this.destroyed ? "destroyed" : "redacted") + "]";
	}

}
