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

package io.github.ktls.sample;

import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SelfSignedCertificateEnvironmentPostProcessor}.
 */
class SelfSignedCertificateEnvironmentPostProcessorTests {

	@TempDir
	private Path temp;

	private final StandardEnvironment environment = new StandardEnvironment();

	@Test
	void whenNoCertificateIsConfiguredOneIsMade() {
		postProcess("server.ssl.ktls.enabled=true");
		assertThat(this.environment.getProperty("server.ssl.key-store")).startsWith("file:").endsWith("key-store.p12");
		assertThat(this.environment.getProperty("server.ssl.key-store-password")).isNotNull();
		assertThat(certificateDirectory()).isNotEmptyDirectory();
	}

	@ParameterizedTest
	@ValueSource(strings = { "server.ssl.enabled=false", "server.ssl.bundle=mine", "server.ssl.certificate=mine.pem",
			"server.ssl.keyStore=mine.p12" })
	void whenServerPropertiesNameACertificateOrNoneIsNeededNoneIsMade(String property) {
		postProcess(property);
		assertThat(this.environment.containsProperty("server.ssl.key-store-password")).isFalse();
		assertThat(certificateDirectory()).doesNotExist();
	}

	private void postProcess(String property) {
		TestPropertyValues.of(property, "sample.certificate-directory=" + certificateDirectory())
			.applyTo(this.environment);
		new SelfSignedCertificateEnvironmentPostProcessor().postProcessEnvironment(this.environment,
				new SpringApplication());
	}

	private Path certificateDirectory() {
		return this.temp.resolve("certificate");
	}

}
