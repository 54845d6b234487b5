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
import java.io.RandomAccessFile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.HttpsConnection.Response;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;
import io.github.ktls.test.WhoAmI;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Files over HTTP/1.1: every route, the sizes at which something changes, ranges and
 * conditions.
 */
abstract class AbstractFileResponseTests extends AbstractBehaviourTests {

	private static final List<Integer> SIZES = List.of(0, 1, 16383, 16384, 16385, 65536, 1024 * 1024);

	private static final int WITH_CONTENT = SIZES.size() - 1;

	private static final long HUGE = 64L * 1024 * 1024;

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.sslContext(ClientTls.anonymous())
		.build();

	AbstractFileResponseTests(Variant variant) {
		super(variant);
	}

	@Override
	void prepareFiles() {
		SIZES.forEach((size) -> TestFiles.random(files.resolve("file-" + size), size));
	}

	private static String hash(int size) {
		return TestFiles.sha256(files.resolve("file-" + size));
	}

	private static byte[] content(int from, int to) throws IOException {
		return Arrays.copyOfRange(Files.readAllBytes(files.resolve("file-65536")), from, to);
	}

	private void assertSentByKernel(long before, long expected) {
		if (this.variant.isOffloading()) {
			assertThat(filesBySendfile()).isEqualTo(before + expected);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "static", "resource", "entity", "fn", "plain" })
	void everySizeArrivesInFullAtCurl(String route, @TempDir Path downloads) {
		long before = filesBySendfile();
		List<String> arguments = new ArrayList<>(List.of("--write-out",
				"%{http_code} %header{content-length}%header{transfer-encoding} %{num_connects}\\n"));
		SIZES.forEach((size) -> arguments.addAll(
				List.of("--output", downloads.resolve("file-" + size).toString(), url("/" + route + "/file-" + size))));
		List<String> answers = new Curl().text(arguments.toArray(String[]::new)).lines().toList();
		assertThat(answers).hasSize(SIZES.size());
		for (int i = 0; i < SIZES.size(); i++) {
			int size = SIZES.get(i);
			String length = route.equals("plain") ? "chunked" : String.valueOf(size);
			assertThat(answers.get(i)).isEqualTo("200 " + length + " " + ((i == 0) ? 1 : 0));
			assertThat(TestFiles.sha256(downloads.resolve("file-" + size))).isEqualTo(hash(size));
		}
		assertSentByKernel(before, WITH_CONTENT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "static", "resource", "entity", "fn", "plain" })
	void everySizeArrivesInFullAtJavaClient(String route) throws Exception {
		long before = filesBySendfile();
		for (int size : SIZES) {
			HttpRequest request = HttpRequest.newBuilder(URI.create(url("/" + route + "/file-" + size))).build();
			HttpResponse<byte[]> response = this.client.send(request, BodyHandlers.ofByteArray());
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(TestFiles.sha256(response.body())).isEqualTo(hash(size));
		}
		assertSentByKernel(before, WITH_CONTENT);
	}

