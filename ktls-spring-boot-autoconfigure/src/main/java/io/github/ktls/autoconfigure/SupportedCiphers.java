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
import java.util.Set;

import io.netty.handler.ssl.OpenSsl;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerSslBundle;

/**
 * Finds cipher names that BoringSSL does not know before it reports them in its own way.
 */
final class SupportedCiphers {

	private SupportedCiphers() {
	}

	/**
	 * Check the ciphers of all bundles that a server uses.
	 * @param ssl the server's settings
	 * @param bundles the bundles
	 * @throws UnknownCipherException if there are unknown names
	 */
	static void check(Ssl ssl, @Nullable SslBundles bundles) {
		if (!OpenSsl.isAvailable()) {
			return;
		}
		check(WebServerSslBundle.get(ssl, bundles));
		if (bundles != null) {
			ssl.getServerNameBundles().forEach((serverName) -> check(bundles.getBundle(serverName.bundle())));
		}
	}

	private static void check(SslBundle bundle) {
		Set<String> configured = SslOptions.asSet(bundle.getOptions().getCiphers());
		if (configured == null) {
			return;
		}
		Set<String> unknown = new LinkedHashSet<>(configured);
		unknown.removeIf(OpenSsl::isCipherSuiteAvailable);
		if (!unknown.isEmpty()) {
			throw new UnknownCipherException(unknown, OpenSsl.availableJavaCipherSuites());
		}
	}

}
