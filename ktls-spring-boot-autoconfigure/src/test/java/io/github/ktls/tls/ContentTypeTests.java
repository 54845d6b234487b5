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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ContentType}.
 */
class ContentTypeTests {

	@Test
	void valuesAreThoseOfTheRfc() {
		assertThat(ContentType.values()).extracting(ContentType::value).containsExactly(20, 21, 22, 23);
	}

	@ParameterizedTest
	@EnumSource
	void findsEveryTypeByItsValue(ContentType type) {
		assertThat(ContentType.of(type.value())).contains(type);
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 0, 19, 24, 255, 256 + 23 })
	void knowsNoOtherValue(int value) {
		assertThat(ContentType.of(value)).isEmpty();
	}

}