	@ParameterizedTest
	@CsvSource({ "bytes=0-0, 0, 1", "bytes=0-99, 0, 100", "bytes=16380-16390, 16380, 16391", "bytes=1000-, 1000, 65536",
			"bytes=-100, 65436, 65536", "bytes=65000-99999, 65000, 65536" })
	void rangeIsThatPartOfTheFile(String range, int from, int to) throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (String route : List.of("static", "resource", "entity", "fn")) {
				Response response = connection.get("/" + route + "/file-65536", "Range: " + range);
				assertThat(response.status()).as(route).isEqualTo(206);
				assertThat(response.header("Content-Range")).isEqualTo("bytes %d-%d/65536".formatted(from, to - 1));
				assertThat(response.header("Content-Length")).isEqualTo(String.valueOf(to - from));
				assertThat(response.body()).isEqualTo(content(from, to));
			}
		}
		assertSentByKernel(before, 4);
	}

	@ParameterizedTest
	@ValueSource(strings = { "static", "resource", "entity", "fn" })
	void rangeBeyondTheEndIsRefused(String route) throws IOException {
		try (HttpsConnection connection = connect()) {
			Response refused = connection.get("/" + route + "/file-65536", "Range: bytes=65536-");
			assertThat(refused.status()).isEqualTo(416);
			assertThat(connection.get("/" + route + "/file-65536").sha256()).isEqualTo(hash(65536));
		}
	}

	@Test
	void severalRangesAreSeveralParts() throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			Response response = connection.get("/static/file-65536", "Range: bytes=0-9,20000-40000,-5");
			assertThat(response.status()).isEqualTo(206);
			assertThat(response.header("Content-Type")).startsWith("multipart/byteranges;boundary=");
			assertThat(response.body()).contains(content(20000, 40001))
				.contains(content(65531, 65536))
				.asString()
				.contains("bytes 0-9/65536", "bytes 20000-40000/65536", "bytes 65531-65535/65536");
			assertThat(connection.get("/static/file-16385").sha256()).isEqualTo(hash(16385));
		}
		assertSentByKernel(before, 1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "static", "resource", "entity", "fn" })
	void headHasTheHeadersOfGet(String route) throws IOException {
		try (HttpsConnection connection = connect()) {
			String path = "/" + route + "/file-65536";
			long before = filesBySendfile();
			Response head = connection.request("HEAD", path);
			assertSentByKernel(before, 0);
			Response get = connection.get(path);
			assertThat(head.status()).isEqualTo(200);
			assertThat(head.headers()).isEqualTo(get.headers()).containsEntry("Content-Length", "65536");
			assertThat(get.sha256()).isEqualTo(hash(65536));
		}
	}

	@Test
	void headersTellOfTheFile() throws IOException {
		ZonedDateTime modified = Files.getLastModifiedTime(files.resolve("file-65536"))
			.toInstant()
			.atZone(ZoneOffset.UTC);
		try (HttpsConnection connection = connect()) {
			assertThat(connection.get("/static/file-65536").headers()).containsEntry("Accept-Ranges", "bytes")
				.containsEntry("Last-Modified", DateTimeFormatter.RFC_1123_DATE_TIME.format(modified))
				.containsEntry("Content-Type", "application/octet-stream");
			assertThat(connection.get("/resource/file-65536").headers()).containsEntry("Accept-Ranges", "bytes")
				.doesNotContainKey("Last-Modified");
			assertThat(connection.get("/entity/file-65536").headers()).containsEntry("Accept-Ranges", "bytes")
				.containsEntry("X-Entity", "yes");
			assertThat(connection.get("/fn/file-65536").headers()).containsEntry("Accept-Ranges", "bytes");
		}
	}

	@Test
	void whenFileIsNotModifiedItIsNotSent() throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			String modified = connection.request("HEAD", "/static/file-65536").header("Last-Modified");
			assertThat(connection.get("/static/file-65536", "If-Modified-Since: " + modified).status()).isEqualTo(304);
			String tag = connection.request("HEAD", "/entity/file-65536").header("ETag");
			assertThat(connection.get("/entity/file-65536", "If-None-Match: " + tag).status()).isEqualTo(304);
			assertSentByKernel(before, 0);
			assertThat(connection.get("/entity/file-65536", "If-None-Match: \"other\"").sha256())
				.isEqualTo(hash(65536));
		}
		assertSentByKernel(before, 1);
	}

	@Test
	void whenFileIsMissingConnectionGoesOn() throws IOException {
		try (HttpsConnection connection = connect()) {
			for (String route : List.of("static", "fn", "plain")) {
				assertThat(connection.get("/" + route + "/missing").status()).as(route).isEqualTo(404);
			}
			assertThat(connection.get("/static/file-16384").sha256()).isEqualTo(hash(16384));
		}
	}

	@Test
	void manyResponsesShareOneConnection() throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (String route : List.of("static", "resource", "entity", "fn", "plain")) {
				for (int size : SIZES) {
					assertThat(connection.get("/" + route + "/file-" + size).sha256()).isEqualTo(hash(size));
					assertThat(connection.get("/text?size=" + size).text()).isEqualTo("t".repeat(size));
				}
			}
		}
		assertSentByKernel(before, 5L * WITH_CONTENT);
	}

	@Test
	void pipelinedRequestsAreAnsweredInOrder() throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (int size : SIZES) {
				connection.send("GET", "/static/file-" + size);
				connection.send("GET", "/hello?name=" + size);
			}
			for (int size : SIZES) {
				assertThat(connection.receive("GET").sha256()).isEqualTo(hash(size));
				assertThat(connection.receive("GET").text()).isEqualTo("{\"hello\":\"" + size + "\"}");
			}
		}
		assertSentByKernel(before, WITH_CONTENT);
	}

	@Test
	void whenAskedToCloseTheConnectionEndsProperly() throws IOException {
		try (HttpsConnection connection = connect()) {
			assertThat(connection.get("/static/file-1048576", "Connection: close").sha256())
				.isEqualTo(hash(1024 * 1024));
			assertThat(connection.read()).isEqualTo(-1);
		}
	}

	@Test
	void connectionIsOffloadedWhenExpected() throws IOException {
		try (HttpsConnection connection = connect()) {
			WhoAmI before = WhoAmI.on(connection);
			assertThat(connection.get("/resource/file-1").sha256()).isEqualTo(hash(1));
			WhoAmI after = WhoAmI.on(connection);
			if (this.variant.isOffloading()) {
				assertThat(before.offloaded()).isEqualTo(this.variant == Variant.ON_HANDSHAKE);
				assertThat(after.offloaded()).isTrue();
			}
			assertThat(after.scheme()).isEqualTo("https").isEqualTo(before.scheme());
		}
	}

	/**
	 * Not for the stock server, which never stops looking for the rest.
	 * @throws IOException if the test files cannot be written
	 */
	void checkThatTruncatedFileEndsConnection() throws IOException {
		for (String route : List.of("static", "plain")) {
			Path file = TestFiles.random(files.resolve("truncated-" + route), HUGE);
			try (HttpsConnection connection = connect()) {
				connection.send("GET", "/" + route + "/" + file.getFileName());
				Response head = connection.receiveHead();
				try (RandomAccessFile truncated = new RandomAccessFile(file.toFile(), "rw")) {
					truncated.setLength(HUGE / 64);
				}
				assertThatException().isThrownBy(() -> connection.receiveBody(head))
					.isNotInstanceOf(java.net.SocketTimeoutException.class);
			}
			try (HttpsConnection connection = connect()) {
				assertThat(connection.get("/static/file-1048576").sha256()).isEqualTo(hash(1024 * 1024));
			}
		}
	}

}
