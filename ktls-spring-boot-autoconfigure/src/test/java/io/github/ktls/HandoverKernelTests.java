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

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.kernel.TlsStat;
import io.github.ktls.netty.Activation;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.Curl;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections are handed over, for each version, cipher and activation, and a client that
 * shares no code with the server receives every byte.
 */
@Tag("kernel")
class HandoverKernelTests {

	private static final long SIZE = 100L * 1024 * 1024;

	@TempDir
	static Path files;

	private static String hash = "";

	@BeforeAll
	static void makeFile() {
		hash = TestFiles.sha256(TestFiles.random(files.resolve("large"), SIZE));
	}

	static Stream<Arguments> combinations() {
		Map<String, List<String>> suites = Map.of("RSA",
				List.of("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"),
				"EC", List.of("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
						"ECDHE-ECDSA-CHACHA20-POLY1305"));
		List<String> tls13 = List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
				"TLS_CHACHA20_POLY1305_SHA256");
		return Stream.of(Activation.values())
			.flatMap((activation) -> Stream.concat(
					tls13.stream().map((suite) -> Arguments.of("EC", "1.3", suite, activation)),
					suites.entrySet()
						.stream()
						.flatMap((entry) -> entry.getValue()
							.stream()
							.map((suite) -> Arguments.of(entry.getKey(), "1.2", suite, activation)))));
	}

	@ParameterizedTest(name = "{0} TLS {1} {2} {3}")
	@MethodSource("combinations")
	void whenLargeFileIsRequestedThenKernelSendsEveryByte(String keyAlgorithm, String version, String suite,
			Activation activation, @TempDir Path keys) {
		Certificates certificates = Certificates.create(keyAlgorithm, "localhost");
		List<String> properties = List.of("server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys),
				"server.ssl.ciphers=" + suite, "server.ssl.ktls.enabled=true",
				"server.ssl.ktls.activation=" + activation);
		Curl curl = version.equals("1.3") ? new Curl("--tlsv1.3", "--tls13-ciphers", suite)
				: new Curl("--tlsv1.2", "--tls-max", "1.2", "--ciphers", suite);
		try (RunningApplication application = RunningApplication.start(files, properties)) {
			long before = TlsStat.read().getOrDefault("TlsTxSw", 0L);
			assertThat(curl.sha256(application.url("/static/large"))).isEqualTo(hash);
			assertThat(TlsStat.read()).containsEntry("TlsTxSw", before + 1);
			assertThat(application.statistics().getHandovers()).isOne();
			assertThat(application.statistics().getFilesBySendfile()).isOne();
		}
	}

}
