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

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.mock.env.MockEnvironment;

import io.github.ktls.doctor.ServerConfiguration;
import io.github.ktls.doctor.ServerConfiguration.TlsSelection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConfiguredServer} and {@link ConfiguredTls}.
 */
class ConfiguredServerTests {

	private static ServerConfiguration read(String... properties) {
		return read(WebApplicationType.REACTIVE, properties);
	}

	private static ServerConfiguration read(@Nullable WebApplicationType type, String... properties) {
		MockEnvironment environment = new MockEnvironment();
		for (String property : properties) {
			String[] parts = property.split("=", 2);
			environment.setProperty(parts[0], parts[1]);
		}
		return ConfiguredServer.read(environment, type);
	}

	@Test
	void whenNothingIsConfiguredThereAreTheDefaults() {
		ServerConfiguration configuration = read();
		assertThat(configuration.obstacle()).isNull();
		assertThat(configuration.invalid()).isNull();
		assertThat(configuration.enabled()).isFalse();
		assertThat(configuration.required()).isFalse();
		assertThat(configuration.receive()).isFalse();
		assertThat(configuration.receiveDespiteAdvisories()).isFalse();
		assertThat(configuration.rolloutPercentage()).isEqualTo(100);
		assertThat(configuration.tls()).isFalse();
		assertThat(configuration.http2()).isFalse();
		assertThat(configuration.selections()).isEmpty();
		assertThat(configuration.settings()).containsEntry("mode", "preferred")
			.containsEntry("activation", "on-first-file")
			.containsEntry("key-update.record-limit", "the cipher's");
	}

	@Test
	void whatIsConfiguredIsRead() {
		ServerConfiguration configuration = read("server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
				"server.ssl.ktls.receive=true", "server.ssl.ktls.receive-despite-advisories=true",
				"server.ssl.ktls.rollout-percentage=5", "server.ssl.ktls.key-update.record-limit=1000",
				"server.ssl.certificate=x", "server.http2.enabled=true", "server.ssl.enabled-protocols=TLSv1.3",
				"server.ssl.ciphers=A,B");
		assertThat(configuration.invalid()).isNull();
		assertThat(configuration.enabled()).isTrue();
		assertThat(configuration.required()).isTrue();
		assertThat(configuration.receive()).isTrue();
		assertThat(configuration.receiveDespiteAdvisories()).isTrue();
		assertThat(configuration.rolloutPercentage()).isEqualTo(5);
		assertThat(configuration.http2()).isTrue();
		assertThat(configuration.tls()).isTrue();
		assertThat(configuration.selections())
			.containsExactly(new TlsSelection("server.ssl", List.of("TLSv1.3"), List.of("A", "B"), true));
		assertThat(configuration.settings()).containsEntry("mode", "required")
			.containsEntry("key-update.record-limit", "1000");
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.ssl.ktls.enabled=true", "server.ssl.enabled=false" })
	void whenOnlyKernelTlsIsConfiguredOrTlsIsOffTheServerDoesNone(String property) {
		assertThat(read(property).tls()).isFalse();
	}

	@Test
	void whatABundleSaysTakesThePlaceOfTheServersOwn() {
		ServerConfiguration configuration = read("server.ssl.bundle=Web", "server.ssl.ciphers=OWN",
				"spring.ssl.bundle.pem.Web.options.ciphers=A", "spring.ssl.bundle.jks.other.options.ciphers=C",
				"spring.ssl.bundle.jks.other.options.enabled-protocols=TLSv1.2",
				"server.ssl.server-name-bundles[0].server-name=a.example",
				"server.ssl.server-name-bundles[0].bundle=other",
				"server.ssl.server-name-bundles[1].server-name=b.example",
				"server.ssl.server-name-bundles[1].bundle=Web",
				"server.ssl.server-name-bundles[2].server-name=c.example",
				"server.ssl.server-name-bundles[2].bundle=code");
		assertThat(configuration.selections()).containsExactly(
				new TlsSelection("spring.ssl.bundle.pem.Web.options", List.of(), List.of("A"), true),
				new TlsSelection("spring.ssl.bundle.jks.other.options", List.of("TLSv1.2"), List.of("C"), true),
				new TlsSelection("the bundle 'code'", List.of(), List.of(), false));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					server.ssl.ktls.mode=perhaps                | server.ssl.ktls.mode                    | it is none of preferred, required
					server.ssl.ktls.rollout-percentage=101      | server.ssl.ktls.rollout-percentage      | It has to be
					server.ssl.ktls.max-open-files=-1           | server.ssl.ktls.max-open-files          | It has to be
					server.ssl.ktls.resource-cache.max-size=-1B | server.ssl.ktls.resource-cache.max-size | It has to be
					server.ssl.ktls.activation-threshold=2GB    | server.ssl.ktls.activation-threshold    | It has to be
					server.ssl.client-auth=sometimes            | server.ssl.client-auth                  | it is none of none, want, need
					server.http2.enabled=perhaps                | server.http2.enabled                    | it is no Boolean
					server.ssl.key-password=S3cr${server.ssl.key-password}           | server.ssl.key-password                 | a placeholder in it cannot be resolved
					spring.ssl.bundle.pem.x.keystore.private-key-password=S3cr${spring.ssl.bundle.pem.x.keystore.private-key-password} | spring.ssl.bundle.pem.x.keystore.private-key-password | a placeholder in it cannot be resolved
					""")
	void whenAValueIsInvalidItIsSaidWithoutTheValue(String property, String name, String reason) {
		assertThat(read("server.ssl.enabled=true", "server.ssl.certificate=x", property).invalid())
			.satisfies((invalid) -> {
				assertThat(invalid.name()).isEqualTo(name);
				assertThat(invalid.reason()).startsWith(reason).doesNotContain("S3cr");
			});
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "server.ssl.client-auth=sometimes", "server.ssl.key-password=S3cr${server.ssl.key-password}" })
	void whenTheServersTlsIsInvalidItIsNotKnownWhetherItDoesAny(String property) {
		assertThat(read(property).tls()).isNull();
		assertThat(read(property).selections()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(nullValues = "null", value = { "SERVLET, a servlet application",
			"NONE, an application without a web server", "null, an application without a web server" })
	void whenTheApplicationIsOfAnotherTypeThatIsSaid(@Nullable WebApplicationType type, String obstacle) {
		assertThat(read(type).obstacle()).isEqualTo(obstacle);
	}

	@Test
	void whatAPropertySaysOfTheTypeComesFirst() {
		assertThat(read("spring.main.web-application-type=none").obstacle()).isNotNull();
		assertThat(read(WebApplicationType.NONE, "spring.main.web-application-type=reactive").obstacle()).isNull();
	}

	@Test
	void allSettingsAreShown() {
		assertThat(read().settings().keySet()).containsExactlyInAnyOrderElementsOf(
				ConfigurationMetadataTests.properties().stream().filter((name) -> !name.equals("enabled")).toList());
	}

}
