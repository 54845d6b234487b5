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
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.Variant;
import io.github.ktls.test.WhoAmI;

import static org.assertj.core.api.Assertions.assertThat;

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

	private String[] certificateProperties = new String[0];

	AbstractBehaviourTests(Variant variant) {
		this.variant = variant;
	}

	@BeforeAll
	void startApplication() {
		Certificates certificates = Certificates.create("EC", "localhost");
		prepareFiles();
		this.certificateProperties = properties(certificates.writeCertificate(keys),
				certificates.writePrivateKey(keys));
		this.application = RunningApplication.start(files, this.variant.propertiesAnd(this.certificateProperties),
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

	/**
	 * Start another application with the certificate and the files of the first one.
	 * @param properties further properties, {@code name=value}
	 * @return the application
	 */
	RunningApplication startAnother(String... properties) {
		return startAnother((context) -> {
		}, properties);
	}

	/**
	 * Start another application with the certificate and the files of the first one.
	 * @param initializer may add beans
	 * @param properties further properties, {@code name=value}
	 * @return the application
	 */
	RunningApplication startAnother(ApplicationContextInitializer<ConfigurableApplicationContext> initializer,
			String... properties) {
		return RunningApplication.start(files,
				this.variant.propertiesAnd(
						Stream.of(this.certificateProperties, properties).flatMap(Stream::of).toArray(String[]::new)),
				initializer);
	}

	/**
	 * Check what a connection says of itself once it has carried a file.
	 * @param connection the connection
	 */
	void assertHandedOver(WhoAmI connection) {
		assertThat(connection.offloaded()).isEqualTo(this.variant.isOffloading());
		assertThat(connection.reason()).isEmpty();
	}

	/**
	 * Check that a connection is not handed over, and why.
	 * @param connection what it says of itself
	 * @param reason why, where others are handed over
	 */
	void assertNotHandedOver(WhoAmI connection, KtlsFallbackReason reason) {
		assertThat(connection.offloaded()).isFalse();
		assertThat(connection.reason()).isEqualTo(this.variant.isOffloading() ? reason.name() : "");
	}

	/**
	 * Check the connections of an application that is of no more use than this.
	 * @param application the application
	 * @param handovers how many were handed over
	 * @param reasons why the others were not, one for each
	 */
	void assertConnections(RunningApplication application, long handovers, KtlsFallbackReason... reasons) {
		if (!this.variant.isOffloading()) {
			return;
		}
		KtlsStatistics statistics = application.statistics();
		assertThat(statistics.getHandovers()).as("handovers").isEqualTo(handovers);
		for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
			assertThat(statistics.getFallbacks(reason)).as(reason.name())
				.isEqualTo(Stream.of(reasons).filter((expected) -> expected == reason).count());
		}
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
