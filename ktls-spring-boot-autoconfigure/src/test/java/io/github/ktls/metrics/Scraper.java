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

package io.github.ktls.metrics;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;

import io.github.ktls.test.RunningApplication;

/**
 * Scrapes an application, as Prometheus does, on a port of its own without TLS, so that
 * the scrape is none of what is counted.
 */
final class Scraper {

	/** What has the application be scraped. */
	static final List<String> PROPERTIES = List.of("management.server.port=0", "management.server.address=127.0.0.1",
			"management.server.ssl.enabled=false", "management.endpoints.web.exposure.include=prometheus");

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final URI uri;

	Scraper(RunningApplication application) {
		this.uri = URI.create("http://127.0.0.1:%s/actuator/prometheus".formatted(
				Objects.requireNonNull(application.context().getEnvironment().getProperty("local.management.port"))));
	}

	/**
	 * Scrape.
	 * @param accept the format that is asked for; empty for the usual one
	 * @return the text
	 */
	String get(String accept) throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(this.uri);
		if (!accept.isEmpty()) {
			request.header("Accept", accept);
		}
		HttpResponse<String> response = send(request.build());
		if (response.statusCode() != 200) {
			throw new IOException(response + ": " + response.body());
		}
		return response.body();
	}

	HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
		return this.client.send(request, HttpResponse.BodyHandlers.ofString());
	}

}
