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
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import tools.jackson.databind.json.JsonMapper;

import io.github.ktls.test.ClientProcess;

/**
 * A scrape, as the Prometheus project's own parser understands it.
 *
 * @param samples all that it has
 */
record Scrape(List<Sample> samples) {

	private static final JsonMapper mapper = new JsonMapper();

	/**
	 * Read a scrape.
	 * @param text the scrape
	 * @param format {@code text} or {@code openmetrics}
	 * @return what it says
	 */
	static Scrape parse(String text, String format) throws IOException {
		Path file = Files.createTempFile("scrape", ".txt");
		try (ClientProcess parser = ClientProcess.start("python3-prometheus-client",
				List.of("/usr/bin/python3", script(), format, Files.writeString(file, text).toString()))) {
			return new Scrape(List.of(mapper.readValue(String.join("", parser.lines()), Sample[].class)));
		}
		finally {
			Files.delete(file);
		}
	}

	private static String script() {
		try {
			return Path.of(Objects.requireNonNull(Scrape.class.getResource("parse_scrape.py")).toURI()).toString();
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Find samples.
	 * @param name their name
	 * @param labels labels that they have, each name with its value behind it
	 * @return the samples
	 */
	List<Sample> find(String name, String... labels) {
		return named(name).filter((sample) -> sample.has(labels)).toList();
	}

	Stream<Sample> named(String name) {
		return this.samples.stream().filter((sample) -> sample.name().equals(name));
	}

	/**
	 * Add the values of samples up.
	 * @param name their name
	 * @param labels labels that they have, each name with its value behind it
	 * @return the sum
	 */
	double sum(String name, String... labels) {
		return find(name, labels).stream().mapToDouble(Sample::number).sum();
	}

	/**
	 * Add the values of samples up that are whole numbers.
	 * @param name their name
	 * @param labels labels that they have, each name with its value behind it
	 * @return the sum
	 */
	long count(String name, String... labels) {
		return (long) sum(name, labels);
	}

	/**
	 * One line of a scrape.
	 *
	 * @param type the type of its family
	 * @param name its name
	 * @param labels its labels
	 * @param value its value, as Python writes it
	 */
	record Sample(String type, String name, Map<String, String> labels, String value) {

		boolean has(String... wanted) {
			return Stream.iterate(0, (i) -> i < wanted.length, (i) -> i + 2)
				.allMatch((i) -> wanted[i + 1].equals(this.labels.get(wanted[i])));
		}

		double number() {
			return switch (this.value.toLowerCase(Locale.ROOT)) {
				case "nan" -> Double.NaN;
				case "inf" -> Double.POSITIVE_INFINITY;
				case "-inf" -> Double.NEGATIVE_INFINITY;
				default -> Double.parseDouble(this.value);
			};
		}

	}

}
