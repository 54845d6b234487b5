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

package io.github.ktls.tls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AlertDescription}.
 */
class AlertDescriptionTests {

	// RFC 8446 section 6, RFC 5246 section 7.2
	@ParameterizedTest
	@CsvSource({ "CLOSE_NOTIFY, 0", "UNEXPECTED_MESSAGE, 10", "BAD_RECORD_MAC, 20", "RECORD_OVERFLOW, 22",
			"ILLEGAL_PARAMETER, 47", "DECODE_ERROR, 50", "DECRYPT_ERROR, 51", "PROTOCOL_VERSION, 70",
			"INTERNAL_ERROR, 80", "USER_CANCELED, 90", "NO_RENEGOTIATION, 100" })
	void numbersAreThoseOfTheSpecification(AlertDescription description, int value) {
		assertThat(description.value()).isEqualTo(value);
		assertThat(AlertDescription.of(value)).contains(description);
	}

	@Test
	void eachIsInTheTableAbove() {
		assertThat(AlertDescription.values()).hasSize(11);
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 1, 40, 255 })
	void whenNumberIsNotToldApartThereIsNone(int value) {
		assertThat(AlertDescription.of(value)).isEmpty();
	}

}
