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

import javax.security.auth.Destroyable;

/**
 * Keys of both directions of a TLS 1.2 connection, which come out of one derivation.
 *
 * @param clientWrite the keys of the records the client sends
 * @param serverWrite the keys of the records the server sends
 */
public record Tls12KeyBlock(TrafficKeys clientWrite, TrafficKeys serverWrite) implements Destroyable, AutoCloseable {

	@Override
	public void destroy() {
		this.clientWrite.destroy();
		this.serverWrite.destroy();
	}

	@Override
	public boolean isDestroyed() {
		return this.clientWrite.isDestroyed() && this.serverWrite.isDestroyed();
	}

	/**
	 * Same as {@link #destroy()}, for try-with-resources.
	 */
	@Override
	public void close() {
		destroy();
	}

}
