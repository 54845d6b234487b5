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

package io.github.ktls.resource;

import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link IfRange}.
 */
class IfRangeTests {

	private static final String DATE = "Sun, 06 Nov 1994 08:49:37 GMT";

	private final HttpHeaders request = new HttpHeaders();

	private final HttpHeaders response = new HttpHeaders();

	private boolean holds(String condition) {
		this.request.set(HttpHeaders.IF_RANGE, condition);
		return IfRange.holds(this.request, this.response);
	}

	@Test
	void withoutConditionRangesAreRespected() {
		assertThat(IfRange.holds(this.request, this.response)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "\"a\", \"a\", true", "\"a\", \"b\", false", "\"a\", W/\"a\", false", "W/\"a\", W/\"a\", false",
			"W/\"a\", \"a\", false", "\"\", \"\", true" })
	void tagsAreComparedStrongly(String condition, String tag, boolean holds) {
		this.response.setETag(tag);
		assertThat(holds(condition)).isEqualTo(holds);
	}

	@Test
	void whenResponseHasNoTagConditionDoesNotHold() {
		assertThat(holds("\"a\"")).isFalse();
		this.response.set(HttpHeaders.LAST_MODIFIED, DATE);
		assertThat(holds("\"a\"")).isFalse();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			Sun, 06 Nov 1994 08:49:37 GMT|true
			Sun, 06 Nov 1994 08:49:36 GMT|false
			Sun, 06 Nov 1994 08:49:38 GMT|false
			Thu, 01 Jan 1970 00:00:00 GMT|false
			""")
	void dateHasToBeTheSame(String condition, boolean holds) {
		this.response.set(HttpHeaders.LAST_MODIFIED, DATE);
		assertThat(holds(condition)).isEqualTo(holds);
	}

	// Spring does not understand them; the whole is never wrong.
	@ParameterizedTest
	@ValueSource(strings = { "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994" })
	void dateInAnObsoleteFormatDoesNotHold(String condition) {
		this.response.set(HttpHeaders.LAST_MODIFIED, DATE);
		assertThat(holds(condition)).isFalse();
	}

	@Test
	void fractionsOfASecondDoNotCount() {
		this.response.setLastModified(Instant.parse("1994-11-06T08:49:37.999Z"));
		assertThat(holds(DATE)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { DATE, "Thu, 01 Jan 1970 00:00:00 GMT" })
	void whenResponseHasNoDateConditionDoesNotHold(String date) {
		assertThat(holds(date)).isFalse();
		this.response.setETag("\"a\"");
		assertThat(holds(date)).isFalse();
	}

	@Test
	void dateOfTheFirstSecondCanMatch() {
		this.response.setLastModified(0);
		assertThat(holds("Thu, 01 Jan 1970 00:00:00 GMT")).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a", "*", "yesterday", "Sun, 06 Nov 1994", "w/\"a\"", "\"a" })
	void whatIsNeitherDateNorTagDoesNotHold(String condition) {
		this.response.setETag("\"a\"");
		this.response.set(HttpHeaders.LAST_MODIFIED, DATE);
		assertThat(holds(condition)).isFalse();
	}

}
