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

package io.github.ktls.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.reactor.netty.NettyWebServer;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsStatistics;

/**
 * Looks at the server when it has started: only then it is known what it listens with,
 * and whether anybody asked the starter at all. Says in one line that kernel TLS is used,
 * or why it is not after all.
 */
class KtlsServerVerifier implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(KtlsServerVerifier.class);

	/** Only keeps an event loop that is stuck from blocking the start for ever. */
	private static final long LISTENER_TIMEOUT_SECONDS = 30;

	private final ApplicationContext context;

	private final KtlsProperties properties;

	private final KtlsStatistics statistics;

	private volatile boolean running;

	private boolean decided;

	private @Nullable String use;

	private final CompletableFuture<Channel> listener = new CompletableFuture<>();

	KtlsServerVerifier(ApplicationContext context, KtlsProperties properties, KtlsStatistics statistics) {
		this.context = context;
		this.properties = properties;
		this.statistics = statistics;
	}

	/**
	 * Note that kernel TLS is not available, unless it is required.
	 * @param obstacle why not
	 * @throws KtlsRequiredException if it is required
	 */
	void unavailable(KtlsFallback obstacle) {
		this.decided = true;
		if (this.properties.getMode() == KtlsProperties.Mode.REQUIRED) {
			throw new KtlsRequiredException(obstacle);
		}
		this.statistics.unavailable(obstacle.reason());
		logger.info("Kernel TLS is not used: " + obstacle);
	}

	/**
	 * Note that kernel TLS is not available for receiving, unless it is required. Sending
	 * goes on.
	 * @param obstacle why not
	 * @throws KtlsRequiredException if it is required
	 */
	void receiveUnavailable(KtlsFallback obstacle) {
		if (this.properties.getMode() == KtlsProperties.Mode.REQUIRED) {
			throw KtlsRequiredException.forReceiving(obstacle);
		}
		logger.info("Kernel TLS is not used for receiving: " + obstacle);
	}

	/**
	 * Note that kernel TLS is used for receiving although something speaks against it.
	 * @param overridden what the user does not mind
	 */
	void receiveDespite(KtlsFallback overridden) {
		logger.warn("Kernel TLS is used for receiving despite " + overridden);
	}

	/**
	 * Note that the server is configured to hand connections over.
	 * @param use how, for the log
	 */
	void configured(String use) {
		this.use = use;
	}

	/**
	 * Note what the server listens with.
	 * @param listener its channel
	 */
	void bound(Channel listener) {
		this.listener.complete(listener);
	}

	@Override
	public void start() {
		this.running = true;
		WebServer server = (this.context instanceof WebServerApplicationContext web) ? web.getWebServer() : null;
		if (server == null || this.decided) {
			return;
		}
		this.decided = true;
		if (!(server instanceof NettyWebServer)) {
			unavailable(
					new KtlsFallback(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED, server.getClass().getSimpleName()));
		}
		else if (this.use == null) {
			unavailable(KtlsFallback.of(KtlsFallbackReason.CUSTOMIZER_REPLACED));
		}
		else {
			Channel channel = awaitListener();
			if (channel instanceof EpollServerSocketChannel) {
				logger.info("Kernel TLS is used for " + this.use);
			}
			else {
				unavailable(new KtlsFallback(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED,
						(channel != null) ? channel.getClass().getSimpleName() : null));
			}
		}
	}

	// The server has started, but its event loop may still be about to tell.
	private @Nullable Channel awaitListener() {
		try {
			return this.listener.get(LISTENER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
		catch (ExecutionException | TimeoutException ex) {
			return null;
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/** Right after the server. */
	@Override
	public int getPhase() {
		return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE + 1;
	}

}
