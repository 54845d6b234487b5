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
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.KeyLogCallback;
import io.netty.internal.tcnative.SSLContext;

/**
 * The key log of BoringSSL, switched on for one context, which several servers may share.
 * Called on the thread that does the handshake, which is the connection's event loop or a
 * task executor. What it is given is wiped before it returns.
 */
final class OpenSslKeyLog implements KeyLogCallback {

	/** A context has room for one callback. */
	private static final Map<ReferenceCountedOpenSslContext, OpenSslKeyLog> keyLogs = new WeakHashMap<>();

	/**
	 * Weak, for a context may outlive the servers that it was used by.
	 */
	private volatile List<WeakReference<KeyLogRecipient>> recipients = List.of();

	/**
	 * Have the key log of an engine's context delivered. BoringSSL looks for a callback
	 * each time it has something to log, so it is early enough before the first message
	 * of the engine's handshake.
	 * @param engine the engine
	 * @param recipient takes the lines
	 * @return whether the context has a key log
	 */
	static boolean deliver(ReferenceCountedOpenSslEngine engine, KeyLogRecipient recipient) {
		try {
			ReferenceCountedOpenSslContext context = Internals.context(engine);
			synchronized (keyLogs) {
				OpenSslKeyLog keyLog = keyLogs.get(context);
				if (keyLog == null) {
					keyLog = new OpenSslKeyLog();
					if (!SSLContext.setKeyLogCallback(Internals.ctx(context), keyLog)) {
						return false;
					}
					keyLogs.put(context, keyLog);
				}
				keyLog.add(recipient);
				return true;
			}
		}
		catch (LinkageError ex) {
			return false;
		}
	}

	/**
	 * Add a recipient, unless it is there. Not thread-safe.
	 * @param recipient takes the lines
	 */
	void add(KeyLogRecipient recipient) {
		if (this.recipients.stream().anyMatch((known) -> known.refersTo(recipient))) {
			return;
		}
		List<WeakReference<KeyLogRecipient>> added = new ArrayList<>(this.recipients);
		added.removeIf((known) -> known.refersTo(null));
		added.add(new WeakReference<>(recipient));
		this.recipients = List.copyOf(added);
	}

	@Override
	public void handle(long ssl, byte[] line) {
		for (WeakReference<KeyLogRecipient> known : this.recipients) {
			KeyLogRecipient recipient = known.get();
			if (recipient != null) {
				recipient.read(ssl, line);
			}
		}
		Arrays.fill(line, (byte) 0);
	}

	/**
	 * Access to what Netty has no public accessors for: the context of an engine,
	 * whatever it is wrapped in, and tcnative's own context structure, which
	 * {@link SSLContext#setKeyLogCallback} wants. The pointer of {@code sslCtxPointer()}
	 * is the one of BoringSSL, and using it instead crashes the JVM.
	 */
	private static final class Internals {

		private static final VarHandle PARENT_CONTEXT = find(ReferenceCountedOpenSslEngine.class, "parentContext",
				ReferenceCountedOpenSslContext.class);

		private static final VarHandle CTX = find(ReferenceCountedOpenSslContext.class, "ctx", long.class);

		private Internals() {
		}

		private static VarHandle find(Class<?> owner, String name, Class<?> type) {
			try {
				return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findVarHandle(owner, name, type);
			}
			catch (ReflectiveOperationException ex) {
				throw new LinkageError("This Netty has no %s.%s".formatted(owner.getSimpleName(), name), ex);
			}
		}

		static ReferenceCountedOpenSslContext context(ReferenceCountedOpenSslEngine engine) {
			return (ReferenceCountedOpenSslContext) PARENT_CONTEXT.get(engine);
		}

		static long ctx(ReferenceCountedOpenSslContext context) {
			return (long) CTX.get(context);
		}

	}

}
