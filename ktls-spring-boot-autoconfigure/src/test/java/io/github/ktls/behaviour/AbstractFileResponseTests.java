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
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.HttpsConnection.Response;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;
import io.github.ktls.test.WhoAmI;
import io.github.ktls.tls.ContentType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Files over HTTP/1.1: every route, the sizes at which something changes, ranges and
 * conditions.
 */
abstract class AbstractFileResponseTests extends AbstractBehaviourTests {

	private static final List<Integer> SIZES = List.of(0, 1, 16383, 16384, 16385, 65536, 1024 * 1024);

	private static final int WITH_CONTENT = SIZES.size() - 1;

	private static final int LARGE = 16 * 1024 * 1024;

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

	/**
	 * Spring's resource handler announces the length of the file before it looks at the
	 * range, and leaves it so although the response is empty. Here that is right, and the
	 * client learns how long the file is (RFC 9110 section 15.5.17).
	 * @param route the route
	 * @param announced the length in the response's head
	 * @throws IOException if the connection is broken
	 */
	@ParameterizedTest
	@CsvSource({ "static, 65536", "resource, 0", "entity, 0", "fn, 0" })
	void rangeBeyondTheEndIsRefused(String route, String announced) throws IOException {
		try (HttpsConnection connection = connect()) {
			connection.send("GET", "/" + route + "/file-65536", "Range: bytes=65536-");
			Response refused = connection.receiveHead();
			assertThat(refused.status()).isEqualTo(416);
			boolean stock = this.variant == Variant.STOCK;
			assertThat(refused.header("Content-Length")).isEqualTo(stock ? announced : "0");
			assertThat(refused.header("Content-Range")).isEqualTo(stock ? "" : "bytes */65536");
			assertThat(connection.get("/" + route + "/file-65536").sha256()).isEqualTo(hash(65536));
		}
	}

