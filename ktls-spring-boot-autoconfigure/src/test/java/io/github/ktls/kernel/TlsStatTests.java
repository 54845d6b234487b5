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

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link TlsStat}.
 */
class TlsStatTests {

	@Test
	void oddLinesAreLeftOut() {
		assertThat(TlsStat.parse(List.of("", "   ", "TlsTxSw", "TlsTxSw \t", "TlsTxSw -1", "TlsTxSw 0x10",
				"TlsTxSw 1 2", "Tls-TxSw 1", "17", "TlsTxSw 99999999999999999999", "TlsRxSw 3")))
			.containsOnly(entry("TlsRxSw", 3L));
	}

	@Test
	void countersAreReadByNameInTheirOrder() {
		assertThat(TlsStat.parse(List.of("TlsCurrTxSw                     \t0", "TlsCurrRxSw                     \t12",
				"TlsTxSw                         \t123456789012345678", "TlsSomethingNew 5 ")))
			.containsExactly(entry("TlsCurrTxSw", 0L), entry("TlsCurrRxSw", 12L), entry("TlsTxSw", 123456789012345678L),
					entry("TlsSomethingNew", 5L));
	}

	@Test
	void whenCounterIsThereTwiceThenTheLastOneCounts() {
		assertThat(TlsStat.parse(List.of("TlsTxSw 1", "TlsTxSw 2"))).containsOnly(entry("TlsTxSw", 2L));
	}

	@Test
	void whenThereIsNothingThenNothingIsRead() {
		assertThat(TlsStat.parse(List.of())).isEmpty();
	}

}
