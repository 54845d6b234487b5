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

package io.github.ktls.behaviour;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.ktls.test.Certificates;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.Variant;

/**
 * Base of the suites. Starts one application for all tests of a class.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class AbstractBehaviourTests {

	@TempDir
	static Path files;

	@TempDir
	static Path keys;

	final Variant variant;

	private RunningApplication application;

	AbstractBehaviourTests(Variant variant) {
		this.variant = variant;
	}

	@BeforeAll
	void startApplication() {
		Certificates certificates = Certificates.create("EC", "localhost");
		prepareFiles();
		this.application = RunningApplication.start(files,
				this.variant
					.propertiesAnd(properties(certificates.writeCertificate(keys), certificates.writePrivateKey(keys))),
				this::prepareContext);
	}

	@AfterAll
	void stopApplication() {
		if (this.application != null) {
			this.application.close();
		}
	}

	/**
	 * Make the files that are served.
	 */
	void prepareFiles() {
	}

	/**
	 * Return the properties of the application.
	 * @param certificate a certificate
	 * @param privateKey its key
	 * @return the properties, {@code name=value}
	 */
	String[] properties(Path certificate, Path privateKey) {
		return new String[] { "server.ssl.certificate=" + certificate,
				"server.ssl.certificate-private-key=" + privateKey };
	}

	/**
	 * Add beans to the application.
	 * @param context its context
	 */
	void prepareContext(ConfigurableApplicationContext context) {
	}

	RunningApplication application() {
		return this.application;
	}

	HttpsConnection connect() {
		return HttpsConnection.open(this.application.port());
	}

	String url(String path) {
		return this.application.url(path);
	}

	long filesBySendfile() {
		return this.variant.isOffloading() ? this.application.statistics().getFilesBySendfile() : 0;
	}

}
