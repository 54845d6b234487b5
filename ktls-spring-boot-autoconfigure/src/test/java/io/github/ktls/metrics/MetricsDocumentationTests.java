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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.micrometer.common.docs.KeyName;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.Test;

import io.github.ktls.metrics.KtlsObservations.Encryption;
import io.github.ktls.netty.KtlsStatistics;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/metrics.md} says is what there is.
 */
class MetricsDocumentationTests {

	private static final Path FILE = Path.of("../docs/metrics.md");

	private static final Pattern PROMQL = Pattern.compile("```promql\\n(.*?)\\n```", Pattern.DOTALL);

	/** The expressions that are suggested. */
	static List<String> expressions() throws IOException {
		return PROMQL.matcher(Files.readString(FILE)).results().map((block) -> block.group(1)).toList();
	}

	@Test
	void tableHasEachMeterAsItIs() throws IOException {
		assertThat(Files.readAllLines(FILE)).filteredOn((line) -> line.startsWith("| `ktls."))
			.containsExactlyElementsOf(Arrays.stream(KtlsMeters.values()).map(MetricsDocumentationTests::row).toList());
	}

	private static String row(KtlsMeters meter) {
		String keys = Arrays.stream(meter.getKeyNames())
			.map(KeyName::asString)
			.map((key) -> "`" + key + "`")
			.collect(Collectors.joining(", "));
		String prometheus = PrometheusNames.of(meter)
			.stream()
			.map((name) -> "`" + name + "`")
			.collect(Collectors.joining(", "));
		return "| `%s` | %s | %s | %s | %s | %s |".formatted(meter.getName(),
				meter.getType().name().toLowerCase(Locale.ROOT), meter.getBaseUnit(), keys, prometheus,
				meter.getDescription());
	}

	@Test
	void namesForPrometheusAreThoseOfAScrape() {
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		new KtlsMetrics(new KtlsStatistics(), () -> true,
				new KernelCounters(() -> Map.of("TlsCurrTxSw", 1L, "TlsTxSw", 1L), () -> 0))
			.bindTo(registry);
		List<String> scraped = registry.scrape()
			.lines()
			.filter((line) -> !line.startsWith("#"))
			.map((line) -> line.replaceFirst("[ {].*", ""))
			.distinct()
			.toList();
		assertThat(scraped).containsExactlyInAnyOrderElementsOf(
				Arrays.stream(KtlsMeters.values()).flatMap((meter) -> PrometheusNames.of(meter).stream()).toList());
	}

	@Test
	void keyOfObservationsIsDescribedWithItsValues() throws IOException {
		String text = Files.readString(FILE);
		assertThat(text).contains("`" + KtlsObservations.HTTP_SERVER_REQUESTS.getName() + "`");
		for (KeyName key : KtlsObservations.HTTP_SERVER_REQUESTS.getLowCardinalityKeyNames()) {
			assertThat(text).contains("`" + key.asString() + "`");
		}
		for (Encryption value : Encryption.values()) {
			assertThat(text).contains("| `" + value.asString() + "` | ");
		}
	}

	@Test
	void alertsCanBeRead() throws IOException {
		assertThat(expressions()).hasSizeGreaterThan(4).allSatisfy(PromQl::parse);
	}

}
