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

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * Gives a session of BoringSSL an id where it has none: TLS 1.3 knows no session ids
 * ({@code legacy_session_id} is only echoed, RFC 8446 section 4.1.3), nor has a TLS 1.2
 * session that is kept in a ticket to have one. Netty then reports an empty one, where
 * the JDK's engine makes one up and applications tell sessions apart by it. As Netty has
 * no public setter this reaches into its session, and where that is not as expected the
 * id stays empty. Thread-safe.
 */
final class SessionIds {

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(SessionIds.class);

	/** The length of a session id at most, which the JDK uses, too. */
	private static final int LENGTH = 32;

	private static final SecureRandom RANDOM = new SecureRandom();

	private SessionIds() {
	}

	/**
	 * Make sure that the session of an engine has an id. Called on the event loop, after
	 * the handshake.
	 * @param engine the engine
	 */
	static void ensure(SSLEngine engine) {
		SSLSession session = engine.getSession();
		if (!(engine instanceof ReferenceCountedOpenSslEngine) || session.getId().length > 0) {
			return;
		}
		byte[] id = new byte[LENGTH];
		RANDOM.nextBytes(id);
		try {
			// The lock that guards the id in Netty.
			synchronized (engine) {
				Access.set(session, id);
			}
		}
		catch (LinkageError ex) {
			logger.debug("The TLS session has no id", ex);
		}
	}

	/**
	 * The private parts of Netty's session: a wrapper, and in it the id.
	 */
	private static final class Access {

		private static final String PACKAGE = "io.netty.handler.ssl.";

		private static final VarHandle WRAPPED;

		private static final VarHandle ID;

		private static final MethodHandle NEW_ID;

		static {
			try {
				Class<?> wrapper = Class.forName(PACKAGE + "ExtendedOpenSslSession");
				Class<?> wrapped = Class.forName(PACKAGE + "OpenSslInternalSession");
				Class<?> session = Class.forName(PACKAGE + "ReferenceCountedOpenSslEngine$DefaultOpenSslSession");
				Class<?> id = Class.forName(PACKAGE + "OpenSslSessionId");
				Lookup lookup = MethodHandles.lookup();
				WRAPPED = MethodHandles.privateLookupIn(wrapper, lookup).findVarHandle(wrapper, "wrapped", wrapped);
				ID = MethodHandles.privateLookupIn(session, lookup).findVarHandle(session, "id", id);
				NEW_ID = MethodHandles.privateLookupIn(id, lookup)
					.findConstructor(id, MethodType.methodType(void.class, byte[].class))
					.asType(MethodType.methodType(Object.class, byte[].class));
			}
			catch (ReflectiveOperationException ex) {
				throw new LinkageError("This Netty keeps its session ids in another place", ex);
			}
		}

		private Access() {
		}

		static void set(SSLSession session, byte[] id) {
			try {
				ID.set(WRAPPED.get(session), NEW_ID.invoke(id));
			}
			catch (Throwable ex) {
				throw new LinkageError("This Netty has other sessions", ex);
			}
		}

	}

}
