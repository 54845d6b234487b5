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

import java.io.File;
import java.io.PrintStream;
import java.nio.file.Path;

import reactor.netty.DisposableServer;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider.GenericSslContextSpec;

import io.github.ktls.netty.KtlsStatistics;

/**
 * The server of the README, to be run in a process of its own.
 */
public final class ReadmeExample {

	private ReadmeExample() {
	}

	static DisposableServer start(int port, File certificate, File key, Path file) {
		// README begins
		GenericSslContextSpec<?> tls = Http11SslContextSpec.forServer(certificate, key);
		HttpServer server = HttpServer.create()
			.port(port)
			.secure((spec) -> spec.sslContext(tls))
			.route((routes) -> routes.get("/file", (request, response) -> response.sendFile(file)));
		return KernelTlsServer.enable(server).bindNow();
		// README ends
	}

	static DisposableServer startRequired(HttpServer server, KtlsStatistics statistics) {
		// README begins
		KernelTlsOptions options = KernelTlsOptions.defaults().withRequired(true).withStatistics(statistics);
		return KernelTlsServer.enable(server, options).bindNow();
		// README ends
	}

	/**
	 * Run in another process, until that is ended.
	 * @param arguments certificate, key, and the file to serve
	 */
	public static void main(String[] arguments) {
		PrintStream out = System.out;
		DisposableServer server = start(0, new File(arguments[0]), new File(arguments[1]), Path.of(arguments[2]));
		out.println("PORT " + server.port());
		server.onDispose().block();
	}

}
