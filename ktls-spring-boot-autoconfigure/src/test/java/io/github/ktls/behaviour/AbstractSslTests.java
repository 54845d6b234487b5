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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;
import io.github.ktls.test.WhoAmI;
import io.github.ktls.tls.ContentType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * Certificates, bundles, clients' certificates, versions and ciphers as
 * {@code server.ssl.*} has them.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class AbstractSslTests extends AbstractBehaviourTests {

	private static final int SIZE = 200_000;

	AbstractSslTests(Variant variant) {
		super(variant);
	}

	@Override
	void prepareFiles() {
		TestFiles.random(files.resolve("file"), SIZE);
	}

	RunningApplication start(List<String> properties) {
		return RunningApplication.start(files, this.variant.propertiesAnd(properties.toArray(String[]::new)));
	}

	private static List<String> pem(Certificates certificates, Path directory) {
		return List.of("server.ssl.certificate=" + certificates.writeCertificate(directory),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory));
	}

	private static List<String> and(List<String> properties, String... others) {
		return Stream.concat(properties.stream(), Stream.of(others)).toList();
	}

	private static List<String> pemBundle(String name, Certificates certificates, Path directory) {
		String prefix = "spring.ssl.bundle.pem." + name + ".keystore.";
		return List.of(prefix + "certificate=" + certificates.writeCertificate(directory),
				prefix + "private-key=" + certificates.writePrivateKey(directory));
	}

	private static void assertFileArrives(HttpsConnection connection) throws IOException {
		assertThat(connection.get("/static/file").sha256()).isEqualTo(TestFiles.sha256(files.resolve("file")));
	}

	private WhoAmI assertWorks(HttpsConnection connection) throws IOException {
		assertFileArrives(connection);
		WhoAmI connected = WhoAmI.on(connection);
		assertHandedOver(connected);
		return connected;
	}

	private void assertServes(RunningApplication application, String commonName) throws IOException {
		try (HttpsConnection connection = HttpsConnection.open(application.port())) {
			assertThat(connection.serverCommonName()).isEqualTo(commonName);
			assertWorks(connection);
		}
		assertConnections(application, 1);
	}

	@Test
	void certificateMayBePem(@TempDir Path directory) throws IOException {
		try (RunningApplication application = start(pem(Certificates.create("EC", "pem"), directory))) {
			assertServes(application, "pem");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "PKCS12", "JKS" })
	void certificateMayBeInKeyStore(String type, @TempDir Path directory) throws IOException {
		Path store = Certificates.create("RSA", "store").writeKeyStore(directory, type);
		try (RunningApplication application = start(
				List.of("server.ssl.key-store=" + store, "server.ssl.key-store-type=" + type,
						"server.ssl.key-store-password=" + Certificates.PASSWORD, "server.ssl.key-alias=key"))) {
			assertServes(application, "store");
		}
	}

	@Test
	void certificateMayComeFromPemBundle(@TempDir Path directory) throws IOException {
		try (RunningApplication application = start(
				and(pemBundle("web", Certificates.create("EC", "bundle"), directory), "server.ssl.bundle=web"))) {
			assertServes(application, "bundle");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "PKCS12", "JKS" })
	void certificateMayComeFromJksBundle(String type, @TempDir Path directory) throws IOException {
		String prefix = "spring.ssl.bundle.jks.web.keystore.";
		Path store = Certificates.create("EC", "bundle").writeKeyStore(directory, type);
		try (RunningApplication application = start(List.of(prefix + "location=" + store, prefix + "type=" + type,
				prefix + "password=" + Certificates.PASSWORD, "server.ssl.bundle=web"))) {
			assertServes(application, "bundle");
		}
	}

	@Test
	void whenBundleIsReloadedOldConnectionsGoOnAndNewOnesGetTheNewCertificate(@TempDir Path directory,
			@TempDir Path staging) throws IOException {
		List<String> properties = and(pemBundle("web", Certificates.create("EC", "old"), directory),
				"server.ssl.bundle=web", "spring.ssl.bundle.pem.web.reload-on-update=true",
				"spring.ssl.bundle.watch.file.quiet-period=200ms");
		try (RunningApplication application = start(properties);
				HttpsConnection idle = HttpsConnection.open(application.port());
				HttpsConnection busy = HttpsConnection.open(application.port())) {
			assertFileArrives(busy);
			Certificates renewed = Certificates.create("EC", "new");
			for (Path file : List.of(renewed.writeCertificate(staging), renewed.writePrivateKey(staging))) {
				Files.move(file, directory.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
			}
			await().untilAsserted(() -> {
				try (HttpsConnection connection = HttpsConnection.open(application.port())) {
					assertThat(connection.serverCommonName()).isEqualTo("new");
				}
			});
			try (HttpsConnection connection = HttpsConnection.open(application.port())) {
				assertThat(connection.serverCommonName()).isEqualTo("new");
				assertWorks(connection);
			}
			for (HttpsConnection old : List.of(busy, idle)) {
				assertThat(old.serverCommonName()).isEqualTo("old");
				assertWorks(old);
			}
		}
	}

	@Test
	void everyServerNameHasItsCertificate(@TempDir Path one, @TempDir Path two, @TempDir Path other)
			throws IOException {
		List<String> properties = Stream.of(pemBundle("one", Certificates.create("EC", "one.example"), one),
				pemBundle("two", Certificates.create("RSA", "two.example"), two),
				pemBundle("other", Certificates.create("EC", "other.example"), other),
				List.of("server.ssl.bundle=other", "server.ssl.server-name-bundles[0].server-name=one.example",
						"server.ssl.server-name-bundles[0].bundle=one",
						"server.ssl.server-name-bundles[1].server-name=two.example",
						"server.ssl.server-name-bundles[1].bundle=two"))
			.flatMap(List::stream)
			.toList();
		try (RunningApplication application = start(properties)) {
			for (String name : List.of("one.example", "two.example", "other.example")) {
				try (HttpsConnection connection = HttpsConnection.open(application.port(), name)) {
					assertThat(connection.serverCommonName()).isEqualTo(name);
					assertWorks(connection);
				}
			}
			try (HttpsConnection connection = HttpsConnection.open(application.port(), "unknown.example")) {
				assertThat(connection.serverCommonName()).isEqualTo("other.example");
				assertWorks(connection);
			}
			try (HttpsConnection connection = HttpsConnection.open(application.port())) {
				assertThat(connection.serverCommonName()).isEqualTo("other.example");
				assertWorks(connection);
			}
			assertConnections(application, 5);
		}
	}

	@Test
	void whenBundleOfServerNameIsReloadedNewConnectionsGetTheNewCertificate(@TempDir Path one, @TempDir Path other,
			@TempDir Path staging) throws IOException {
		List<String> properties = Stream.of(pemBundle("one", Certificates.create("EC", "one.example"), one),
				pemBundle("other", Certificates.create("EC", "other.example"), other),
				List.of("server.ssl.bundle=other", "server.ssl.server-name-bundles[0].server-name=one.example",
						"server.ssl.server-name-bundles[0].bundle=one",
						"spring.ssl.bundle.pem.one.reload-on-update=true",
						"spring.ssl.bundle.watch.file.quiet-period=200ms"))
			.flatMap(List::stream)
			.toList();
		try (RunningApplication application = start(properties);
				HttpsConnection old = HttpsConnection.open(application.port(), "one.example")) {
			Certificates renewed = Certificates.create("EC", "renewed.example");
			for (Path file : List.of(renewed.writeCertificate(staging), renewed.writePrivateKey(staging))) {
				Files.move(file, one.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
			}
			await().untilAsserted(() -> {
				try (HttpsConnection connection = HttpsConnection.open(application.port(), "one.example")) {
					assertThat(connection.serverCommonName()).isEqualTo("renewed.example");
				}
			});
			try (HttpsConnection connection = HttpsConnection.open(application.port(), "one.example")) {
				assertWorks(connection);
			}
			try (HttpsConnection connection = HttpsConnection.open(application.port())) {
				assertThat(connection.serverCommonName()).isEqualTo("other.example");
			}
			assertThat(old.serverCommonName()).isEqualTo("one.example");
			assertWorks(old);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void whenClientsCertificateIsWantedItIsSeenIfThereIsOne(String version, @TempDir Path directory)
			throws IOException {
		Certificates client = Certificates.create("EC", "client");
		try (RunningApplication application = startAnother("server.ssl.client-auth=want",
				"server.ssl.trust-certificate=" + client.writeCertificate(directory))) {
			try (HttpsConnection connection = HttpsConnection.open(application.port(), ClientTls.of(client),
					(parameters) -> parameters.setProtocols(new String[] { version }))) {
				WhoAmI before = WhoAmI.on(connection);
				assertThat(before.client()).isEqualTo("CN=client");
				assertStaysTheSame(before, assertWorks(connection));
			}
			try (HttpsConnection connection = HttpsConnection.open(application.port(), ClientTls.anonymous(),
					(parameters) -> parameters.setProtocols(new String[] { version }))) {
				WhoAmI before = WhoAmI.on(connection);
				assertThat(before.client()).isNull();
				assertStaysTheSame(before, assertWorks(connection));
			}
			assertConnections(application, 2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void whenClientsCertificateIsNeededNothingIsServedWithoutIt(String version, @TempDir Path directory)
			throws IOException {
		Certificates client = Certificates.create("EC", "client");
		try (RunningApplication application = startAnother("server.ssl.client-auth=need",
				"server.ssl.trust-certificate=" + client.writeCertificate(directory))) {
			assertRefused(application, ClientTls.anonymous(), version, "certificate_required");
			assertRefused(application, ClientTls.of(Certificates.create("EC", "client")), version, "internal_error");
			assertConnections(application, 0);
			try (HttpsConnection connection = HttpsConnection.open(application.port(), ClientTls.of(client),
					(parameters) -> parameters.setProtocols(new String[] { version }))) {
				assertThat(assertWorks(connection).client()).isEqualTo("CN=client");
			}
			assertConnections(application, 1);
		}
	}

	// In TLS 1.2 the alert may be lost to a client that is still sending when the server
	// closes.
	private static void assertRefused(RunningApplication application, SSLContext client, String version, String alert) {
		try (RecordingProxy proxy = RecordingProxy.start(application.port())) {
			Throwable refusal = catchThrowable(() -> {
				try (HttpsConnection connection = HttpsConnection.open(proxy.port(), client,
						(parameters) -> parameters.setProtocols(new String[] { version }))) {
					connection.get("/hello");
				}
			});
			Throwable cause = (refusal instanceof UncheckedIOException) ? refusal.getCause() : refusal;
			if (version.equals("TLSv1.3")) {
				assertThat(cause).isInstanceOf(SSLException.class)
					.hasMessageContaining("Received fatal alert: " + alert);
			}
			else {
				assertThat(cause).isInstanceOfAny(SSLException.class, SocketException.class);
				assertThat(proxy.recording().fromServer().count(ContentType.APPLICATION_DATA)).isZero();
			}
		}
	}

	private static void assertStaysTheSame(WhoAmI before, WhoAmI after) {
		assertThat(after).usingRecursiveComparison().ignoringFields("offloaded", "reason").isEqualTo(before);
		assertThat(after.scheme()).isEqualTo("https");
		assertThat(after.sessionId()).isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "TLSv1.2, TLSv1.3", "TLSv1.3, TLSv1.2" })
	void onlyEnabledVersionsAreSpoken(String version, String other) throws IOException {
		try (RunningApplication application = startAnother("server.ssl.enabled-protocols=" + version)) {
			try (HttpsConnection connection = HttpsConnection.open(application.port())) {
				assertThat(connection.protocol()).isEqualTo(version);
				WhoAmI before = WhoAmI.on(connection);
				assertThat(before.protocol()).isEqualTo(version);
				assertStaysTheSame(before, assertWorks(connection));
			}
			assertThatException()
				.isThrownBy(
						() -> HttpsConnection
							.open(application.port(), ClientTls.anonymous(),
									(parameters) -> parameters.setProtocols(new String[] { other }))
							.close())
				.havingRootCause()
				.withMessageContaining("protocol_version");
			assertConnections(application, 1);
		}
	}

	@ParameterizedTest
	@CsvSource({ "EC, ECDHE-ECDSA-AES128-GCM-SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
			"EC, ECDHE-ECDSA-AES256-GCM-SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
			"EC, ECDHE-ECDSA-CHACHA20-POLY1305, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
			"RSA, ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
			"RSA, ECDHE-RSA-AES256-GCM-SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
			"RSA, ECDHE-RSA-CHACHA20-POLY1305, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" })
	void onlyConfiguredSuiteOfTls12IsSpoken(String algorithm, String openSslName, String ianaName,
			@TempDir Path directory) throws IOException {
		List<String> properties = pem(Certificates.create(algorithm, "localhost"), directory);
		for (String name : List.of(openSslName, ianaName)) {
			try (RunningApplication application = start(and(properties, "server.ssl.ciphers=" + name))) {
				try (HttpsConnection connection = HttpsConnection.open(application.port())) {
					assertThat(connection.protocol()).isEqualTo("TLSv1.2");
					assertThat(connection.cipherSuite()).isEqualTo(ianaName);
					WhoAmI before = WhoAmI.on(connection);
					assertThat(before.suite()).isEqualTo(ianaName);
					assertStaysTheSame(before, assertWorks(connection));
				}
				assertConnections(application, 1);
			}
		}
	}

	/**
	 * BoringSSL has no way to leave out single suites of TLS 1.3, so the client does.
	 * @param suite the suite, which has one name only
	 * @throws IOException if the connection is broken
	 */
	@ParameterizedTest
	@ValueSource(strings = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256" })
	void configuredSuiteOfTls13IsSpoken(String suite) throws IOException {
		try (RunningApplication application = startAnother("server.ssl.ciphers=" + suite)) {
			try (HttpsConnection connection = HttpsConnection.open(application.port(), ClientTls.anonymous(),
					(parameters) -> parameters.setCipherSuites(new String[] { suite }))) {
				assertThat(connection.protocol()).isEqualTo("TLSv1.3");
				assertThat(connection.cipherSuite()).isEqualTo(suite);
				WhoAmI before = WhoAmI.on(connection);
				assertThat(before.suite()).isEqualTo(suite);
				assertStaysTheSame(before, assertWorks(connection));
			}
			assertConnections(application, 1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES256-SHA" })
	void whenSuiteHasNoAeadConnectionStaysInUserSpace(String suite) throws IOException {
		try (RunningApplication application = startAnother("server.ssl.ciphers=" + suite)) {
			try (HttpsConnection connection = HttpsConnection.open(application.port())) {
				assertThat(connection.cipherSuite()).contains("_CBC_SHA");
				for (int i = 0; i < 3; i++) {
					assertFileArrives(connection);
					assertNotHandedOver(WhoAmI.on(connection), KtlsFallbackReason.CIPHER_SUITE_NOT_SUPPORTED);
				}
			}
			assertConnections(application, 0, KtlsFallbackReason.CIPHER_SUITE_NOT_SUPPORTED);
			if (this.variant.isOffloading()) {
				assertThat(application.statistics().getFilesBySendfile()).isZero();
				assertThat(application.statistics().getFilesByChunks()).isEqualTo(3);
			}
		}
	}

	@Test
	void whenSuiteIsUnknownApplicationDoesNotStartAndSaysWhy(CapturedOutput output) {
		assertThatException()
			.isThrownBy(() -> startAnother("server.ssl.ciphers=TLS_AES_128_GCM_SHA256,TLS_FOO_WITH_BAR").close());
		if (this.variant != Variant.STOCK) {
			assertThat(output).contains("APPLICATION FAILED TO START",
					"These cipher suites are configured for the server, but BoringSSL does not have them:",
					"    TLS_FOO_WITH_BAR", "Remove them from 'server.ssl.ciphers'",
					"    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
			assertThat(output.getAll().substring(0, output.getAll().indexOf("Action:")))
				.doesNotContain("    TLS_AES_128_GCM_SHA256");
		}
	}

}
