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

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsStatistics;

/**
 * Looks at the server when it has started: only then it is known what it listens with,
 * and whether anybody asked the starter at all. Says in one line that kernel TLS is used,
 * or why it is not after all.
 */
class KtlsServerVerifier implements ApplicationListener<WebServerInitializedEvent> {

	private static final Log logger = LogFactory.getLog(KtlsServerVerifier.class);

	private final KtlsProperties properties;

	private final KtlsStatistics statistics;

	private boolean decided;

	private @Nullable String use;

	private volatile @Nullable Channel listener;

	KtlsServerVerifier(KtlsProperties properties, KtlsStatistics statistics) {
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
		this.listener = listener;
	}

	@Override
	public void onApplicationEvent(WebServerInitializedEvent event) {
		// Of a management server on a port of its own there is another event.
		if (event.getApplicationContext().getServerNamespace() != null || this.decided) {
			return;
		}
		if (this.use == null) {
			unavailable(transportNotSupported(event.getWebServer()));
		}
		else if (!(this.listener instanceof EpollServerSocketChannel)) {
			unavailable(transportNotSupported(this.listener));
		}
		else {
			logger.info("Kernel TLS is used for sending " + this.use);
		}
	}

	private static KtlsFallback transportNotSupported(@Nullable Object transport) {
		return new KtlsFallback(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED,
				(transport instanceof WebServer || transport instanceof Channel) ? transport.getClass().getSimpleName()
						: null);
	}

}
