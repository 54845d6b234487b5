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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.web.server.Ssl;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * {@link EnvironmentPostProcessor} that has the server use a self-signed certificate if
 * {@code server.ssl} names none.
 */
class SelfSignedCertificateEnvironmentPostProcessor implements EnvironmentPostProcessor {

	@Override
	public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
		Binder binder = Binder.get(environment);
		Ssl ssl = binder.bindOrCreate("server.ssl", Ssl.class);
		if (!ssl.isEnabled() || ssl.getBundle() != null || ssl.getCertificate() != null || ssl.getKeyStore() != null) {
			return;
		}
		SampleProperties properties = binder.bindOrCreate("sample", SampleProperties.class);
		try {
			SelfSignedCertificate certificate = SelfSignedCertificate.in(properties.certificateDirectory(), "localhost",
					properties.certificateKeyAlgorithm());
			environment.getPropertySources()
				.addLast(new MapPropertySource("selfSignedCertificate",
						Map.of("server.ssl.key-store", certificate.keyStore().toUri().toString(),
								"server.ssl.key-store-password", SelfSignedCertificate.PASSWORD)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
