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

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.Ssl.ServerNameSslBundle;
import org.springframework.boot.web.server.WebServerSslBundle;
import org.springframework.util.Assert;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsPipeline;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.netty.SessionIdHandler;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.web.FileResponses;

/**
 * {@link NettyServerCustomizer} that has files sent in large chunks and, where kernel TLS
 * is available, connections handed over to it.
 */
class KtlsServerCustomizer implements NettyServerCustomizer {

	private final NettyReactiveWebServerFactory factory;

	private final KtlsSettings settings;

	private final KtlsEnvironment environment;

	private final @Nullable KtlsServerVerifier verifier;

	private final KtlsStatistics statistics;

	/**
	 * Create a new instance.
	 * @param factory makes the server
	 * @param settings what the user decided
	 * @param environment what the machine offers
	 * @param verifier is told about the server, or {@code null} where no connection can
	 * be handed over
	 * @param statistics counts what happens
	 */
	KtlsServerCustomizer(NettyReactiveWebServerFactory factory, KtlsSettings settings, KtlsEnvironment environment,
			@Nullable KtlsServerVerifier verifier, KtlsStatistics statistics) {
		this.factory = factory;
		this.settings = settings;
		this.environment = environment;
		this.verifier = verifier;
		this.statistics = statistics;
	}

	@Override
	public HttpServer apply(HttpServer server) {
		HttpServer customized = server
			.childObserve(new FileResponses(this.settings.fallbackChunkSize(), this.statistics))
			.doOnChannelInit((observer, channel, remoteAddress) -> {
				if (channel.pipeline().get(NettyPipeline.SslHandler) != null) {
					SessionIdHandler.install(channel, NettyPipeline.SslHandler);
				}
			});
		return (this.verifier != null) ? handOver(customized, this.verifier) : customized;
	}

	private HttpServer handOver(HttpServer server, KtlsServerVerifier verifier) {
		KernelTls kernel = this.environment.kernel();
		SecretsSource secrets = new SecretsSource(this.settings.receive());
		KtlsPipeline pipeline = new KtlsPipeline(this.settings, this.statistics, kernel, secrets);
		verifier.configured("%s (%s), handing connections over %s".formatted(
				this.settings.receive() ? "sending and receiving" : "sending", kernel.capabilities().describe(),
				switch (this.settings.activation()) {
					case ON_HANDSHAKE -> "after the handshake";
					case ON_FIRST_FILE ->
						"with the first file of at least %d bytes".formatted(this.settings.activationThreshold());
				}));
		return sslCustomizer(secrets).apply(server)
			.doOnBound((bound) -> verifier.bound(bound.channel()))
			.doOnChannelInit((observer, channel, remoteAddress) -> {
				if (channel.pipeline().get(NettyPipeline.SslHandler) != null) {
					pipeline.install(channel, NettyPipeline.SslHandler);
				}
				else {
					pipeline.decline(channel, KtlsFallback.of(KtlsFallbackReason.FOREIGN_TLS_HANDLER));
				}
			});
	}

	private WatchedSslServerCustomizer sslCustomizer(SecretsSource secrets) {
		Ssl ssl = this.factory.getSsl();
		Assert.state(ssl != null, "'ssl' must not be null");
		SslBundles bundles = this.factory.getSslBundles();
		Map<String, SslBundle> serverNameBundles = new LinkedHashMap<>();
		for (ServerNameSslBundle serverName : ssl.getServerNameBundles()) {
			Assert.state(bundles != null, "'sslBundles' must not be null");
			serverNameBundles.put(serverName.serverName(), bundles.getBundle(serverName.bundle()));
		}
		WatchedSslServerCustomizer customizer = new WatchedSslServerCustomizer(this.factory.getHttp2(),
				ssl.getClientAuth(), WebServerSslBundle.get(ssl, bundles), serverNameBundles, secrets);
		customizer.followUpdates(ssl, bundles);
		return customizer;
	}

}
