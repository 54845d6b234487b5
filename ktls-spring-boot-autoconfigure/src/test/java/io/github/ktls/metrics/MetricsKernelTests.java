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
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.kernel.TlsStat;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.OpenSslClient;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsStatDelta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What Prometheus reads is what happened and what the kernel says, and the dashboard asks
 * for nothing that there is not.
 */
@Tag("kernel")
class MetricsKernelTests {

	private static final int SIZE = 2_000_000;

	private static final String REQUESTS = "http_server_requests_seconds_count";

	@TempDir
	static Path files;

	private static String hash = "";

	@BeforeAll
	static void makeFile() {
		hash = TestFiles.sha256(TestFiles.random(files.resolve("large"), SIZE));
	}

	@ParameterizedTest
	@EnumSource(names = { "SENDING_ON_FIRST_FILE", "RECEIVING_ON_HANDSHAKE" })
	void whateverHappensEachNumberIsThatOfTheApplicationAndOfTheKernel(KernelArm arm) throws IOException {
		try (KernelServer server = start(arm); HttpsConnection open = HttpsConnection.open(server.port())) {
			load(server, open);
			await().until(() -> server.statistics().getActive() == 1);
			// The kernel's counters may be as old as a second.
			await().untilAsserted(() -> {
				Scrape scrape = scrape(server, "text");
				assertStatistics(scrape, server.statistics());
				assertKernel(scrape, server);
			});
			Scrape scrape = scrape(server, "text");
			assertRequests(scrape, arm);
			assertThat(scrape.sum("ktls_active_connections", "direction", "transmit")).isOne();
			assertThat(scrape.sum("ktls_fallbacks_total", "direction", "transmit", "reason", "APPLICATION_PROTOCOL"))
				.isOne();
			assertThat(scrape.sum("ktls_file_bytes_total", "path", "sendfile")).isGreaterThanOrEqualTo(4.0 * SIZE);
			assertThat(scrape.sum("ktls_file_bytes_total", "path", "chunks")).isEqualTo(SIZE);
			assertThat(scrape.sum("ktls_handover_duration_seconds_sum")).isPositive();
			assertKeyUpdate(scrape, arm);
		}
	}

	// They are complete for the application while the handover is under way.
	@Test
	void whenConnectionsAreHandedOverAtOnceShortResponsesAreOfTheKernel() throws IOException {
		int count = 40;
		try (KernelServer server = start(KernelArm.SENDING_ON_HANDSHAKE)) {
			for (int i = 0; i < count; i++) {
				try (HttpsConnection connection = HttpsConnection.open(server.port())) {
					assertThat(connection.get("/text?size=10").text()).isEqualTo("t".repeat(10));
				}
			}
			Scrape scrape = scrape(server, "text");
			assertThat(scrape.count(REQUESTS, "uri", "/text", "ktls", "kernel")).isEqualTo(count);
			assertThat(scrape.count("ktls_handovers_total", "direction", "transmit")).isEqualTo(count);
		}
	}

	@Test
	void whenNumbersAreReadAgainCountersHaveOnlyGoneUp() throws IOException {
		try (KernelServer server = start(KernelArm.SENDING_ON_HANDSHAKE);
				HttpsConnection open = HttpsConnection.open(server.port())) {
			Scrape before = scrape(server, "text");
			load(server, open);
			await().untilAsserted(() -> {
				Scrape after = scrape(server, "text");
				assertThat(before.samples()).filteredOn((sample) -> sample.name().startsWith("ktls_"))
					.filteredOn((sample) -> sample.type().equals("counter") || sample.type().equals("summary"))
					.hasSizeGreaterThan(60)
					.allSatisfy((sample) -> assertThat(after.sum(sample.name(), labels(sample)))
						.isGreaterThanOrEqualTo(sample.number()));
				assertThat(after.sum("ktls_kernel_events_total", "counter", "TlsTxSw"))
					.isGreaterThan(before.sum("ktls_kernel_events_total", "counter", "TlsTxSw") + 3);
			});
		}
	}

	@Test
	void whenPrometheusAsksForOpenMetricsItCanReadThem() throws IOException {
		try (KernelServer server = start(KernelArm.SENDING_ON_HANDSHAKE);
				HttpsConnection open = HttpsConnection.open(server.port())) {
			load(server, open);
			Scrape scrape = scrape(server, "openmetrics");
			for (KtlsMeters meter : KtlsMeters.values()) {
				for (String name : PrometheusNames.of(meter)) {
					assertThat(scrape.find(name)).as(name)
						.isNotEmpty()
						.extracting(Scrape.Sample::type)
						.containsOnly(type(meter));
				}
			}
		}
	}

