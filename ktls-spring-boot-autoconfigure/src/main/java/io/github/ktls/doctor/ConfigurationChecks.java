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

package io.github.ktls.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.github.ktls.doctor.ServerConfiguration.InvalidProperty;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;

/**
 * What the application is told to do.
 */
final class ConfigurationChecks {

	private static final String NAME = "server.ssl.ktls";

	private ConfigurationChecks() {
	}

	static List<Finding> examine(ServerConfiguration configuration, KernelTls kernel) {
		List<Finding> findings = new ArrayList<>();
		findings.add(examineServer(configuration.obstacle()));
		findings.add(examineTls(configuration));
		findings.addAll(CiphersCheck.examine(configuration));
		findings.add(examineSettings(configuration));
		findings.add(examineRollout(configuration));
		findings.add(examineReceive(configuration, kernel));
		findings.add(examineHttp2(configuration));
		return findings;
	}

	private static Finding examineServer(@Nullable String obstacle) {
		return (obstacle != null)
				? Finding.failed("web server", obstacle, List.of(new Remedy("pom.xml",
						"<dependency><groupId>io.github.ktls</groupId><artifactId>ktls-spring-boot-starter</artifactId>"
								+ "</dependency>, and neither spring-boot-starter-webmvc nor another server")))
				: Finding.ok("web server", "Reactor Netty");
	}

	private static Finding examineTls(ServerConfiguration configuration) {
		Boolean tls = configuration.tls();
		if (tls == null) {
			return Finding.unknown("server.ssl", "it cannot be read, as a value is invalid");
		}
		if (tls) {
			return Finding.ok("server.ssl",
					configuration.selections()
						.stream()
						.map(ServerConfiguration.TlsSelection::source)
						.collect(Collectors.joining(", ", "the server does TLS, configured in ", "")));
		}
		return Finding.failed("server.ssl", "the server does no TLS",
				List.of(Remedy.property("server.ssl.enabled=true"), Remedy.property("server.ssl.bundle=web"),
						Remedy.property("spring.ssl.bundle.pem.web.keystore.certificate=file:/PATH/tls.crt"),
						Remedy.property("spring.ssl.bundle.pem.web.keystore.private-key=file:/PATH/tls.key")));
	}

	private static Finding examineSettings(ServerConfiguration configuration) {
		InvalidProperty invalid = configuration.invalid();
		if (invalid != null) {
			return Finding.failed(NAME,
					"the application does not start with the value of %s: %s".formatted(invalid.name(),
							invalid.reason()),
					List.of(new Remedy("application.properties, or where else it is set", invalid.name() + "=VALUE")));
		}
		String values = configuration.settings()
			.entrySet()
			.stream()
			.map((setting) -> setting.getKey() + "=" + setting.getValue())
			.collect(Collectors.joining(", "));
		if (!configuration.enabled()) {
			return Finding.failed(NAME, "enabled=false" + (values.isEmpty() ? "" : ", " + values),
					List.of(Remedy.property(NAME + ".enabled=true")));
		}
		return Finding.ok(NAME, "enabled=true" + (values.isEmpty() ? "" : ", " + values));
	}

	private static Finding examineRollout(ServerConfiguration configuration) {
		String name = NAME + ".rollout-percentage";
		int percentage = configuration.rolloutPercentage();
		if (percentage == 0) {
			return Finding.failed(name, "0: no connection is handed over", List.of(Remedy.property(name + "=100")));
		}
		return Finding.ok(name, "%d in 100 connections are handed over where they can".formatted(percentage));
	}

	private static Finding examineReceive(ServerConfiguration configuration, KernelTls kernel) {
		String name = NAME + ".receive";
		if (!configuration.receive()) {
			return Finding.ok(name, "off: BoringSSL decrypts what clients send");
		}
		// What is known against this kernel is another check's.
		Optional<KtlsFallback> fallback = kernel.receiveFallback(true);
		if (fallback.isEmpty()) {
			return Finding.ok(name, "on, and the kernel can");
		}
		return Finding.failed(name, fallback.get().toString(), List.of(Remedy.property(name + "=false")));
	}

	private static Finding examineHttp2(ServerConfiguration configuration) {
		String name = "server.http2";
		if (!configuration.http2()) {
			return Finding.ok(name, "off");
		}
		return Finding.warning(name,
				"on: connections of clients that choose HTTP/2, as browsers do, stay in user space",
				List.of(Remedy.property("server.http2.enabled=false")));
	}

}
