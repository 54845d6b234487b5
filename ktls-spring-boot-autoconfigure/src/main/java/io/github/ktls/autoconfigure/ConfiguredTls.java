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

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ssl.JksSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PemSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.SslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.SslProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.server.Ssl;

import io.github.ktls.doctor.ServerConfiguration.TlsSelection;

/**
 * Reads the protocols and ciphers of all bundles that the server uses.
 */
final class ConfiguredTls {

	private ConfiguredTls() {
	}

	/**
	 * Read them.
	 * @param binder binds properties
	 * @return an element for each bundle, or none if the server does no TLS
	 */
	static List<TlsSelection> read(Binder binder) {
		Ssl ssl = binder.bind("server.ssl", Ssl.class).orElse(null);
		if (ssl == null || !Ssl.isEnabled(ssl)) {
			return List.of();
		}
		SslProperties.Bundles bundles = binder.bind("spring.ssl", SslProperties.class)
			.orElseGet(SslProperties::new)
			.getBundle();
		List<TlsSelection> selections = new ArrayList<>();
		selections.add((ssl.getBundle() != null) ? selection(ssl.getBundle(), bundles)
				: new TlsSelection("server.ssl", list(ssl.getEnabledProtocols()), list(ssl.getCiphers()), true));
		Set<String> others = new LinkedHashSet<>();
		ssl.getServerNameBundles().forEach((serverName) -> others.add(serverName.bundle()));
		others.remove(ssl.getBundle());
		others.forEach((name) -> selections.add(selection(name, bundles)));
		return selections;
	}

	private static TlsSelection selection(String name, SslProperties.Bundles bundles) {
		PemSslBundleProperties pem = bundles.getPem().get(name);
		if (pem != null) {
			return selection("spring.ssl.bundle.pem.%s.options".formatted(name), pem);
		}
		JksSslBundleProperties jks = bundles.getJks().get(name);
		if (jks != null) {
			return selection("spring.ssl.bundle.jks.%s.options".formatted(name), jks);
		}
		// Registered by code, if at all.
		return new TlsSelection("the bundle '%s'".formatted(name), List.of(), List.of(), false);
	}

	private static TlsSelection selection(String source, SslBundleProperties bundle) {
		return new TlsSelection(source, list(bundle.getOptions().getEnabledProtocols()),
				list(bundle.getOptions().getCiphers()), true);
	}

	private static List<String> list(String @Nullable [] names) {
		return (names != null) ? List.of(names) : List.of();
	}

	private static List<String> list(@Nullable Set<String> names) {
		return (names != null) ? List.copyOf(names) : List.of();
	}

}
