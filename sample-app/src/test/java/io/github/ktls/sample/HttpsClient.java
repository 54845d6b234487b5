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

package io.github.ktls.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.WebSocket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The JDK's HTTP client, trusting one certificate and presenting one.
 */
class HttpsClient {

	private final HttpClient client;

	private final String authority;

	HttpsClient(int port, SelfSignedCertificate server, SelfSignedCertificate client) throws Exception {
		this.authority = "localhost:" + port;
		this.client = HttpClient.newBuilder().sslContext(sslContext(server, client)).build();
	}

	<T> HttpResponse<T> get(String path, BodyHandler<T> bodyHandler, String... headers) throws Exception {
		return send("GET", path, bodyHandler, headers);
	}

	<T> HttpResponse<T> send(String method, String path, BodyHandler<T> bodyHandler, String... headers)
			throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://" + this.authority + path))
			.method(method, HttpRequest.BodyPublishers.noBody());
		if (headers.length > 0) {
			request.headers(headers);
		}
		return this.client.send(request.build(), bodyHandler);
	}

	WebSocket open(String path, WebSocket.Listener listener) {
		return this.client.newWebSocketBuilder()
			.buildAsync(URI.create("wss://" + this.authority + path), listener)
			.join();
	}

	private static SSLContext sslContext(SelfSignedCertificate server, SelfSignedCertificate client) throws Exception {
		char[] password = SelfSignedCertificate.PASSWORD.toCharArray();
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(KeyStore.getInstance(client.keyStore().toFile(), password), password);
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(trustStore(server, password));
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
		return context;
	}

	// An entry with a key does not count as trusted.
	private static KeyStore trustStore(SelfSignedCertificate server, char[] password)
			throws GeneralSecurityException, IOException {
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		trusted.load(null, null);
		trusted.setCertificateEntry("server",
				KeyStore.getInstance(server.keyStore().toFile(), password).getCertificate("sample"));
		return trusted;
	}

}
