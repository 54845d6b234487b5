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

package io.github.ktls.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.github.ktls.tls.ProtocolVersion;

/**
 * Who saw what: one row for each case and version, one column for each arm.
 */
final class VerdictTable {

	private static final Log logger = LogFactory.getLog(VerdictTable.class);

	private static final Pattern REPEATED = Pattern.compile("((?:\\w+, )+?)\\1+");

	private final Map<String, Row> rows = new LinkedHashMap<>();

	void add(ProtocolCase protocolCase, ProtocolVersion version, Arm arm, String verdict, List<String> messages) {
		Row row = this.rows.computeIfAbsent(protocolCase + " | " + version.jsseName(),
				(key) -> new Row(protocolCase, version));
		row.verdicts.put(arm, verdict);
		row.messages.put(arm, String.join("; ", messages));
	}

	/**
	 * Print the table, and write it to a file below {@code target}.
	 * @param name the name of the table
	 * @param arms the arms, the one that the others are compared with first
	 * @throws IOException if the file cannot be written
	 */
	void publish(String name, List<Arm> arms) throws IOException {
		List<String> lines = new ArrayList<>();
		lines.add("What a peer sees (" + name + "); \"=\" stands for what it sees of " + arms.get(0));
		lines.add("");
		StringBuilder head = new StringBuilder("| case | version |");
		arms.forEach((arm) -> head.append(' ').append(arm).append(" |"));
		lines.add(
				head.append(" expected difference | ").append(arms.get(0)).append("'s handlers are told |").toString());
		lines.add("| --- ".repeat(arms.size() + 4) + "|");
		this.rows.values().forEach((row) -> lines.add(row.format(arms)));
		Files.write(Path.of("target", "protocol-verdicts-" + name + ".md"), lines);
		logger.info(String.join("\n", lines));
	}

	/**
	 * One row.
	 */
	private static final class Row {

		private final ProtocolCase protocolCase;

		private final ProtocolVersion version;

		private final Map<Arm, String> verdicts = new EnumMap<>(Arm.class);

		private final Map<Arm, String> messages = new EnumMap<>(Arm.class);

		Row(ProtocolCase protocolCase, ProtocolVersion version) {
			this.protocolCase = protocolCase;
			this.version = version;
		}

		private String format(List<Arm> arms) {
			Arm first = arms.get(0);
			StringBuilder line = new StringBuilder(
					"| " + this.protocolCase + " | " + this.version.jsseName().replace("TLSv", "") + " |");
			String reason = "";
			for (Arm arm : arms) {
				if (!this.protocolCase.appliesTo(arm)) {
					line.append(" - |");
					continue;
				}
				String verdict = this.verdicts.getOrDefault(arm, "failed");
				String expected = this.protocolCase.expected(this.version, arm);
				boolean same = arm != first && verdict.equals(this.verdicts.get(first));
				line.append(' ').append(same ? "=" : shorten(verdict));
				line.append(verdict.equals(expected) ? "" : " **WRONG**").append(" |");
				if (!expected.equals(this.protocolCase.expected(this.version, first))) {
					reason = this.protocolCase.reason();
				}
			}
			return line.append(' ')
				.append(reason)
				.append(" | ")
				.append(this.messages.getOrDefault(first, ""))
				.append(" |")
				.toString();
		}

		private static String shorten(String verdict) {
			return REPEATED.matcher(verdict)
				.replaceAll((match) -> match.group(1) + "(" + match.group().length() / match.group(1).length()
						+ " times), ");
		}

	}

}
