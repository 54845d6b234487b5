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

import java.util.LinkedHashSet;
import java.util.Set;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.server.KtlsServerConfigurer;

/**
 * {@link WebServerFactoryCustomizer} that has the server hand its connections over to the
 * kernel where that is possible. Comes last, when the factory's TLS settings are
 * complete.
 */
class KtlsWebServerFactoryCustomizer implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory>, Ordered {

	private final KernelTlsOptions options;

	private final KtlsEnvironment environment;

	private final KtlsServerVerifier verifier;

	KtlsWebServerFactoryCustomizer(KernelTlsOptions options, KtlsEnvironment environment, KtlsServerVerifier verifier) {
		this.options = options;
		this.environment = environment;
		this.verifier = verifier;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE;
	}

	@Override
	public void customize(NettyReactiveWebServerFactory factory) {
		KtlsFallback obstacle = this.environment.unavailability();
		if (this.environment.isForeign() || !Ssl.isEnabled(factory.getSsl())) {
			this.verifier
				.unavailable((obstacle != null) ? obstacle : KtlsFallback.of(KtlsFallbackReason.SSL_NOT_ENABLED));
			return;
		}
		SupportedCiphers.check(factory.getSsl(), factory.getSslBundles());
		addFirst(factory,
				new KtlsServerCustomizer(new KtlsServerConfigurer(this.options, this.environment), this.verifier));
	}

	// Come before the user's customizers, so that what they say of TLS is the last word.
	private static void addFirst(NettyReactiveWebServerFactory factory, NettyServerCustomizer customizer) {
		Set<NettyServerCustomizer> customizers = new LinkedHashSet<>();
		customizers.add(customizer);
		customizers.addAll(factory.getServerCustomizers());
		factory.setServerCustomizers(customizers);
	}

}
