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

package io.github.ktls.behaviour;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A part of a body of several (RFC 9110 section 14.6).
 *
 * @param from where it begins in the whole
 * @param to behind its last byte
 * @param hash the hash of its content
 */
record Part(long from, long to, String hash) {

	private static final Pattern HEAD = Pattern
		.compile("(?:Content-Type: \\S+\r\n)?Content-Range: bytes (\\d+)-(\\d+)/(\\d+)\r\n\r\n");

	/**
	 * Take a body apart. Everything in it has to be where it belongs.
	 * @param contentType the header of the response
	 * @param body the body
	 * @param total the length of the whole
	 * @return the parts
	 */
	static List<Part> parse(String contentType, byte[] body, long total) {
		assertThat(contentType).startsWith("multipart/byteranges;boundary=");
		String boundary = "\r\n--" + contentType.substring(contentType.indexOf('=') + 1);
		List<Part> parts = new ArrayList<>();
		int position = 0;
		for (;;) {
			String next = text(body, position, 300);
			assertThat(next).startsWith(boundary);
			position += boundary.length();
			if (next.startsWith("--", boundary.length())) {
				assertThat(position + 2).as("length").isEqualTo(body.length);
				return parts;
			}
			Matcher head = HEAD.matcher(next);
			assertThat(head.find(boundary.length() + 2)).isTrue();
			assertThat(head.start()).isEqualTo(boundary.length() + 2);
			position += head.end() - boundary.length();
			long from = Long.parseLong(head.group(1));
			long to = Long.parseLong(head.group(2)) + 1;
			assertThat(Long.parseLong(head.group(3))).isEqualTo(total);
			int end = position + (int) (to - from);
			assertThat(end).isLessThan(body.length);
			parts.add(new Part(from, to, TestFiles.sha256(Arrays.copyOfRange(body, position, end))));
			position = end;
		}
	}

	private static String text(byte[] body, int from, int length) {
		return new String(body, from, Math.min(length, body.length - from), StandardCharsets.ISO_8859_1);
	}

}
