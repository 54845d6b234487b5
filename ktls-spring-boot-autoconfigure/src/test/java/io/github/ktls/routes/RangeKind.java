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

import java.util.Arrays;
import java.util.List;

/**
 * What of a file is asked for.
 */
enum RangeKind {

	/** All of it. */
	WHOLE("whole", ""),

	/** One part. */
	ONE("one range", "100001-799999"),

	/** Some parts. */
	SEVERAL("several ranges", "1-100000,300000-799999,-100000");

	private final String title;

	private final String ranges;

	RangeKind(String title, String ranges) {
		this.title = title;
		this.ranges = ranges;
	}

	String title() {
		return this.title;
	}

	List<String> headers() {
		return this.ranges.isEmpty() ? List.of() : List.of("--header", "Range: bytes=" + this.ranges);
	}

	String status() {
		return this.ranges.isEmpty() ? "200" : "206";
	}

	List<Part> parts(byte[] content) {
		return this.ranges.isEmpty() ? List.of(new Part(0, content.length))
				: Arrays.stream(this.ranges.split(",", -1)).map((range) -> Part.of(range, content.length)).toList();
	}

	/**
	 * A part of a file.
	 *
	 * @param from where it begins
	 * @param to where it ends
	 */
	record Part(int from, int to) {

		private static Part of(String range, int length) {
			int dash = range.indexOf('-');
			if (dash == 0) {
				return new Part(length - Integer.parseInt(range.substring(1)), length);
			}
			return new Part(Integer.parseInt(range.substring(0, dash)),
					Integer.parseInt(range.substring(dash + 1)) + 1);
		}

		int length() {
			return this.to - this.from;
		}

		byte[] of(byte[] content) {
			return Arrays.copyOfRange(content, this.from, this.to);
		}

		String contentRange(int length) {
			return "bytes %d-%d/%d".formatted(this.from, this.to - 1, length);
		}

	}

}
