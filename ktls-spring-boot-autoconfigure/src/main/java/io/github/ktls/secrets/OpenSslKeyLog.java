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

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.internal.tcnative.KeyLogCallback;
import io.netty.internal.tcnative.SSLContext;

/**
 * The key log of BoringSSL, switched on for one {@link SslContext}. Called on the thread
 * that does the handshake, which is the connection's event loop or a task executor. What
 * it is given is wiped before it returns.
 */
final class OpenSslKeyLog implements KeyLogCallback {

	private final PendingSecrets secrets;

	private final Set<Side> sides;

	/**
	 * Create a new instance.
	 * @param secrets where secrets go
	 * @param sides whose secrets are wanted; those of others are not even read
	 */
	OpenSslKeyLog(PendingSecrets secrets, Set<Side> sides) {
		this.secrets = secrets;
		this.sides = EnumSet.copyOf(sides);
	}

	/**
	 * Switch the key log on.
	 * @param context the context, before the first engine is made of it
	 * @param keyLog takes the lines
	 * @return whether the context has a key log
	 */
	static boolean enable(SslContext context, OpenSslKeyLog keyLog) {
		if (!(context instanceof ReferenceCountedOpenSslContext openSslContext)) {
			return false;
		}
		try {
			return SSLContext.setKeyLogCallback(Ctx.of(openSslContext), keyLog);
		}
		catch (LinkageError ex) {
			return false;
		}
	}

	@Override
	public void handle(long ssl, byte[] line) {
		for (Side side : this.sides) {
			byte[] secret = KeyLogLine.trafficSecret(side, line);
			if (secret != null) {
				this.secrets.put(ssl, side, secret);
			}
		}
		Arrays.fill(line, (byte) 0);
	}

	/**
	 * Access to tcnative's own context structure, which
	 * {@link SSLContext#setKeyLogCallback} wants. Netty has no public accessor: the
	 * pointer of {@code sslCtxPointer()} is the one of BoringSSL, and using it instead
	 * crashes the JVM.
	 */
	private static final class Ctx {

		private static final VarHandle CTX;

		static {
			try {
				CTX = MethodHandles.privateLookupIn(ReferenceCountedOpenSslContext.class, MethodHandles.lookup())
					.findVarHandle(ReferenceCountedOpenSslContext.class, "ctx", long.class);
			}
			catch (ReflectiveOperationException ex) {
				throw new LinkageError("This Netty has no ReferenceCountedOpenSslContext.ctx", ex);
			}
		}

		private Ctx() {
		}

		static long of(ReferenceCountedOpenSslContext context) {
			return (long) CTX.get(context);
		}

	}

}