	@Test
	void whateverDashboardAndDocumentationAskForIsThere() throws IOException {
		try (KernelServer server = start(KernelArm.SENDING_ON_FIRST_FILE);
				HttpsConnection open = HttpsConnection.open(server.port())) {
			load(server, open);
			Scrape scrape = scrape(server, "text");
			for (Dashboard.Target target : Dashboard.read().targets()) {
				PromQl.parse(target.expression()).check(scrape, target.legends());
			}
			for (String expression : MetricsDocumentationTests.expressions()) {
				PromQl.parse(expression).check(scrape, Set.of());
			}
		}
	}

	private static String type(KtlsMeters meter) {
		return switch (meter.getType()) {
			case COUNTER -> "counter";
			case TIMER -> "summary";
			default -> "gauge";
		};
	}

	private static KernelServer start(KernelArm arm) {
		List<String> properties = new ArrayList<>(Scraper.PROPERTIES);
		properties.add("server.http2.enabled=true");
		return KernelServer.start(arm, files, properties.toArray(String[]::new));
	}

	// Four connections that get a file, one of which stays open and one of which changes
	// its key; one of HTTP/2; one without a file.
	private static void load(KernelServer server, HttpsConnection open) throws IOException {
		String file = server.application().url("/static/large");
		for (int i = 0; i < 2; i++) {
			assertThat(new Curl("--http1.1").sha256(file)).isEqualTo(hash);
		}
		assertThat(new Curl("--http2").sha256(file)).isEqualTo(hash);
		assertThat(new Curl("--http1.1").text(server.application().url("/text?size=10"))).isEqualTo("t".repeat(10));
		assertThat(open.get("/static/large").sha256()).isEqualTo(hash);
		assertThat(open.get("/hello").status()).isEqualTo(200);
		try (OpenSslClient client = OpenSslClient.connect(server.port(), "-tls1_3")) {
			assertThat(client.get("/static/large").sha256()).isEqualTo(hash);
			client.keyUpdate('K');
			if (TlsStatDelta.canRekey()) {
				assertThat(client.get("/static/large").sha256()).isEqualTo(hash);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
			}
		}
	}

	private static void assertStatistics(Scrape scrape, KtlsStatistics statistics) {
		Map<String, Double> scraped = new LinkedHashMap<>();
		scrape.samples()
			.stream()
			.filter((sample) -> sample.name().startsWith("ktls_") && !sample.name().startsWith("ktls_kernel_"))
			.forEach((sample) -> scraped.put(sample.name() + new TreeMap<>(sample.labels()), sample.number()));
		assertThat(scraped).containsExactlyInAnyOrderEntriesOf(expected(statistics));
	}

	private static Map<String, Double> expected(KtlsStatistics statistics) {
		Map<String, Double> expected = new LinkedHashMap<>();
		each(OffloadMode.values(), MetricsKernelTests::crypto, "ktls_handovers_total{crypto=%s, direction=transmit}",
				statistics::getHandovers, expected);
		each(OffloadMode.values(), MetricsKernelTests::crypto, "ktls_handovers_total{crypto=%s, direction=receive}",
				statistics::getReceiveHandovers, expected);
		each(OffloadMode.values(), MetricsKernelTests::crypto, "ktls_active_connections{crypto=%s, direction=transmit}",
				statistics::getActive, expected);
		each(OffloadMode.values(), MetricsKernelTests::crypto, "ktls_active_connections{crypto=%s, direction=receive}",
				statistics::getReceiveActive, expected);
		each(KtlsFallbackReason.values(), Enum::name, "ktls_fallbacks_total{direction=transmit, reason=%s}",
				statistics::getFallbacks, expected);
		each(KtlsFallbackReason.values(), Enum::name, "ktls_fallbacks_total{direction=receive, reason=%s}",
				statistics::getReceiveFallbacks, expected);
		each(KtlsDrainEvent.Reason.values(), Enum::name, "ktls_drains_total{reason=%s}", statistics::getDrains,
				expected);
		expected.put("ktls_files_total{path=sendfile}", (double) statistics.getFilesBySendfile());
		expected.put("ktls_files_total{path=chunks}", (double) statistics.getFilesByChunks());
		expected.put("ktls_file_bytes_total{path=sendfile}", (double) statistics.getBytesBySendfile());
		expected.put("ktls_file_bytes_total{path=chunks}", (double) statistics.getBytesByChunks());
		expected.put("ktls_key_updates_total{direction=transmit}", (double) statistics.getKeyUpdatesSent());
		expected.put("ktls_key_updates_total{direction=receive}", (double) statistics.getKeyUpdatesReceived());
		expected.put("ktls_key_update_floods_total{}", (double) statistics.getKeyUpdateFloods());
		expected.put("ktls_truncations_total{}", (double) statistics.getTruncations());
		expected.put("ktls_handover_duration_seconds_count{}", (double) statistics.getHandovers());
		expected.put("ktls_handover_duration_seconds_sum{}", statistics.getHandoverNanos() / 1e9);
		return expected;
	}

