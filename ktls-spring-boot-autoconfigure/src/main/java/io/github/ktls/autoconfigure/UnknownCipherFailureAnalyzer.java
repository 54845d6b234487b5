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

import java.util.TreeSet;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * {@link AbstractFailureAnalyzer} for {@link UnknownCipherException}.
 */
class UnknownCipherFailureAnalyzer extends AbstractFailureAnalyzer<UnknownCipherException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownCipherException cause) {
		StringBuilder description = new StringBuilder(
				"These cipher suites are configured for the server, but BoringSSL does not have them:\n");
		cause.getUnknown().forEach((name) -> description.append("\n    ").append(name));
		StringBuilder action = new StringBuilder("Remove them from 'server.ssl.ciphers' or from the "
				+ "'options.ciphers' of the SSL bundle, or use one of these instead:\n");
		new TreeSet<>(cause.getAvailable()).forEach((name) -> action.append("\n    ").append(name));
		return new FailureAnalysis(description.toString(), action.toString(), cause);
	}

}
