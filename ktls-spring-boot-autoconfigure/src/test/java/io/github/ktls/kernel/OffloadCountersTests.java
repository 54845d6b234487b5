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

package io.github.ktls.kernel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OffloadCounters}.
 */
class OffloadCountersTests {

	private static final String CONTENTS = """
			TlsCurrTxSw                     \t9
			TlsTxSw                         \t1
			TlsRxSw                         \t2
			TlsTxDevice                     \t3
			TlsRxDevice                     \t4
			TlsDecryptError                 \t9
			""";

	@Test
	void countersAreReadByTheirNames() {
		assertThat(OffloadCounters.parse(CONTENTS)).isEqualTo(new OffloadCounters(1, 3, 2, 4));
	}

	@ParameterizedTest
	@ValueSource(strings = { "TlsTxSw", "TlsRxSw", "TlsTxDevice", "TlsRxDevice" })
	void whenOneIsMissingThereAreNone(String name) {
		assertThat(OffloadCounters.parse(CONTENTS.replace(name + " ", "Other "))).isNull();
		assertThat(OffloadCounters.parse(CONTENTS.substring(0, CONTENTS.indexOf("\n" + name) + 12))).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "", " ", "x", "1 2", "0x1", "9999999999999999999", "\u0661" })
	void whenOneIsNoNumberThereAreNone(String value) {
		assertThat(OffloadCounters.parse(CONTENTS.replace("\t3", value))).isNull();
	}

	@Test
	void nameThatEndsWithAnotherOneIsNotTakenForIt() {
		assertThat(OffloadCounters.parse("OtherTlsTxSw \t7\n" + CONTENTS)).isEqualTo(new OffloadCounters(1, 3, 2, 4));
		assertThat(OffloadCounters.parse("OtherTlsTxSw \t7\n" + CONTENTS.replace("\nTlsTxSw ", "\nTlsTxSx "))).isNull();
	}

	@Test
	void whenThereIsNothingThereAreNone() {
		assertThat(OffloadCounters.parse("")).isNull();
	}

}
