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

package io.github.ktls.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import javax.net.ssl.SSLContext;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the management endpoints of an application, as an operator does.
 */
public final class ActuatorClient {

	private final HttpClient client;

	private final String base;

	private ActuatorClient(SSLContext tls, String base) {
		this.client = HttpClient.newBuilder().sslContext(tls).version(HttpClient.Version.HTTP_1_1).build();
		this.base = base;
	}

	/**
	 * Create a client that takes every certificate.
	 * @param scheme the scheme
	 * @param port the port on the loopback interface
	 * @return the client
	 */
	public static ActuatorClient of(String scheme, int port) {
		return new ActuatorClient(ClientTls.anonymous(), scheme + "://localhost:" + port + "/actuator");
	}

	/**
	 * Create a client of the application's own port.
	 * @param application the application, which has TLS
	 * @return the client
	 */
	public static ActuatorClient of(RunningApplication application) {
		return of("https", application.port());
	}

	/**
	 * Get something.
	 * @param path what comes after {@code /actuator}
	 * @return the answer
	 */
	public Answer get(String path) {
		return send(HttpRequest.newBuilder(URI.create(this.base + path)));
	}

	/**
	 * Post something.
	 * @param path what comes after {@code /actuator}
	 * @param json the text
	 * @return the answer
	 */
	public Answer post(String path, String json) {
		return send(HttpRequest.newBuilder(URI.create(this.base + path))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(json)));
	}

	private Answer send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * What came back.
	 *
	 * @param status the status
	 * @param body the text
	 */
	public record Answer(int status, String body) {

		/**
		 * Read the text.
		 * @return what it says
		 */
		public JsonNode json() {
			return new JsonMapper().readTree(this.body);
		}

		/**
		 * Find something in the text.
		 * @param pointer where it is, as in RFC 6901
		 * @return what is there
		 */
		public JsonNode at(String pointer) {
			JsonNode found = json().at(pointer);
			if (found.isMissingNode()) {
				throw new AssertionError("No " + pointer + " in " + this.body);
			}
			return found;
		}

	}

}
