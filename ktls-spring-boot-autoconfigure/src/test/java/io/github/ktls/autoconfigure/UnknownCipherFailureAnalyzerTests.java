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

package io.github.ktls.autoconfigure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.springframework.boot.diagnostics.FailureAnalysis;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link UnknownCipherFailureAnalyzer}.
 */
class UnknownCipherFailureAnalyzerTests {

	@Test
	void unknownSuitesAreNamedAndThoseThatThereAreAreListedInOrder() {
		UnknownCipherException cause = new UnknownCipherException(new LinkedHashSet<>(List.of("NO_SUCH", "NOR_THIS")),
				Set.of("TLS_B", "TLS_A", "TLS_C"));
		FailureAnalysis analysis = new UnknownCipherFailureAnalyzer().analyze(new IllegalStateException(cause));
		assertThat(analysis).isNotNull();
		assertThat(analysis.getDescription()).endsWith("\n\n    NO_SUCH\n    NOR_THIS");
		assertThat(analysis.getAction()).contains("'server.ssl.ciphers'")
			.endsWith("\n\n    TLS_A\n    TLS_B\n    TLS_C");
		assertThat(cause).hasMessage("BoringSSL has no cipher suite 'NO_SUCH', 'NOR_THIS'");
	}

}