	/**
	 * Here, too, Spring's resource handler leaves the length of the file, which is not
	 * that of the parts; what ends them is their last boundary. The starter knows it.
	 * @param route the route
	 * @param announced the length in the response's head
	 * @throws IOException if the connection is broken
	 */
	@ParameterizedTest
	@CsvSource({ "static, 65536", "resource, ''", "entity, ''", "fn, ''" })
	void severalRangesAreSeveralParts(String route, String announced) throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			connection.send("GET", "/" + route + "/file-65536", "Range: bytes=0-9,20000-40000,-5");
			Response head = connection.receiveHead();
			assertThat(head.status()).isEqualTo(206);
			boolean stock = this.variant == Variant.STOCK;
			String length = head.header("Content-Length");
			assertThat(length).isEqualTo(stock ? announced : length).matches(stock ? ".*" : "\\d+");
			String type = head.header("Content-Type");
			assertThat(type).startsWith("multipart/byteranges;boundary=");
			byte[] body = (announced.isEmpty() || !stock) ? connection.receiveBody(head)
					: connection.receiveUntil("\r\n--" + type.substring(type.indexOf('=') + 1) + "--");
			assertThat(body).contains(content(0, 10))
				.contains(content(20000, 40001))
				.contains(content(65531, 65536))
				.hasSizeLessThan(21000)
				.asString()
				.contains("bytes 0-9/65536", "bytes 20000-40000/65536", "bytes 65531-65535/65536");
			assertThat(connection.get("/static/file-16385").sha256()).isEqualTo(hash(16385));
		}
		// Each part is a file of its own to the kernel.
		assertSentByKernel(before, 4);
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

	@ParameterizedTest
	@ValueSource(strings = { "static", "resource", "entity", "fn", "plain" })
	void whenFileGrowsWhileItIsSentItIsSentAsItWas(String route) throws IOException {
		Path file = TestFiles.random(files.resolve("growing-" + route), LARGE);
		String expected = TestFiles.sha256(file);
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			connection.send("GET", "/" + route + "/" + file.getFileName());
			Response head = connection.receiveHead();
			// Now it is open, and its length is known for good.
			connection.await();
			Files.write(file, new byte[100_000], StandardOpenOption.APPEND);
			assertThat(TestFiles.sha256(connection.receiveBody(head))).isEqualTo(expected);
			assertThat(connection.get("/" + route + "/" + file.getFileName()).sha256())
				.isEqualTo(TestFiles.sha256(file));
		}
		assertSentByKernel(before, 2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "static", "resource", "entity", "fn", "plain" })
	void whenFileIsDeletedWhileItIsSentItIsSentInFull(String route) throws IOException {
		Path file = TestFiles.random(files.resolve("deleted-" + route), LARGE);
		String expected = TestFiles.sha256(file);
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			connection.send("GET", "/" + route + "/" + file.getFileName());
			Response head = connection.receiveHead();
			// Now it is open, and its length is known for good.
			connection.await();
			Files.delete(file);
			assertThat(TestFiles.sha256(connection.receiveBody(head))).isEqualTo(expected);
			assertThat(connection.get("/static/" + file.getFileName()).status()).isEqualTo(404);
		}
		assertSentByKernel(before, 1);
	}

	@Test
	void whenDirectoryIsRequestedItIsNotFound() throws IOException {
		Files.createDirectories(files.resolve("empty"));
		try (HttpsConnection connection = connect()) {
			for (String path : List.of("/static/empty", "/static/empty/", "/static/", "/fn/empty", "/fn/empty/")) {
				assertThat(connection.get(path).status()).as(path).isEqualTo(404);
			}
			assertThat(connection.get("/static/file-16384").sha256()).isEqualTo(hash(16384));
		}
	}

	/**
	 * Where nothing checks whether it is a file, the directory is opened, and reading it
	 * fails when the head is out already. The starter's writer looks before.
	 * @param route the route
	 * @throws IOException if the connection cannot be made
	 */
	@ParameterizedTest
	@ValueSource(strings = { "resource", "entity", "plain" })
	void whenDirectoryIsSentConnectionEnds(String route) throws IOException {
		Files.createDirectories(files.resolve("empty"));
		try (HttpsConnection connection = connect()) {
			if (this.variant == Variant.STOCK || route.equals("plain")) {
				assertThatException().isThrownBy(() -> connection.get("/" + route + "/empty"))
					.isNotInstanceOf(SocketTimeoutException.class);
			}
			else {
				assertThat(connection.get("/" + route + "/empty").status()).isEqualTo(500);
			}
		}
		try (HttpsConnection connection = connect()) {
			assertThat(connection.get("/static/file-16384").sha256()).isEqualTo(hash(16384));
		}
	}

	/**
	 * Reactor Netty reads files in pieces of 1 KiB, each of which becomes a record.
	 * @param http2 whether to speak HTTP/2
	 * @throws IOException if the connection is broken
	 */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenConnectionStaysInUserSpaceRecordsAreFull(boolean http2) throws IOException {
		// A suite that the kernel does not know, or a protocol that stays in user space.
		String suite = "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";
		KtlsFallbackReason reason = http2 ? KtlsFallbackReason.APPLICATION_PROTOCOL
				: KtlsFallbackReason.CIPHER_SUITE_NOT_SUPPORTED;
		TestFiles.random(files.resolve("large"), LARGE);
		try (RunningApplication another = startAnother("server.http2.enabled=" + http2,
				http2 ? "server.ssl.enabled-protocols=TLSv1.3" : "server.ssl.ciphers=" + suite);
				RecordingProxy proxy = RecordingProxy.start(another.port())) {
			Curl curl = new Curl(http2 ? "--http2" : "--http1.1");
			for (String route : List.of("static", "plain")) {
				assertThat(curl.sha256("https://localhost:" + proxy.port() + "/" + route + "/large"))
					.isEqualTo(TestFiles.sha256(files.resolve("large")));
			}
			assertConnections(another, 0, reason, reason);
			for (RecordingProxy.Recording recording : proxy.recordings()) {
				long records = recording.fromServer().count(ContentType.APPLICATION_DATA);
				if (this.variant == Variant.STOCK) {
					assertThat(LARGE / records).isLessThan(2048);
				}
				else {
					assertThat(LARGE / records).isGreaterThan(12_000);
				}
			}
		}
	}

	/**
	 * Not for the stock server, which needs minutes for it.
	 */
	void checkThatHugeFileArrivesInFull() {
		Path file = TestFiles.sparse(files.resolve("huge"), 5L * 1024 * 1024 * 1024);
		long before = filesBySendfile();
		Curl curl = new Curl("--dump-header", files.resolve("huge.head").toString());
		assertThat(curl.sha256(url("/static/huge"))).isEqualTo(TestFiles.sha256(file));
		assertThat(files.resolve("huge.head")).content().contains("Content-Length: 5368709120");
		long from = 9L * 1024 * 1024 * 1024 / 2;
		try (RandomAccessFile changed = new RandomAccessFile(file.toFile(), "rw")) {
			changed.seek(from);
			changed.write("Behind the first 4 GiB".getBytes(StandardCharsets.US_ASCII));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		assertThat(curl.text("--range", from + "-" + (from + 21), url("/static/huge")))
			.isEqualTo("Behind the first 4 GiB");
		assertThat(files.resolve("huge.head")).content()
			.contains("206 Partial Content", "Content-Length: 22",
					"Content-Range: bytes %d-%d/5368709120".formatted(from, from + 21));
		assertSentByKernel(before, 2);
	}

	@Test
	void connectionIsOffloadedWhenExpected() throws IOException {
		try (HttpsConnection connection = connect()) {
			// A first request may come with the end of the handshake; its response comes
			// after the handover.
			connection.get("/hello");
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
					.isNotInstanceOf(SocketTimeoutException.class);
			}
			try (HttpsConnection connection = connect()) {
				assertThat(connection.get("/static/file-1048576").sha256()).isEqualTo(hash(1024 * 1024));
			}
		}
	}

}
