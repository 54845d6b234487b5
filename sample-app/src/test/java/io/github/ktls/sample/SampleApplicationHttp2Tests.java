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

import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.github.ktls.sample.SampleProperties.KeyAlgorithm;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SampleApplication} over HTTP/2, with an RSA key.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "sample.largest-file=1MB",
				"sample.certificate-directory=" + SampleApplicationHttp2Tests.CERTIFICATE,
				"sample.certificate-key-algorithm=RSA", "server.http2.enabled=true" })
class SampleApplicationHttp2Tests {

	// Not in the temporary directory: dynamic properties come too late for the
	// certificate.
	static final String CERTIFICATE = "target/test-certificates/rsa";

	@TempDir
	private static Path temp;

	@LocalServerPort
	private int port;

	private HttpsClient client;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) {
		registry.add("sample.files", () -> temp.resolve("files"));
	}

	@BeforeEach
	void setUp() throws Exception {
		SelfSignedCertificate serverCertificate = SelfSignedCertificate.in(Path.of(CERTIFICATE), "localhost",
				KeyAlgorithm.RSA);
		this.client = new HttpsClient(this.port, serverCertificate, serverCertificate);
	}

	@Test
	void fileArrivesExactly() throws Exception {
		Path received = temp.resolve("received.bin");
		HttpResponse<Path> response = this.client.get("/files/1m.bin", BodyHandlers.ofFile(received));
		assertThat(response.version()).isEqualTo(Version.HTTP_2);
		assertThat(received).hasSameBinaryContentAs(temp.resolve("files/1m.bin"));
	}

	@Test
	void whoAmITellsOfTheConnectionAndWhyItIsNotOffloaded() throws Exception {
		assertThat(this.client.get("/api/whoami", BodyHandlers.ofString()).body()).contains("\"scheme\":\"https\"",
				"\"httpVersion\":\"HTTP/2.0\"", "\"cipherSuite\":\"TLS_", "\"clientCertificate\":null",
				"\"offloaded\":false", "\"reason\":\"");
	}

}
