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

import javax.net.ssl.SSLEngine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;

/**
 * Handshake messages that BoringSSL holds back after the handshake: session tickets, and
 * its reply to a peer's KeyUpdate. It sends them in front of the next application data
 * ({@code ssl/s3_pkt.cc}, {@code do_tls_write}), and a write of no data at all counts as
 * such. Used on the event loop.
 */
public final class HandshakeMessages {

	private HandshakeMessages() {
	}

	/**
	 * Have an engine encrypt what it holds back. It then gives it out when it is next
	 * asked to wrap anything, be it nothing.
	 * @param engine the engine; one that is not BoringSSL's or is closed is left alone
	 * @param alloc makes a buffer
	 * @return whether that was all; {@code false} if it holds more than it has room for,
	 * so that this is to be called again after it was asked to wrap
	 */
	public static boolean flush(SSLEngine engine, ByteBufAllocator alloc) {
		if (!(engine instanceof ReferenceCountedOpenSslEngine openSslEngine)) {
			return true;
		}
		ByteBuf nothing = alloc.directBuffer(1);
		try {
			// The engine's lock keeps its native object alive between the look and the
			// use.
			synchronized (openSslEngine) {
				long ssl = openSslEngine.sslPointer();
				if (ssl == 0 || engine.isOutboundDone()) {
					return true;
				}
				int result = SSL.writeToSSL(ssl, nothing.memoryAddress(), 0);
				boolean full = result < 0 && SSL.getError(ssl, result) == SSL.SSL_ERROR_WANT_WRITE;
				// An error that is left would be taken for that of the next call.
				SSL.clearError();
				return !full;
			}
		}
		finally {
			nothing.release();
		}
	}

}
