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

import java.net.SocketAddress;
import java.util.Arrays;
import java.util.function.Supplier;

import javax.net.ssl.SSLEngine;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServerConfig;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;

/**
 * What in a server's configuration keeps all of its connections in user space.
 */
final class ServerObstacles {

	private ServerObstacles() {
	}

	/**
	 * Return the first obstacle.
	 * @param config the configuration of a server that is about to bind
	 * @return the obstacle, or {@code null} if there is none
	 */
	static @Nullable KtlsFallback first(HttpServerConfig config) {
		SslProvider provider = config.sslProvider();
		if (provider == null) {
			return KtlsFallback.of(KtlsFallbackReason.SSL_NOT_ENABLED);
		}
		String transport = foreignTransport(config);
		if (transport != null) {
			return new KtlsFallback(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED, transport);
		}
		if (config.redirectHttpToHttps()) {
			return new KtlsFallback(KtlsFallbackReason.FOREIGN_TLS_HANDLER, "plain HTTP is redirected");
		}
		return keyLogObstacle(provider.getSslContext());
	}

	private static @Nullable String foreignTransport(HttpServerConfig config) {
		if (Arrays.asList(config.protocols()).contains(HttpProtocol.HTTP3)) {
			return "HTTP/3";
		}
		Supplier<? extends SocketAddress> address = config.bindAddress();
		if (address != null && address.get() instanceof DomainSocketAddress) {
			return "Unix domain socket";
		}
		LoopResources loops = config.loopResources();
		Class<? extends Channel> listener = loops.onChannelClass(ServerSocketChannel.class,
				loops.onServerSelect(config.isPreferNative()));
		return EpollServerSocketChannel.class.isAssignableFrom(listener) ? null : listener.getSimpleName();
	}

	// A context may be wrapped; what counts are its engines.
	private static @Nullable KtlsFallback keyLogObstacle(SslContext context) {
		SSLEngine engine = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
		try {
			return (engine instanceof ReferenceCountedOpenSslEngine) ? null
					: new KtlsFallback(KtlsFallbackReason.KEY_LOG_UNAVAILABLE, engine.getClass().getSimpleName());
		}
		finally {
			ReferenceCountUtil.release(engine);
		}
	}

}
