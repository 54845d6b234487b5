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

package io.github.ktls.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.ktls.test.Variant;

/**
 * What carried which body: one row for each route, range and version of HTTP, one column
 * for each kind of server.
 */
final class RouteTable {

	private static final Log logger = LogFactory.getLog(RouteTable.class);

	private final Map<Row, Map<Variant, String>> cells = new HashMap<>();

	void add(Row row, Variant variant, Sent sent, boolean exact) {
		String cell = sent.describe() + (sent.isOffloaded() ? ", kTLS" : "") + (exact ? "" : " **NOT EXACT**");
		boolean expected = Carrier.of(sent) == row.carrier(variant) && sent.isOffloaded() == row.isOffloaded(variant);
		this.cells.computeIfAbsent(row, (key) -> new EnumMap<>(Variant.class))
			.put(variant, expected ? cell : cell + " **WRONG**");
	}

	/**
	 * Print the table, and write it to a file below {@code target}.
	 * @param name the name of the table
	 * @param variants the kinds of server
	 * @throws IOException if the file cannot be written
	 */
	void publish(String name, List<Variant> variants) throws IOException {
		List<String> lines = new ArrayList<>();
		lines.add("Which system call has carried the body of a file, byte-exact where it does not say otherwise ("
				+ name + "); kTLS: the kernel has encrypted it");
		lines.add("");
		StringBuilder head = new StringBuilder("| route | what | HTTP |");
		variants.forEach((variant) -> head.append(' ').append(title(variant)).append(" |"));
		lines.add(head.append(" why not sendfile |").toString());
		lines.add("| --- ".repeat(variants.size() + 4) + "|");
		Row.all().forEach((row) -> lines.add(format(row, variants)));
		Files.write(Path.of("target", "file-routes-" + name + ".md"), lines);
		logger.info(String.join("\n", lines));
	}

	private static String title(Variant variant) {
		return switch (variant) {
			case STOCK -> "stock";
			case USER_SPACE -> "starter in user space";
			case ON_HANDSHAKE, ON_FIRST_FILE -> "starter with the kernel";
		};
	}

	private String format(Row row, List<Variant> variants) {
		StringBuilder line = new StringBuilder(
				"| " + row.route().title() + " | " + row.range().title() + " | " + row.http() + " |");
		for (Variant variant : variants) {
			String missing = row.isAskable(variant) ? "failed **WRONG**" : "-";
			line.append(' ').append(this.cells.getOrDefault(row, Map.of()).getOrDefault(variant, missing)).append(" |");
		}
		return line.append(' ').append(row.reason()).append(" |").toString();
	}

}
