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

import org.springframework.boot.reactor.netty.NettyWebServer;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.server.AvailabilityReport;
import io.github.ktls.server.KtlsEnvironment;

/**
 * Notices a server that was started without having been configured.
 */
class KtlsServerVerifier implements SmartLifecycle {

	private final ApplicationContext context;

	private final KtlsEnvironment environment;

	private final AvailabilityReport report;

	private volatile boolean running;

	private boolean decided;

	KtlsServerVerifier(ApplicationContext context, KtlsEnvironment environment, AvailabilityReport report) {
		this.context = context;
		this.environment = environment;
		this.report = report;
	}

	/**
	 * Note that the server will not be configured.
	 * @param obstacle why not
	 */
	void unavailable(KtlsFallback obstacle) {
		this.decided = true;
		this.report.unavailable(obstacle);
	}

	/**
	 * Note that the server is configured, and says itself how it uses kernel TLS.
	 */
	void configured() {
		this.decided = true;
	}

	@Override
	public void start() {
		this.running = true;
		WebServer server = (this.context instanceof WebServerApplicationContext web) ? web.getWebServer() : null;
		if (server == null || this.decided) {
			return;
		}
		KtlsFallback obstacle = this.environment.unavailability();
		if (obstacle != null) {
			unavailable(obstacle);
		}
		else if (server instanceof NettyWebServer) {
			unavailable(KtlsFallback.of(KtlsFallbackReason.CUSTOMIZER_REPLACED));
		}
		else {
			unavailable(
					new KtlsFallback(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED, server.getClass().getSimpleName()));
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
