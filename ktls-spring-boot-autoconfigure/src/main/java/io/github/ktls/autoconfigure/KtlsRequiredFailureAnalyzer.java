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

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.server.KtlsRequiredException;

/**
 * {@link AbstractFailureAnalyzer} for {@link KtlsRequiredException}.
 */
class KtlsRequiredFailureAnalyzer extends AbstractFailureAnalyzer<KtlsRequiredException> {

	private static final String DESCRIPTION = "'server.ssl.ktls.mode' is 'required', "
			+ "but kernel TLS cannot be used here: %s%s.";

	private static final String RECEIVE_DESCRIPTION = "'server.ssl.ktls.mode' is 'required' and "
			+ "'server.ssl.ktls.receive' is 'true', but kernel TLS cannot be used for receiving here: %s%s.";

	private static final String WAY_OUT = " To start without kernel TLS set 'server.ssl.ktls.mode' to 'preferred'.";

	private static final String RECEIVE_WAY_OUT = " To start with kernel TLS for sending alone set "
			+ "'server.ssl.ktls.receive' to 'false', or 'server.ssl.ktls.mode' to 'preferred'.";

	private static final String MODULE_HINT = """


			To load the module now and at every boot of the host:

			    modprobe tls
			    echo tls > /etc/modules-load.d/ktls.conf

			Docker: a container uses the kernel of its host, so run these on the host; \
			'docker run' needs no extra privilege once the module is loaded.

			Kubernetes: load the module on each node (modules-load.d in the node image, or a \
			privileged DaemonSet that runs 'modprobe tls'), and schedule the pod there with a \
			node label.""";

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, KtlsRequiredException cause) {
		KtlsFallback fallback = cause.getFallback();
		String detail = (fallback.detail() != null) ? " (" + fallback.detail() + ")" : "";
		String description = (cause.isReceiving() ? RECEIVE_DESCRIPTION : DESCRIPTION).formatted(fallback.reason(),
				detail);
		String hint = (fallback.reason() == KtlsFallbackReason.MODULE_MISSING) ? MODULE_HINT : "";
		String action = fallback.reason().getAdvice() + (cause.isReceiving() ? RECEIVE_WAY_OUT : WAY_OUT) + hint;
		return new FailureAnalysis(description, action, cause);
	}

}
