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
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.netty.Activation;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How an offloaded connection ends, as OpenSSL sees it.
 */
@Tag("kernel")
class ClosingKernelTests {

	private static final int SIZE = 3 * 1024 * 1024;

	@TempDir
	static Path files;

	@BeforeAll
	static void makeFile() {
		TestFiles.random(files.resolve("large"), SIZE);
	}

	static Stream<Arguments> combinations() {
		return Stream.of(Activation.values())
			.flatMap((activation) -> Stream.of("-tls1_2", "-tls1_3")
				.map((version) -> Arguments.of(version, activation)));
	}

	@ParameterizedTest(name = "openssl {0} {1}")
	@MethodSource("combinations")
	void whenServerClosesThenOpenSslSeesCloseNotify(String version, Activation activation, @TempDir Path keys)
			throws Exception {
		Certificates certificates = Certificates.create("EC", "localhost");
		List<String> properties = List.of("server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys),
				"server.ssl.ktls.enabled=true", "server.ssl.ktls.activation=" + activation);
		try (RunningApplication application = RunningApplication.start(files, properties)) {
			Session session = request(application.port(), version, "/static/large");
			assertThat(application.statistics().getHandovers()).isOne();
			assertThat(session.status()).isZero();
			assertThat(session.messages()).contains("<<< TLS 1", "Alert [length 0002], warning close_notify");
			// SSL_read gave 0: s_client says "closed"; it says "read:errno" after an
			// error.
			assertThat(session.messages()).contains("closed\n").doesNotContain("read:errno", "unexpected eof");
			assertThat(session.received()).isGreaterThan(SIZE);
		}
	}

	private static Session request(int port, String version, String path) throws IOException, InterruptedException {
		Process process = new ProcessBuilder("openssl", "s_client", "-connect", "localhost:" + port, version, "-msg",
				"-ign_eof")
			.redirectErrorStream(true)
			.start();
		OutputStream stdin = process.getOutputStream();
		stdin.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
			.getBytes(StandardCharsets.US_ASCII));
		stdin.flush();
		byte[] output;
		try (InputStream stdout = process.getInputStream()) {
			output = stdout.readAllBytes();
		}
		return new Session(process.waitFor(), output.length, new String(output, StandardCharsets.ISO_8859_1));
	}

	/**
	 * What s_client printed: its messages with the response in between.
	 *
	 * @param status its exit status
	 * @param received the number of bytes it printed
	 * @param messages all that it printed
	 */
	private record Session(int status, int received, String messages) {

	}

}
