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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.github.ktls.test.Curl;

/**
 * A response that curl has stored, on a connection of its own.
 *
 * @param status the status
 * @param http the version of HTTP
 * @param port the client's port
 * @param head the head
 * @param file the body
 */
record Download(String status, String http, int port, String head, Path file) {

	static Download of(Row row, int port, Path directory) throws IOException {
		Path head = directory.resolve("head");
		Path body = directory.resolve("body");
		List<String> arguments = new ArrayList<>(List.of(row.http2() ? "--http2" : "--http1.1", "--write-out",
				"%{http_code} %{http_version} %{local_port}", "--dump-header", head.toString(), "--output",
				body.toString()));
		arguments.addAll(row.route().headers());
		arguments.addAll(row.range().headers());
		arguments.add("https://localhost:" + port + row.route().path());
		String[] words = new Curl().text(arguments.toArray(String[]::new)).split(" ", -1);
		return new Download(words[0], words[1], Integer.parseInt(words[2]),
				Files.readString(head, StandardCharsets.ISO_8859_1), body);
	}

	String header(String name) {
		String start = name.toLowerCase(Locale.ROOT) + ":";
		return this.head.lines()
			.filter((line) -> line.toLowerCase(Locale.ROOT).startsWith(start))
			.map((line) -> line.substring(start.length()).strip())
			.findFirst()
			.orElse("");
	}

	/**
	 * Return the parts of a body of type {@code multipart/byteranges}, RFC 9110 section
	 * 14.6.
	 * @return the parts in their order
	 * @throws IOException if there is something between or behind them
	 */
	List<BodyPart> parts() throws IOException {
		byte[] bytes = Files.readAllBytes(this.file);
		String body = new String(bytes, StandardCharsets.ISO_8859_1);
		String type = header("Content-Type");
		String delimiter = "\r\n--" + type.substring(type.indexOf("boundary=") + "boundary=".length());
		List<BodyPart> parts = new ArrayList<>();
		int position = body.startsWith(delimiter.substring(2)) ? delimiter.length() - 2 : expect(body, delimiter, 0);
		while (!body.startsWith("--", position)) {
			int begin = body.indexOf("\r\n\r\n", position) + 4;
			String partHead = body.substring(position, begin);
			int end = body.indexOf(delimiter, begin);
			if (begin < 4 || end < 0) {
				throw new IOException("A part does not end: " + partHead);
			}
			parts.add(new BodyPart(partHead, Arrays.copyOfRange(bytes, begin, end)));
			position = end + delimiter.length();
		}
		String rest = body.substring(position + 2);
		if (!rest.isBlank()) {
			throw new IOException("Something follows the last part: " + rest);
		}
		return parts;
	}

	private static int expect(String body, String expected, int position) throws IOException {
		if (!body.startsWith(expected, position)) {
			throw new IOException("There is no boundary");
		}
		return position + expected.length();
	}

	/**
	 * One part of several.
	 */
	static final class BodyPart {

		private final String head;

		private final byte[] content;

		BodyPart(String head, byte[] content) {
			this.head = head;
			this.content = content;
		}

		String head() {
			return this.head;
		}

		byte[] content() {
			return this.content;
		}

	}

}
