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

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.server.KtlsServerConfigurer;

/**
 * {@link NettyServerCustomizer} that lets a server use kernel TLS.
 */
class KtlsServerCustomizer implements NettyServerCustomizer {

	private final KtlsServerConfigurer configurer;

	private final KtlsServerVerifier verifier;

	KtlsServerCustomizer(KtlsServerConfigurer configurer, KtlsServerVerifier verifier) {
		this.configurer = configurer;
		this.verifier = verifier;
	}

	@Override
	public HttpServer apply(HttpServer server) {
		this.verifier.configured();
		return this.configurer.apply(server);
	}

}
