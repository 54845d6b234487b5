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

package io.github.ktls.server;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

import io.github.ktls.secrets.SecretsSource;

/**
 * What of Netty's native libraries can be used.
 *
 * @param epollFailure why the epoll transport cannot, or {@code null} if it can
 * @param tlsFailure why the TLS library cannot, or {@code null} if it can
 * @param tlsVersion what the TLS library calls itself, or empty
 * @param keyLog whether the TLS library hands out the secrets of its handshakes
 */
public record NativeLibraries(@Nullable String epollFailure, @Nullable String tlsFailure, String tlsVersion,
		boolean keyLog) {

	/**
	 * Look at the class path and load what is there.
	 * @return what can be used
	 */
	public static NativeLibraries detect() {
		String tlsFailure = findTlsFailure();
		boolean usable = tlsFailure == null;
		return new NativeLibraries(findEpollFailure(), tlsFailure, usable ? OpenSsl.versionString() : "",
				usable && KeyLog.isThere());
	}

	private static @Nullable String findEpollFailure() {
		try {
			return Epoll.isAvailable() ? null : rootMessage(Epoll.unavailabilityCause());
		}
		catch (LinkageError ex) {
			// Not even the classes around the library are there.
			return rootMessage(ex);
		}
	}

	private static @Nullable String findTlsFailure() {
		try {
			return OpenSsl.isAvailable() ? null : rootMessage(OpenSsl.unavailabilityCause());
		}
		catch (LinkageError ex) {
			return rootMessage(ex);
		}
	}

	private static String rootMessage(@Nullable Throwable failure) {
		if (failure == null) {
			return "unknown";
		}
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return root.toString();
	}

	/**
	 * The key log; a class of its own, as it cannot even be linked without Netty.
	 */
	private static final class KeyLog {

		static boolean isThere() {
			try {
				SslContext context = SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL).build();
				try {
					SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
					try {
						SecretsSource source = new SecretsSource(false);
						boolean watched = source.watch(engine);
						source.discard(engine);
						return watched;
					}
					finally {
						ReferenceCountUtil.release(engine);
					}
				}
				finally {
					ReferenceCountUtil.release(context);
				}
			}
			catch (SSLException ex) {
				return false;
			}
		}

	}

}
