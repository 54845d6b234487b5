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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;

import javax.net.ssl.HttpsURLConnection;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks the management endpoints of an application, as an operator does. Each request has
 * a connection of its own: one of Reactor Netty's without the starter hangs now and then
 * when a request comes right behind a response.
 */
public final class ActuatorClient {

	private static final int TIMEOUT_MILLIS = 120_000;

	private final String base;

	private ActuatorClient(String base) {
		this.base = base;
	}

	/**
	 * Create a client that takes every certificate.
	 * @param scheme the scheme
	 * @param port the port on the loopback interface
	 * @return the client
	 */
	public static ActuatorClient of(String scheme, int port) {
		return new ActuatorClient(scheme + "://localhost:" + port + "/actuator");
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
		return send(path, null);
	}

	/**
	 * Post something.
	 * @param path what comes after {@code /actuator}
	 * @param json the text
	 * @return the answer
	 */
	public Answer post(String path, String json) {
		return send(path, json);
	}

	private Answer send(String path, @Nullable String json) {
		try {
			HttpURLConnection connection = (HttpURLConnection) new URL(this.base + path).openConnection();
			if (connection instanceof HttpsURLConnection https) {
				https.setSSLSocketFactory(ClientTls.anonymous().getSocketFactory());
				https.setHostnameVerifier((name, session) -> true);
			}
			connection.setReadTimeout(TIMEOUT_MILLIS);
			connection.setRequestProperty("Connection", "close");
			if (json != null) {
				connection.setDoOutput(true);
				connection.setRequestProperty("Content-Type", "application/json");
				connection.getOutputStream().write(json.getBytes(StandardCharsets.UTF_8));
			}
			int status = connection.getResponseCode();
			try (InputStream body = (status < 400) ? connection.getInputStream() : connection.getErrorStream()) {
				return new Answer(status,
						(body != null) ? new String(body.readAllBytes(), StandardCharsets.UTF_8) : "");
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
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
