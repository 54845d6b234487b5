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

import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.ContentType;

/**
 * Alerts of ours, which the kernel sends as records of their own (RFC 8446 section 6).
 */
final class Alerts {

	private static final byte LEVEL_WARNING = 1;

	private static final byte LEVEL_FATAL = 2;

	/** Shared, as it is only read. */
	private static final ByteBuffer CLOSE_NOTIFY = content(LEVEL_WARNING, AlertDescription.CLOSE_NOTIFY);

	private Alerts() {
	}

	/**
	 * Try to send the alert that ends the stream.
	 * @param socket the connection's kernel TLS
	 * @return whether the kernel took it; {@code false} if the socket's buffer is full
	 * @throws IOException if the kernel refuses
	 */
	static boolean closeNotify(KtlsSocket socket) throws IOException {
		return socket.sendRecord(ContentType.ALERT, CLOSE_NOTIFY);
	}

	/**
	 * Try to send a fatal alert, after which the connection has to be closed.
	 * @param socket the connection's kernel TLS
	 * @param description what it says
	 * @return whether the kernel took it; {@code false} if the socket's buffer is full
	 * @throws IOException if the kernel refuses
	 */
	static boolean fatal(KtlsSocket socket, AlertDescription description) throws IOException {
		return socket.sendRecord(ContentType.ALERT, content(LEVEL_FATAL, description));
	}

	private static ByteBuffer content(byte level, AlertDescription description) {
		return ByteBuffer.allocateDirect(2).put(level).put((byte) description.value()).flip();
	}

}
