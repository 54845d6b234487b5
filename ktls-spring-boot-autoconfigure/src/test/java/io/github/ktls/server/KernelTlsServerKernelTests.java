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

package io.github.ktls.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import javax.net.ssl.SNIHostName;

import io.netty.handler.ssl.SslContext;
import io.netty.util.AsyncMapping;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.ServerTls;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The connections of a plain Reactor Netty server are handed over.
 */
@Tag("kernel")
class KernelTlsServerKernelTests {

	private static final Certificates certificates = Certificates.create("EC", "localhost");

	private static final Certificates otherCertificates = Certificates.create("EC", "other.example");

	@TempDir
	static Path directory;

	private static Path file;

	private static String hash = "";

	@BeforeAll
	static void makeFile() {
		file = TestFiles.random(directory.resolve("file"), 10L * 1024 * 1024);
		hash = TestFiles.sha256(file);
	}

	static Stream<Arguments> arms() {
		return Stream.of(KernelArm.values())
			.flatMap((arm) -> Stream.of("TLSv1.2", "TLSv1.3").map((version) -> Arguments.of(arm, version)));
	}

	@ParameterizedTest
	@MethodSource("arms")
	void whenFileIsRequestedKernelSendsEveryByte(KernelArm arm, String version) throws IOException {
		try (PlainServer server = PlainServer.start(options(arm), file,
				PlainServer.secured(ServerTls.openSsl(certificates)));
				HttpsConnection connection = open(server, version)) {
			KtlsStatistics statistics = server.statistics();
			assertThat(connection.get("/scheme").text()).isEqualTo("https");
			assertThat(statistics.getHandovers()).isEqualTo((arm.activation() == Activation.ON_HANDSHAKE) ? 1 : 0);
			assertThat(connection.get("/file").sha256()).isEqualTo(hash);
			assertThat(connection.get("/scheme").text()).isEqualTo("https");
			assertThat(connection.get("/file", "Connection: close").sha256()).isEqualTo(hash);
			// The JDK takes an end without a close_notify for a failure.
			assertThat(connection.read()).isEqualTo(-1);
			assertThat(statistics.getHandovers()).isOne();
			assertThat(statistics.getFilesBySendfile()).isEqualTo(2);
			assertThat(statistics.getFilesByChunks()).isZero();
			assertThat(statistics.getReceiveHandovers()).isEqualTo(arm.receive() ? 1 : 0);
		}
	}

	@Test
	void whenClientSharesNoCodeWithTheServerItReceivesEveryByteToo() {
		try (PlainServer server = PlainServer.start(options(KernelArm.SENDING_ON_FIRST_FILE), file,
				PlainServer.secured(ServerTls.openSsl(certificates)))) {
			assertThat(new Curl("--http1.1").sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(server.statistics().getFilesBySendfile()).isOne();
			assertThat(new Curl("--http2").sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(server.statistics().getFallbacks(KtlsFallbackReason.APPLICATION_PROTOCOL)).isOne();
			assertThat(server.statistics().getFilesBySendfile()).isOne();
			assertThat(server.statistics().getFilesByChunks()).isOne();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void whenServerNamesHaveContextsOfTheirOwnTheyAreHandedOverToo(String version) throws IOException {
		SslContext other = ServerTls.openSsl(otherCertificates);
		UnaryOperator<HttpServer> customizer = (server) -> server
			.secure((spec) -> spec.sslContext(ServerTls.openSsl(certificates))
				.addSniMapping("other.example", (named) -> named.sslContext(other)));
		assertNamesAreServed(customizer, version, 2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void whenServerNamesAreMappedAtOnceTheyAreHandedOverToo(String version) throws IOException {
		SslProvider first = provider(certificates);
		SslProvider other = provider(otherCertificates);
		AsyncMapping<String, SslProvider> mapping = (name, promise) -> promise
			.setSuccess("other.example".equals(name) ? other : first);
		assertNamesAreServed(mapped(first, mapping), version, 2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void whenServerNamesAreMappedLaterOnlyTls12IsHandedOver(String version) throws IOException {
		SslProvider first = provider(certificates);
		SslProvider other = provider(otherCertificates);
		AsyncMapping<String, SslProvider> mapping = (name, promise) -> {
			CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS)
				.execute(() -> promise.setSuccess("other.example".equals(name) ? other : first));
			return promise;
		};
		assertNamesAreServed(mapped(first, mapping), version, version.equals("TLSv1.2") ? 2 : 0);
	}

	private static void assertNamesAreServed(UnaryOperator<HttpServer> customizer, String version, int handedOver)
			throws IOException {
		try (PlainServer server = PlainServer.start(options(KernelArm.SENDING_ON_FIRST_FILE), file, customizer)) {
			for (String name : new String[] { "localhost", "other.example" }) {
				try (HttpsConnection connection = HttpsConnection.open(server.port(), ClientTls.anonymous(),
						(parameters) -> {
							parameters.setProtocols(new String[] { version });
							parameters.setServerNames(List.of(new SNIHostName(name)));
						})) {
					assertThat(connection.serverCommonName()).isEqualTo(name);
					assertThat(connection.get("/file").sha256()).isEqualTo(hash);
				}
			}
			assertThat(server.statistics().getFilesBySendfile()).isEqualTo(handedOver);
			assertThat(server.statistics().getHandovers()).isEqualTo(handedOver);
			assertThat(server.statistics().getFallbacks(KtlsFallbackReason.SECRETS_MISSING)).isEqualTo(2 - handedOver);
		}
	}

	@Test
	void whenServersShareContextBothAreHandedOver() throws IOException {
		UnaryOperator<HttpServer> shared = PlainServer.secured(ServerTls.openSsl(certificates));
		try (PlainServer first = PlainServer.start(options(KernelArm.SENDING_ON_HANDSHAKE), file, shared);
				PlainServer second = PlainServer.start(options(KernelArm.SENDING_ON_HANDSHAKE), file, shared)) {
			for (PlainServer server : new PlainServer[] { second, first, second }) {
				try (HttpsConnection connection = open(server, "TLSv1.3")) {
					assertThat(connection.get("/file").sha256()).isEqualTo(hash);
				}
			}
			assertThat(first.statistics().getFilesBySendfile()).isOne();
			assertThat(second.statistics().getFilesBySendfile()).isEqualTo(2);
		}
	}

	private static SslProvider provider(Certificates certificates) {
		return SslProvider.builder().sslContext(ServerTls.openSsl(certificates)).build();
	}

	private static UnaryOperator<HttpServer> mapped(SslProvider first, AsyncMapping<String, SslProvider> mapping) {
		return (server) -> server.secure((spec) -> spec.sslContext(first.getSslContext()).setSniAsyncMappings(mapping));
	}

	private static HttpsConnection open(PlainServer server, String version) {
		return HttpsConnection.open(server.port(), ClientTls.anonymous(),
				(parameters) -> parameters.setProtocols(new String[] { version }));
	}

	private static KernelTlsOptions options(KernelArm arm) {
		KtlsSettings defaults = KtlsSettings.defaults();
		return KernelTlsOptions.defaults()
			.withRequired(true)
			.withReceiveDespiteAdvisories(true)
			.withSettings(
					new KtlsSettings(arm.activation(), defaults.activationThreshold(), defaults.fallbackChunkSize())
						.withReceive(arm.receive()));
	}

}