	private static <E> void each(E[] values, Function<E, String> tag, String name, ToDoubleFunction<E> number,
			Map<String, Double> expected) {
		for (E value : values) {
			expected.put(name.formatted(tag.apply(value)), number.applyAsDouble(value));
		}
	}

	private static String crypto(OffloadMode mode) {
		return mode.name().toLowerCase(Locale.ROOT);
	}

	private static void assertKernel(Scrape scrape, KernelServer server) {
		Map<String, Double> scraped = scrape.samples()
			.stream()
			.filter((sample) -> sample.name().startsWith("ktls_kernel_"))
			.collect(Collectors.toMap((sample) -> sample.labels().getOrDefault("counter", ""), Scrape.Sample::number));
		Map<String, Double> kernel = TlsStat.read()
			.entrySet()
			.stream()
			.collect(Collectors.toMap(Map.Entry::getKey, (entry) -> (double) entry.getValue()));
		assertThat(kernel).isNotEmpty();
		assertThat(scraped).isEqualTo(kernel);
		TlsStatDelta delta = server.kernel();
		assertThat(scrape.count("ktls_handovers_total", "direction", "transmit"))
			.isEqualTo(delta.of("TlsTxSw") + delta.of("TlsTxDevice"));
		assertThat(scrape.count("ktls_handovers_total", "direction", "receive"))
			.isEqualTo(delta.of("TlsRxSw") + delta.of("TlsRxDevice"));
		if (TlsStatDelta.canRekey()) {
			assertThat(scrape.count("ktls_key_updates_total", "direction", "transmit"))
				.isEqualTo(delta.of("TlsTxRekeyOk"));
			assertThat(scrape.count("ktls_key_updates_total", "direction", "receive")
					+ server.statistics().getReceiveKeysInstalledAgain())
				.isEqualTo(delta.of("TlsRxRekeyOk"));
		}
	}

	private static void assertRequests(Scrape scrape, KernelArm arm) {
		boolean atOnce = arm == KernelArm.RECEIVING_ON_HANDSHAKE;
		assertThat(scrape.find(REQUESTS))
			.allSatisfy((sample) -> assertThat(sample.labels().get("ktls")).isIn("kernel", "user"));
		assertThat(scrape.sum(REQUESTS, "uri", "/static/**", "ktls", "user")).isOne();
		assertThat(scrape.sum(REQUESTS, "uri", "/static/**", "ktls", "kernel")).isBetween(4.0, 5.0);
		assertThat(scrape.sum(REQUESTS, "uri", "/hello", "ktls", "kernel")).isOne();
		assertThat(scrape.sum(REQUESTS, "uri", "/text", "ktls", atOnce ? "kernel" : "user")).isOne();
		assertThat(scrape.sum(REQUESTS, "uri", "/text", "ktls", atOnce ? "user" : "kernel")).isZero();
		assertThat(scrape.sum(REQUESTS, "uri", "/actuator/prometheus", "ktls", "user")).isPositive();
	}

	// Where the kernel cannot take the client's new key the connection ends.
	private static void assertKeyUpdate(Scrape scrape, KernelArm arm) {
		boolean rekey = TlsStatDelta.canRekey();
		assertThat(scrape.count("ktls_key_updates_total", "direction", "transmit")).isEqualTo(rekey ? 1 : 0);
		assertThat(scrape.count("ktls_key_updates_total", "direction", "receive")).isEqualTo(arm.receive() ? 1 : 0);
		assertThat(scrape.count("ktls_drains_total", "reason", "KEY_UPDATE")).isEqualTo(rekey ? 0 : 1);
	}

	private static String[] labels(Scrape.Sample sample) {
		return sample.labels()
			.entrySet()
			.stream()
			.flatMap((label) -> Arrays.stream(new String[] { label.getKey(), label.getValue() }))
			.toArray(String[]::new);
	}

	private static Scrape scrape(KernelServer server, String format) {
		String accept = format.equals("openmetrics") ? "application/openmetrics-text; version=1.0.0" : "text/plain";
		try {
			return Scrape.parse(new Scraper(server.application()).get(accept), format);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
