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

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

/**
 * What one direction of a connection is protected with: the keys in use and, for TLS 1.3,
 * the secret of the generation after them. The secret in use is not there any more: only
 * what comes next can be derived. Its owner closes it, which wipes it. Not thread-safe.
 */
public final class DirectionSecrets implements AutoCloseable {

	private final TrafficKeys keys;

	private @Nullable TrafficSecret next;

	DirectionSecrets(TrafficKeys keys, @Nullable TrafficSecret next) {
		this.keys = keys;
		this.next = next;
	}

	/**
	 * Return the keys of the generation in use. They stay with this object.
	 * @return the keys
	 */
	public TrafficKeys keys() {
		return this.keys;
	}

	/**
	 * Hand out the secret of the next generation, which a {@code KeyUpdate} starts (RFC
	 * 8446 section 7.2). It can be had once; not taken it is wiped on {@link #close()}.
	 * @return the secret, which the caller has to destroy, or {@code null} for TLS 1.2
	 */
	public @Nullable TrafficSecret takeNext() {
		TrafficSecret taken = this.next;
		this.next = null;
		return taken;
	}

	/**
	 * Wipe the keys, and the next secret if it was not taken.
	 */
	@Override
	public void close() {
		this.keys.destroy();
		if (this.next != null) {
			this.next.destroy();
			this.next = null;
		}
	}

	/**
	 * Say what this is, but nothing of the secrets.
	 */
	@Override
	public String toString() {
		return "DirectionSecrets[" + this.keys + "]";
	}

}
