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

package io.github.ktls.reasons;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.github.ktls.test.HttpsConnection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads what the actuator says.
 */
final class Scrape {

	private Scrape() {
	}

	static JsonNode json(boolean tls, int port, String path) throws IOException {
		return new JsonMapper().readTree(get(tls, port, path));
	}

	static List<String> text(boolean tls, int port, String path) throws IOException {
		return get(tls, port, path).lines().toList();
	}

	private static String get(boolean tls, int port, String path) throws IOException {
		if (!tls) {
			return getPlain(port, path);
		}
		try (HttpsConnection connection = HttpsConnection.open(port)) {
			HttpsConnection.Response response = connection.get(path);
			assertThat(response.status()).isEqualTo(200);
			return response.text();
		}
	}

	private static String getPlain(int port, String path) throws IOException {
		URI uri = URI.create("http://localhost:" + port + path);
		try {
			return HttpClient.newHttpClient().send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

}
