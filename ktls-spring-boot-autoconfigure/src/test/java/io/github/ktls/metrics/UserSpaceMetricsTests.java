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

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.ObservationFilter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.server.reactive.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.reactive.observation.ServerRequestObservationConvention;

import io.github.ktls.autoconfigure.SystemCallsInitializer;
import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.linux.Errno;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an application's scrape and its requests tell where the kernel has no TLS.
 */
class UserSpaceMetricsTests {

	private static final String REQUESTS = "http.server.requests";

	@TempDir
	static Path files;

	private static List<String> tls = List.of();

	@BeforeAll
	static void makeFiles(@TempDir Path keys) {
		TestFiles.random(files.resolve("file"), 100_000);
		Certificates certificates = Certificates.create("EC", "localhost");
		tls = List.of("server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys));
	}

	@Test
	void whenKernelCannotScrapeHasOnlyFallbacks() throws Exception {
		try (RunningApplication application = start(tls)) {
			Scraper scraper = new Scraper(application);
			try (HttpsConnection connection = HttpsConnection.open(application.port())) {
				assertThat(connection.get("/static/file").status()).isEqualTo(200);
			}
			String text = scraper.get("");
			assertThat(text.lines().filter((line) -> line.contains("ktls_") && line.startsWith("# TYPE")))
				.containsExactly("# TYPE ktls_fallbacks_total counter");
			assertThat(text).contains("ktls_fallbacks_total{direction=\"transmit\",reason=\"MODULE_MISSING\"} 1.0",
					"ktls_fallbacks_total{direction=\"receive\",reason=\"MODULE_MISSING\"} 0.0");
		}
	}

	@Test
	void whenRequestsEndInAnyWayTheyTell() throws Exception {
		try (RunningApplication application = start(tls)) {
			Scraper scraper = new Scraper(application);
			try (HttpsConnection connection = HttpsConnection.open(application.port())) {
				assertThat(connection.get("/hello").status()).isEqualTo(200);
				assertThat(connection.get("/static/file").status()).isEqualTo(200);
				assertThat(connection.get("/nowhere").status()).isEqualTo(404);
				assertThat(connection.request("POST", "/hello", "Content-Length: 0").status()).isEqualTo(405);
				assertThat(connection.get("/size/missing").status()).isEqualTo(500);
			}
			HttpsConnection cancelling = HttpsConnection.open(application.port());
			cancelling.send("GET", "/events?count=1000000");
			cancelling.receiveUntil("event-3");
			cancelling.close();
			HttpsConnection waiting = HttpsConnection.open(application.port());
			waiting.send("POST", "/held-upload", "Content-Length: 0");
			waiting.close();
			// The management server's own requests, too.
			scraper.get("");
			await().until(() -> values(application, "status").contains("UNKNOWN"));
			await().until(() -> values(application, "uri").contains("/events"));
			assertThat(values(application, "status")).contains("200", "404", "405", "500", "UNKNOWN");
			assertThat(values(application, "uri")).contains("/hello", "/static/**", "/events", "/actuator/prometheus");
			assertAllTell(application);
			// A name may come with one set of keys only.
			assertThat(scraper.get("").lines().filter((line) -> line.startsWith("http_server_requests_seconds_count")))
				.hasSizeGreaterThan(5)
				.allSatisfy((line) -> assertThat(line).containsOnlyOnce("ktls=\"user\""));
		}
	}

	@Test
	void whenServerHasNoTlsRequestsTell() throws Exception {
		try (RunningApplication application = start(List.of())) {
			Scraper scraper = new Scraper(application);
			HttpRequest request = HttpRequest
				.newBuilder(URI.create("http://127.0.0.1:" + application.port() + "/hello"))
				.build();
			assertThat(scraper.send(request).statusCode()).isEqualTo(200);
			assertThat(timers(application)).isNotEmpty();
			assertAllTell(application);
		}
	}

	@Test
	void whenApplicationHasItsOwnConventionAndFilterTheyStay() throws Exception {
		try (RunningApplication application = start(tls, (context) -> {
			context.registerBean(ServerRequestObservationConvention.class,
					() -> new DefaultServerRequestObservationConvention("my.requests"));
			context.registerBean(ObservationFilter.class,
					() -> (observed) -> observed.addLowCardinalityKeyValue(KeyValue.of("mine", "yes")));
		}); HttpsConnection connection = HttpsConnection.open(application.port())) {
			assertThat(connection.get("/hello").status()).isEqualTo(200);
			await().until(() -> registry(application).find("my.requests").timer() != null);
			assertThat(registry(application).get("my.requests").timer().getId().getTags())
				.contains(Tag.of("mine", "yes"), Tag.of("ktls", "user"), Tag.of("status", "200"));
			assertThat(registry(application).find(REQUESTS).timers()).isEmpty();
		}
	}

	private static void assertAllTell(RunningApplication application) {
		assertThat(timers(application)).allSatisfy((timer) -> {
			assertThat(timer.getId().getTag("ktls")).isEqualTo("user");
			assertThat(timer.getId().getTags()).extracting(Tag::getKey)
				.containsExactlyInAnyOrder("error", "exception", "ktls", "method", "outcome", "status", "uri");
		});
	}

	private static Set<String> values(RunningApplication application, String key) {
		return timers(application).stream()
			.map((timer) -> String.valueOf(timer.getId().getTag(key)))
			.collect(Collectors.toSet());
	}

	private static List<Timer> timers(RunningApplication application) {
		return List.copyOf(registry(application).find(REQUESTS).timers());
	}

	private static MeterRegistry registry(RunningApplication application) {
		return application.context().getBean(MeterRegistry.class);
	}

	private static RunningApplication start(List<String> properties) {
		return start(properties, (context) -> {
		});
	}

	private static RunningApplication start(List<String> properties,
			ApplicationContextInitializer<GenericApplicationContext> further) {
		List<String> all = new ArrayList<>(Scraper.PROPERTIES);
		all.addAll(properties);
		all.add("server.ssl.ktls.enabled=true");
		FakeKernel unable = new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT);
		return RunningApplication.start(files, all, (context) -> {
			new SystemCallsInitializer(unable).initialize(context);
			further.initialize((GenericApplicationContext) context);
		});
	}

}
