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

package io.github.ktls;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.kernel.TlsStat;
import io.github.ktls.netty.Activation;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsClient.Sending;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * With {@code receive} the kernel reads, too.
 */
@Tag("kernel")
class ReceiveKernelTests {

	private static final int SIZE = 300_000;

	@TempDir
	static Path files;

	@TempDir
	static Path directory;

	private static String hash = "";

	private static Certificates certificates;

	@BeforeAll
	static void makeFiles() throws IOException {
		hash = TestFiles.sha256(TestFiles.random(files.resolve("file"), SIZE));
		certificates = Certificates.create("EC", "localhost");
	}

	static Stream<Arguments> shapes() {
		return Stream.of("TLSv1.3", "TLSv1.2")
			.flatMap((protocol) -> Stream.of(Activation.values())
				.flatMap((activation) -> Stream.of(Sending.values())
					.map((sending) -> Arguments.of(protocol, activation, sending))));
	}

	@ParameterizedTest(name = "{0} {1} {2}")
	@MethodSource("shapes")
	void howeverRequestsArriveKernelReadsThem(String protocol, Activation activation, Sending sending)
			throws IOException {
		try (RunningApplication application = start(activation)) {
			long installed = TlsStat.read().getOrDefault("TlsRxSw", 0L);
			try (TlsClient client = TlsClient.connect(TlsClient.context(certificates), protocol, application.port(),
					new java.net.Socket(), sending)) {
				for (int i = 0; i < 5; i++) {
					assertFile(client.get("/static/file"));
					assertThat(client.get("/hello?name=" + i).status()).isEqualTo(200);
				}
				assertFile(client.get("/static/file", "Connection: close"));
				assertThat(client.isAtEnd()).isTrue();
			}
			assertThat(application.statistics().getReceiveHandovers()).isOne();
			assertThat(TlsStat.read().getOrDefault("TlsRxSw", 0L) - installed).isOne();
		}
	}

	@Test
	void whenClientClosesServerClosesToo() throws IOException {
		try (RunningApplication application = start(Activation.ON_HANDSHAKE)) {
			try (TlsClient client = TlsClient.connect(TlsClient.context(certificates), "TLSv1.3", application.port())) {
				assertFile(client.get("/static/file"));
			}
			org.awaitility.Awaitility.await().until(() -> application.statistics().getActive() == 0);
			assertThat(application.statistics().getTruncations()).isZero();
		}
	}

	private static void assertFile(TlsClient.Response response) {
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.sha256()).isEqualTo(hash);
	}

	private static RunningApplication start(Activation activation) {
		return RunningApplication.start(files,
				List.of("server.ssl.certificate=" + certificates.writeCertificate(directory),
						"server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory),
						"server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required", "server.ssl.ktls.receive=true",
						"server.ssl.ktls.activation=" + activation));
	}

}
