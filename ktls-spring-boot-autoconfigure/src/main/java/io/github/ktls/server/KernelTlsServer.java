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

import reactor.netty.http.server.HttpServer;

/**
 * Kernel TLS for a plain Reactor Netty server. (A Spring Boot application needs only
 * {@code server.ssl.ktls.enabled=true}.) <pre>
 * DisposableServer server = KernelTlsServer.enable(HttpServer.create())
 *     .secure((spec) -&gt; spec.sslContext(tls))
 *     .route((routes) -&gt; routes.get("/file", (request, response) -&gt; response.sendFile(file)))
 *     .bindNow();
 * </pre>
 * <p>
 * TLS handshakes stay in netty-tcnative's BoringSSL. Then a connection's sending keys go
 * to the Linux kernel, and files of {@code sendFile} leave by {@code sendfile(2)}. Where
 * that cannot be, the connection stays in user space, and files go in large chunks. One
 * line of the log says at each bind whether kernel TLS is used, and if not, why;
 * {@link io.github.ktls.netty.KtlsStatistics} counts the reasons of single connections,
 * and {@link io.github.ktls.netty.KtlsConnection#of} and the event
 * {@link io.github.ktls.netty.KtlsHandoverEvent} tell that of one.
 * <p>
 * On the class path have {@code netty-tcnative-boringssl-static} and
 * {@code netty-transport-native-epoll} for the platform, and JNA; no Spring is needed.
 */
public final class KernelTlsServer {

	private KernelTlsServer() {
	}

	/**
	 * Enable kernel TLS with the default options.
	 * @param server the server, whose TLS may be configured before or after this; every
	 * TLS context of netty-tcnative's will do, also those of server names
	 * @return a server that differs in this
	 */
	public static HttpServer enable(HttpServer server) {
		return enable(server, KernelTlsOptions.defaults());
	}

	/**
	 * Enable kernel TLS.
	 * @param server the server, whose TLS may be configured before or after this; every
	 * TLS context of netty-tcnative's will do, also those of server names
	 * @param options when, for what, and whether the server may do without;
	 * {@linkplain KernelTlsOptions#required() if it may not}, its {@code bind} fails with
	 * a {@link KtlsRequiredException}, which says what to do
	 * @return a server that differs in this
	 */
	public static HttpServer enable(HttpServer server, KernelTlsOptions options) {
		return new KtlsServerConfigurer(options, KtlsEnvironment.detect()).apply(server);
	}

}
