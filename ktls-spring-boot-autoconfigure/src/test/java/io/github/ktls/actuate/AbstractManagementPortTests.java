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

package io.github.ktls.actuate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.ktls.test.ActuatorClient;
import io.github.ktls.test.ActuatorClient.Answer;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A management port of its own, which is as without the starter: with whatever TLS it
 * has, it is neither handed over nor mistaken for the server.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class AbstractManagementPortTests {

	private static final int SIZE = 300_000;

	@TempDir
	static Path files;

	@TempDir
	static Path directory;

	private static byte[] content = {};

	private static List<String> mainTls = List.of();

	private static Path managementStore = Path.of("");

	@BeforeAll
	static void makeFiles() throws IOException {
		content = Files.readAllBytes(TestFiles.random(files.resolve("file"), SIZE));
		Certificates main = Certificates.create("EC", "main");
		mainTls = List.of("server.ssl.certificate=" + main.writeCertificate(directory),
				"server.ssl.certificate-private-key=" + main.writePrivateKey(directory));
		managementStore = Certificates.create("RSA", "management").writeKeyStore(directory, "PKCS12");
	}

	/**
	 * Return what the kernel is to do for the server.
	 * @return properties, {@code name=value}
	 */
	abstract List<String> properties();

	/**
	 * Check what an application that has sent one file says of itself.
	 * @param answer its answer
	 */
	abstract void assertServer(Answer answer);

	@ParameterizedTest
	@EnumSource
	void whenManagementHasAPortOfItsOwnThenItIsAsWithoutTheStarter(ManagementTls tls, CapturedOutput output)
			throws IOException {
		try (RunningApplication application = start(tls)) {
			int port = managementPort(application);
			assertThat(TestFiles.sha256(download(application))).isEqualTo(TestFiles.sha256(content));
			ActuatorClient client = ActuatorClient.of(tls.scheme, port);
			assertServer(client.get("/ktls"));
			assertCertificates(application, tls);
			assertLogFileArrives(tls.scheme + "://localhost:" + port);
			assertThat(client.post("/ktls", "{\"percentage\":50}").body())
				.isEqualTo("{\"stopped\":false,\"percentage\":50}");
			assertServer(client.get("/ktls"));
			assertThat(ActuatorClient.of(application).get("/ktls").status()).isEqualTo(404);
			assertThat(client.get("/health").at("/components/ktls/status").asString()).isEqualTo("UP");
			assertThat(output.getOut().lines().filter((line) -> line.contains("Kernel TLS is"))).hasSize(1);
		}
	}

	@Test
	void whenOnlyManagementHasTlsThenTheServerHasNone() throws IOException {
		List<String> properties = new ArrayList<>(ManagementTls.BUNDLE.properties());
		properties.addAll(common());
		properties.add("server.ssl.ktls.enabled=true");
		try (RunningApplication application = RunningApplication.start(files, properties)) {
			int port = managementPort(application);
			try (HttpsConnection connection = HttpsConnection.open(port)) {
				assertThat(connection.serverCommonName()).isEqualTo("management");
			}
			Answer answer = ActuatorClient.of("https", port).get("/ktls");
			assertThat(answer.at("/used").asBoolean()).isFalse();
			assertThat(answer.at("/fallbacks/total").asLong()).isOne();
			assertThat(answer.at("/obstacle/reason").asString()).isEqualTo(
					answer.at("/available").asBoolean() ? "SSL_NOT_ENABLED" : answer.at("/cause/reason").asString());
			assertThat(new Curl().bytes("http://localhost:" + application.port() + "/static/file")).isEqualTo(content);
		}
	}

	private static byte[] download(RunningApplication application) {
		return new Curl("--http1.1").bytes(application.url("/static/file"));
	}

	private static void assertCertificates(RunningApplication application, ManagementTls tls) throws IOException {
		try (HttpsConnection connection = HttpsConnection.open(application.port())) {
			assertThat(connection.serverCommonName()).isEqualTo("main");
		}
		if (tls != ManagementTls.NONE) {
			try (HttpsConnection connection = HttpsConnection.open(managementPort(application))) {
				assertThat(connection.serverCommonName())
					.isEqualTo((tls == ManagementTls.SAME) ? "main" : "management");
				assertThat(connection.get("/actuator/ktls").status()).isEqualTo(200);
			}
		}
	}

	// The only endpoint with a file is one.
	private static void assertLogFileArrives(String base) {
		assertThat(new Curl().bytes(base + "/actuator/logfile")).isEqualTo(content);
		assertThat(new Curl("--range", "1000-200000").bytes(base + "/actuator/logfile"))
			.isEqualTo(Arrays.copyOfRange(content, 1000, 200_001));
	}

	private static int managementPort(RunningApplication application) {
		return Integer.parseInt(
				Objects.requireNonNull(application.context().getEnvironment().getProperty("local.management.port")));
	}

	private RunningApplication start(ManagementTls tls) {
		List<String> properties = new ArrayList<>(mainTls);
		properties.addAll(properties());
		properties.addAll(tls.properties());
		properties.addAll(common());
		return RunningApplication.start(files, properties);
	}

	private static List<String> common() {
		return List.of("management.server.port=0", "management.endpoints.web.exposure.include=*",
				"management.endpoint.ktls.access=unrestricted", "management.endpoint.health.show-components=always",
				"management.endpoint.logfile.external-file=" + files.resolve("file"));
	}

	/**
	 * Where the management port has its TLS from.
	 */
	enum ManagementTls {

		/** From the server, as nothing is said of it. */
		SAME("https"),

		/** From a bundle. */
		BUNDLE("https"),

		/** From a key store. */
		KEY_STORE("https"),

		/** It has none. */
		NONE("http");

		private final String scheme;

		ManagementTls(String scheme) {
			this.scheme = scheme;
		}

		private List<String> properties() {
			return switch (this) {
				case SAME -> List.of();
				case BUNDLE -> List.of("management.server.ssl.bundle=management",
						"spring.ssl.bundle.jks.management.keystore.location=" + managementStore,
						"spring.ssl.bundle.jks.management.keystore.password=" + Certificates.PASSWORD);
				case KEY_STORE -> List.of("management.server.ssl.key-store=" + managementStore,
						"management.server.ssl.key-store-password=" + Certificates.PASSWORD);
				case NONE -> List.of("management.server.ssl.enabled=false");
			};
		}

	}

}
