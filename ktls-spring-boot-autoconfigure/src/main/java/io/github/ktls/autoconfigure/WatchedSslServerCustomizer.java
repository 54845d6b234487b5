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

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLException;

import io.netty.handler.ssl.SslContext;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.reactor.netty.SslServerCustomizer;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.Http2;
import org.springframework.boot.web.server.Ssl;
import org.springframework.util.StringUtils;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider;

import io.github.ktls.secrets.SecretsSource;

/**
 * {@link SslServerCustomizer} whose TLS contexts are watched for the secrets of their
 * handshakes. Contexts are made of bundles in Spring Boot's own way; what is added is
 * that each of them, also after a bundle was reloaded, is wrapped before it is used.
 */
class WatchedSslServerCustomizer extends SslServerCustomizer {

	private static final Log logger = LogFactory.getLog(WatchedSslServerCustomizer.class);

	private final SecretsSource secrets;

	private volatile SslProvider defaultProvider;

	private final Map<String, SslProvider> serverNameProviders = new ConcurrentHashMap<>();

	WatchedSslServerCustomizer(@Nullable Http2 http2, Ssl.@Nullable ClientAuth clientAuth, SslBundle bundle,
			Map<String, SslBundle> serverNameBundles, SecretsSource secrets) {
		super(http2, clientAuth, bundle, Map.of());
		this.secrets = secrets;
		this.defaultProvider = createProvider(bundle);
		serverNameBundles
			.forEach((serverName, named) -> this.serverNameProviders.put(serverName, createProvider(named)));
	}

	@Override
	public HttpServer apply(HttpServer server) {
		return server.secure((spec) -> spec.sslContext(this.defaultProvider.getSslContext())
			.setSniAsyncMappings((serverName, promise) -> promise.setSuccess(providerFor(serverName))));
	}

	/**
	 * Use new bundles for new connections when they are reloaded.
	 * @param ssl the settings that name the bundles
	 * @param bundles the bundles
	 */
	void followUpdates(Ssl ssl, @Nullable SslBundles bundles) {
		if (bundles == null) {
			return;
		}
		String name = ssl.getBundle();
		if (StringUtils.hasText(name)) {
			bundles.addBundleUpdateHandler(name, (bundle) -> this.defaultProvider = createProvider(bundle));
		}
		ssl.getServerNameBundles()
			.forEach((serverName) -> bundles.addBundleUpdateHandler(serverName.bundle(),
					(bundle) -> this.serverNameProviders.put(serverName.serverName(), createProvider(bundle))));
	}

	SslProvider providerFor(@Nullable String serverName) {
		return (serverName != null) ? this.serverNameProviders.getOrDefault(serverName, this.defaultProvider)
				: this.defaultProvider;
	}

	private SslProvider createProvider(SslBundle bundle) {
		try {
			SslContext context = createSslContextSpec(bundle).sslContext();
			SslContext watched = this.secrets.watch(context).orElseGet(() -> {
				logger.warn("A TLS context hands out no secrets; its connections stay in user space");
				return context;
			});
			return SslProvider.builder().sslContext(watched).build();
		}
		catch (SSLException ex) {
			throw new IllegalStateException("Unable to create a TLS context", ex);
		}
	}

}
