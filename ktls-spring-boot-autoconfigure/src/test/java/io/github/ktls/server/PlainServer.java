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

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

import io.netty.handler.ssl.SslContext;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.netty.KtlsStatistics;

/**
 * A plain Reactor Netty server on a free port of the loopback interface.
 */
final class PlainServer implements AutoCloseable {

	private final DisposableServer server;

	private final KtlsStatistics statistics;

	private PlainServer(DisposableServer server, KtlsStatistics statistics) {
		this.server = server;
		this.statistics = statistics;
	}

	/**
	 * Start a server on the kernel that there is.
	 * @param options how it uses kernel TLS
	 * @param file what it serves
	 * @param customizer configures its TLS
	 * @return the running server
	 */
	static PlainServer start(KernelTlsOptions options, Path file, UnaryOperator<HttpServer> customizer) {
		return new PlainServer(KernelTlsServer.enable(customizer.apply(routes(file)), options).bindNow(),
				options.statistics());
	}

	/**
	 * Start a server with whatever is offered.
	 * @param environment what is offered
	 * @param options how it uses kernel TLS
	 * @param file what it serves
	 * @param customizer configures its TLS
	 * @return the running server
	 */
	static PlainServer start(KtlsEnvironment environment, KernelTlsOptions options, Path file,
			UnaryOperator<HttpServer> customizer) {
		// Here TLS comes last.
		HttpServer enabled = new KtlsServerConfigurer(options, environment).apply(routes(file));
		return new PlainServer(customizer.apply(enabled).bindNow(), options.statistics());
	}

	/**
	 * Return a customizer for HTTP/1.1 and HTTP/2.
	 * @param context the TLS
	 * @return the customizer
	 */
	static UnaryOperator<HttpServer> secured(SslContext context) {
		return (server) -> server.protocol(HttpProtocol.HTTP11, HttpProtocol.H2)
			.secure((spec) -> spec.sslContext(context));
	}

	private static HttpServer routes(Path file) {
		return HttpServer.create()
			.host("127.0.0.1")
			.port(0)
			.route((routes) -> routes.get("/file", (request, response) -> response.sendFile(file))
				.get("/scheme", (request, response) -> response.sendString(Mono.just(request.scheme()))));
	}

	int port() {
		return this.server.port();
	}

	String url(String path) {
		return "https://localhost:" + port() + path;
	}

	KtlsStatistics statistics() {
		return this.statistics;
	}

	@Override
	public void close() {
		this.server.disposeNow(Duration.ofSeconds(30));
	}

}
