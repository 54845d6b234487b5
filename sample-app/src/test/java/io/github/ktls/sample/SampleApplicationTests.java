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
import java.net.http.HttpClient.Version;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.github.ktls.sample.SampleProperties.KeyAlgorithm;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SampleApplication} over HTTP/1.1, with or without kernel TLS.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "sample.largest-file=1MB",
		"sample.certificate-directory=" + SampleApplicationTests.CERTIFICATE, "server.ssl.client-auth=want" })
class SampleApplicationTests {

	// Not in the temporary directory: dynamic properties come too late for the
	// certificate.
	static final String CERTIFICATE = "target/test-certificates/ec";

	private static final List<String> ROUTES = List.of("/files/", "/api/file/", "/fn/");

	private static final List<String> FILES = List.of("0.bin", "1.bin", "1k.bin", "16k.bin", "1m.bin", "text.txt");

	@TempDir
	private static Path temp;

	private static SelfSignedCertificate clientCertificate;

	@LocalServerPort
	private int port;

	private HttpsClient client;

	@DynamicPropertySource
	static void properties(DynamicPropertyRegistry registry) throws IOException {
		clientCertificate = SelfSignedCertificate.in(temp.resolve("client"), "Client", KeyAlgorithm.EC);
		registry.add("sample.files", () -> temp.resolve("files"));
		registry.add("server.ssl.trust-certificate", () -> clientCertificate.certificate().toUri().toString());
	}

	@BeforeEach
	void setUp() throws Exception {
		SelfSignedCertificate serverCertificate = SelfSignedCertificate.in(Path.of(CERTIFICATE), "localhost",
				KeyAlgorithm.EC);
		this.client = new HttpsClient(this.port, serverCertificate, clientCertificate);
	}

	@Test
	void helloIsSmallJson() throws Exception {
		HttpResponse<String> response = this.client.get("/api/hello", BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("{\"message\":\"Hello\"}");
	}

	@Test
	void whoAmITellsOfTheConnectionAndTheClient() throws Exception {
		HttpResponse<String> response = this.client.get("/api/whoami", BodyHandlers.ofString());
		assertThat(response.body()).contains("\"scheme\":\"https\"", "\"httpVersion\":\"HTTP/1.1\"",
				"\"protocol\":\"TLSv1.3\"", "\"cipherSuite\":\"TLS_", "\"clientCertificate\":\"CN=Client\"",
				"\"offloaded\":false");
	}

	@ParameterizedTest
	@MethodSource("routesAndFiles")
	void fileArrivesExactly(String route, String file) throws Exception {
		HttpResponse<byte[]> response = this.client.get(route + file, BodyHandlers.ofByteArray());
		assertThat(response.version()).isEqualTo(Version.HTTP_1_1);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(sha256(response.body())).isEqualTo(sha256(content(file)));
	}

	static Stream<String[]> routesAndFiles() {
		return ROUTES.stream().flatMap((route) -> FILES.stream().map((file) -> new String[] { route, file }));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/files/", "/api/file/", "/fn/" })
	void rangeIsPartOfTheFile(String route) throws Exception {
		HttpResponse<byte[]> response = this.client.get(route + "1m.bin", BodyHandlers.ofByteArray(), "Range",
				"bytes=100000-900000");
		assertThat(response.statusCode()).isEqualTo(206);
		assertThat(response.headers().firstValue("Content-Range")).contains("bytes 100000-900000/1048576");
		assertThat(ByteBuffer.wrap(response.body())).isEqualTo(ByteBuffer.wrap(content("1m.bin"), 100000, 800001));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/files/", "/api/file/", "/fn/" })
	void headHasTheLengthAndNoBody(String route) throws Exception {
		HttpResponse<byte[]> response = this.client.send("HEAD", route + "1m.bin", BodyHandlers.ofByteArray());
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Content-Length")).contains("1048576");
		assertThat(response.body()).isEmpty();
	}

	@Test
	void whenFileIsUnchangedItIsNotSentAgain() throws Exception {
		HttpResponse<Void> first = this.client.send("HEAD", "/files/1k.bin", BodyHandlers.discarding());
		String modified = first.headers().firstValue("Last-Modified").orElseThrow();
		String etag = first.headers().firstValue("ETag").orElseThrow();
		assertThat(status("/files/1k.bin", "If-Modified-Since", modified)).isEqualTo(304);
		assertThat(status("/files/1k.bin", "If-None-Match", etag)).isEqualTo(304);
		assertThat(status("/files/1k.bin", "If-None-Match", "\"other\"")).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "missing", "..", "../secret", "%2e%2e/secret", "..%2fsecret", "%2e%2e%2fsecret",
			"..%5csecret", "..%252fsecret", "%2fetc%2fhostname", "%00" })
	void nothingOutsideTheDirectoryIsServed(String file) throws Exception {
		Files.writeString(temp.resolve("secret"), "secret");
		for (String route : ROUTES) {
			assertThat(status(route + file)).as(route).isEqualTo(404);
		}
	}

	@Test
	void eventsArriveOneByOne() throws Exception {
		HttpResponse<Stream<String>> response = this.client.get("/api/events", BodyHandlers.ofLines());
		try (Stream<String> lines = response.body()) {
			assertThat(lines.filter((line) -> !line.isEmpty()).limit(2)).containsExactly("data:Event 0",
					"data:Event 1");
		}
	}

	@Test
	void webSocketSendsBackWhatItReceives() throws Exception {
		CompletableFuture<String> received = new CompletableFuture<>();
		WebSocket socket = this.client.open("/ws/echo", new WebSocket.Listener() {

			@Override
			public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
				received.complete(data.toString());
				return CompletableFuture.completedStage(null);
			}

		});
		socket.sendText("Hello", true).get(10, TimeUnit.SECONDS);
		assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo("Hello");
		socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
	}

	@Test
	void healthIsUp() throws Exception {
		assertThat(this.client.get("/actuator/health", BodyHandlers.ofString()).body()).contains("\"status\":\"UP\"");
	}

	private int status(String path, String... headers) throws Exception {
		return this.client.get(path, BodyHandlers.discarding(), headers).statusCode();
	}

	private static byte[] content(String file) throws IOException {
		return Files.readAllBytes(temp.resolve("files").resolve(file));
	}

	private static String sha256(byte[] content) throws Exception {
		return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
	}

}
