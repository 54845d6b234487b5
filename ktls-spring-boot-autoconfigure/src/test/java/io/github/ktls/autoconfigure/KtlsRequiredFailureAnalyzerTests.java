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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.server.KtlsRequiredException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KtlsRequiredFailureAnalyzer}.
 */
class KtlsRequiredFailureAnalyzerTests {

	@ParameterizedTest
	@EnumSource
	void eachReasonIsNamedWithItsAdviceAndTheWayOut(KtlsFallbackReason reason) {
		FailureAnalysis analysis = analyze(KtlsFallback.of(reason));
		assertThat(analysis.getDescription())
			.isEqualTo("'server.ssl.ktls.mode' is 'required', but kernel TLS cannot be used here: %s.", reason.name());
		assertThat(analysis.getAction()).startsWith(reason.getAdvice())
			.contains("To start without kernel TLS set 'server.ssl.ktls.mode' to 'preferred'.");
		assertThat(analysis.getAction().contains("modprobe tls\n"))
			.isEqualTo(reason == KtlsFallbackReason.MODULE_MISSING);
	}

	@ParameterizedTest
	@EnumSource
	void whenReceivingFailsItIsSaidAndSendingAloneIsTheWayOut(KtlsFallbackReason reason) {
		FailureAnalysis analysis = analyze(
				KtlsRequiredException.forReceiving(new KtlsFallback(reason, "something more")));
		assertThat(analysis.getDescription())
			.isEqualTo("'server.ssl.ktls.mode' is 'required' and 'server.ssl.ktls.receive' is 'true', "
					+ "but kernel TLS cannot be used for receiving here: " + reason + " (something more).");
		assertThat(analysis.getAction()).startsWith(reason.getAdvice())
			.contains("To start with kernel TLS for sending alone set 'server.ssl.ktls.receive' to 'false', "
					+ "or 'server.ssl.ktls.mode' to 'preferred'.")
			.doesNotContain("without kernel TLS");
	}

	@Test
	void whenAdvisoriesAreInTheWayTheOverrideIsNamed() {
		FailureAnalysis analysis = analyze(KtlsRequiredException
			.forReceiving(new KtlsFallback(KtlsFallbackReason.RECEIVE_ADVISORY, "CVE-2025-39682")));
		assertThat(analysis.getDescription()).endsWith("RECEIVE_ADVISORY (CVE-2025-39682).");
		assertThat(analysis.getAction()).contains("server.ssl.ktls.receive-despite-advisories=true");
	}

	@Test
	void whenThereIsADetailItIsPartOfTheDescription() {
		KtlsFallback fallback = new KtlsFallback(KtlsFallbackReason.SYSTEM_CALL_REFUSED,
				"setsockopt(TCP_ULP) failed with EPERM");
		assertThat(analyze(fallback).getDescription())
			.endsWith(": SYSTEM_CALL_REFUSED (setsockopt(TCP_ULP) failed with EPERM).");
	}

	@Test
	void whenModuleIsMissingHostsAndContainersAreAdvised() {
		assertThat(analyze(KtlsFallback.of(KtlsFallbackReason.MODULE_MISSING)).getAction()).contains("    modprobe tls",
				"/etc/modules-load.d", "Docker:", "Kubernetes:");
	}

	private static FailureAnalysis analyze(KtlsFallback fallback) {
		return analyze(new KtlsRequiredException(fallback));
	}

	private static FailureAnalysis analyze(KtlsRequiredException cause) {
		FailureAnalysis analysis = new KtlsRequiredFailureAnalyzer().analyze(new IllegalStateException(cause));
		assertThat(analysis).isNotNull();
		assertThat(analysis.getCause()).isSameAs(cause);
		return analysis;
	}

}
