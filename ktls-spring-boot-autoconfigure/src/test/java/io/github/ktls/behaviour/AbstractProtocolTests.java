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

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.support.GenericApplicationContext;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.HttpsConnection.Response;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;
import io.github.ktls.test.WebSocketFrames;
import io.github.ktls.test.WhoAmI;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

/**
 * What connections carry beside files over HTTP/1.1, and what a server does with
 * connections.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class AbstractProtocolTests extends AbstractBehaviourTests {

	private static final int SIZE = 1024 * 1024;

	private static final int LARGE = 16 * 1024 * 1024;

	private static final int PARALLEL = 20;

	AbstractProtocolTests(Variant variant) {
		super(variant);
	}

	@Override
	void prepareFiles() {
		TestFiles.random(files.resolve("file"), SIZE);
		TestFiles.random(files.resolve("large"), LARGE);
		try {
			Files.writeString(files.resolve("file.txt"), "Some text that gets smaller.\n".repeat(20_000));
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	private static String hash(String name) {
		return TestFiles.sha256(files.resolve(name));
	}

	private static void assertFileArrives(HttpsConnection connection) throws IOException {
		assertThat(connection.get("/static/file").sha256()).isEqualTo(hash("file"));
	}

	private RunningApplication startCustomized(NettyServerCustomizer customizer, String... properties) {
		return startAnother((context) -> ((GenericApplicationContext) context).registerBean(NettyServerCustomizer.class,
				() -> customizer), properties);
	}

	// HTTP/2

	@Test
	void http2StreamsAreServedInParallel() {
		try (RunningApplication application = startAnother("server.http2.enabled=true")) {
			HttpClient client = HttpClient.newBuilder()
				.version(HttpClient.Version.HTTP_2)
				.sslContext(ClientTls.anonymous())
				.build();
			List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
			for (int i = 0; i < PARALLEL; i++) {
				String path = List.of("/static/file", "/plain/file", "/entity/file", "/hello?name=" + i).get(i % 4);
				responses.add(client.sendAsync(HttpRequest.newBuilder(URI.create(application.url(path))).build(),
						BodyHandlers.ofByteArray()));
			}
			for (int i = 0; i < PARALLEL; i++) {
				HttpResponse<byte[]> response = responses.get(i).join();
				assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
				assertThat(response.statusCode()).isEqualTo(200);
				if (i % 4 == 3) {
					assertThat(new String(response.body(), StandardCharsets.UTF_8))
						.isEqualTo("{\"hello\":\"" + i + "\"}");
				}
				else {
					assertThat(TestFiles.sha256(response.body())).isEqualTo(hash("file"));
				}
			}
			String whoami = client
				.sendAsync(HttpRequest.newBuilder(URI.create(application.url("/whoami"))).build(),
						BodyHandlers.ofString())
				.join()
				.body();
			assertThat(WhoAmI.parse(whoami).scheme()).isEqualTo("https");
			assertNotHandedOver(WhoAmI.parse(whoami), KtlsFallbackReason.APPLICATION_PROTOCOL);
			if (this.variant.isOffloading()) {
				assertThat(application.statistics().getHandovers()).isZero();
				assertThat(application.statistics().getFilesByChunks()).isEqualTo(PARALLEL * 3 / 4);
			}
		}
	}

	@Test
	void http2IsServedToCurl(@TempDir Path downloads) {
		try (RunningApplication application = startAnother("server.http2.enabled=true")) {
			List<String> arguments = new ArrayList<>(
					List.of("--parallel", "--write-out", "%{http_version} %{http_code}\\n"));
			for (int i = 0; i < PARALLEL; i++) {
				arguments.addAll(List.of("--output", downloads.resolve("file-" + i).toString(),
						application.url((i % 2 == 0) ? "/static/file" : "/hello?name=" + i)));
			}
			assertThat(new Curl("--http2").text(arguments.toArray(String[]::new)).lines()).hasSize(PARALLEL)
				.containsOnly("2 200");
			for (int i = 0; i < PARALLEL; i++) {
				Path download = downloads.resolve("file-" + i);
				if (i % 2 == 0) {
					assertThat(TestFiles.sha256(download)).isEqualTo(hash("file"));
				}
				else {
					assertThat(download).hasContent("{\"hello\":\"" + i + "\"}");
				}
			}
			WhoAmI connection = WhoAmI.parse(new Curl("--http2").text(application.url("/whoami")));
			assertNotHandedOver(connection, KtlsFallbackReason.APPLICATION_PROTOCOL);
		}
	}

	@Test
	void whenHttp2IsEnabledHttp11IsHandedOver() throws IOException {
		try (RunningApplication application = startAnother("server.http2.enabled=true")) {
			try (HttpsConnection connection = HttpsConnection.open(application.port(), ClientTls.anonymous(),
					(parameters) -> parameters.setApplicationProtocols(new String[] { "http/1.1" }))) {
				assertFileArrives(connection);
				assertHandedOver(WhoAmI.on(connection));
			}
			assertConnections(application, 1);
		}
	}

	// Compression

	@Test
	void compressedAndOtherResponsesShareAConnection() throws IOException {
		String mimeTypes = "server.compression.mime-types=text/plain,application/json";
		try (RunningApplication application = startAnother("server.compression.enabled=true",
				"server.compression.min-response-size=1KB", mimeTypes);
				HttpsConnection connection = HttpsConnection.open(application.port())) {
			String accept = "Accept-Encoding: gzip";
			for (int i = 0; i < 2; i++) {
				Response json = connection.get("/hello?name=" + "n".repeat(2000), accept);
				assertThat(json.header("Content-Encoding")).isEqualTo("gzip");
				assertThat(gunzip(json.body())).asString().isEqualTo("{\"hello\":\"" + "n".repeat(2000) + "\"}");
				for (String path : List.of("/static/file.txt", "/entity/file.txt", "/resource/file.txt")) {
					Response file = connection.get(path, accept);
					assertThat(file.header("Content-Encoding")).as(path).isEqualTo("gzip");
					assertThat(TestFiles.sha256(gunzip(file.body()))).as(path).isEqualTo(hash("file.txt"));
				}
				Response random = connection.get("/static/file", accept);
				assertThat(random.header("Content-Encoding")).isEmpty();
				assertThat(random.header("Content-Length")).isEqualTo(String.valueOf(SIZE));
				assertThat(random.sha256()).isEqualTo(hash("file"));
			}
			assertHandedOver(WhoAmI.on(connection));
			assertConnections(application, 1);
			if (this.variant.isOffloading()) {
				assertThat(application.statistics().getFilesByChunks()).isEqualTo(6);
				assertThat(application.statistics().getFilesBySendfile()).isEqualTo(2);
			}
		}
	}

	private static byte[] gunzip(byte[] bytes) throws IOException {
		try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
			return in.readAllBytes();
		}
	}

	// WebSocket

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void webSocketEchoesFramesOfEverySize(boolean afterFile) throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			if (afterFile) {
				assertFileArrives(connection);
				assertHandedOver(WhoAmI.on(connection));
			}
			WebSocketFrames.upgrade(connection);
			for (int size : new int[] { 1, 125, 126, 16_384, 65_535, 65_536 }) {
				String text = "w".repeat(size);
				connection
					.send(WebSocketFrames.ofClient(WebSocketFrames.TEXT, text.getBytes(StandardCharsets.US_ASCII)));
				assertThat(WebSocketFrames.receive(connection, WebSocketFrames.TEXT)).asString().isEqualTo(text);
			}
			connection.send(WebSocketFrames.ofClient(9, new byte[] { 'p' }));
			assertThat(WebSocketFrames.receive(connection, 10)).containsExactly('p');
			connection.send(WebSocketFrames.ofClient(WebSocketFrames.CLOSE, new byte[] { 3, (byte) 232 }));
			assertThat(WebSocketFrames.receive(connection, WebSocketFrames.CLOSE)).containsExactly(3, 232);
			assertThat(connection.read()).isEqualTo(-1);
		}
		if (this.variant.isOffloading()) {
			assertThat(filesBySendfile()).isEqualTo(before + (afterFile ? 1 : 0));
		}
	}

	@Test
	void webSocketServesJavaClient() throws Exception {
		CompletableFuture<String> received = new CompletableFuture<>();
		CompletableFuture<Integer> closed = new CompletableFuture<>();
		WebSocket socket = HttpClient.newBuilder()
			.sslContext(ClientTls.anonymous())
			.build()
			.newWebSocketBuilder()
			.buildAsync(URI.create(url("/ws").replace("https", "wss")), new WebSocket.Listener() {

				private final StringBuilder text = new StringBuilder();

				@Override
				public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
					this.text.append(data);
					if (last) {
						received.complete(this.text.toString());
					}
					webSocket.request(1);
					return CompletableFuture.completedStage(null);
				}

				@Override
				public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
					closed.complete(statusCode);
					return CompletableFuture.completedStage(null);
				}

			})
			.get(60, TimeUnit.SECONDS);
		socket.sendText("a".repeat(20_000), false).get(60, TimeUnit.SECONDS);
		socket.sendText("b".repeat(20_000), true).get(60, TimeUnit.SECONDS);
		assertThat(received.get(60, TimeUnit.SECONDS)).isEqualTo("a".repeat(20_000) + "b".repeat(20_000));
		socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(60, TimeUnit.SECONDS);
		assertThat(closed.get(60, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
	}

	// Server-sent events

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void eventsArriveAndConnectionGoesOn(boolean afterFile) throws IOException {
		try (HttpsConnection connection = connect()) {
			if (afterFile) {
				assertFileArrives(connection);
			}
			assertThat(connection.get("/events?count=3").text())
				.isEqualTo("data:event-0\n\ndata:event-1\n\ndata:event-2\n\n");
			assertFileArrives(connection);
			assertHandedOver(WhoAmI.on(connection));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenClientLeavesEventsStop(boolean afterFile) throws IOException {
		try (RunningApplication application = startAnother();
				HttpsConnection observer = HttpsConnection.open(application.port())) {
			HttpsConnection connection = HttpsConnection.open(application.port());
			if (afterFile) {
				assertFileArrives(connection);
			}
			connection.send("GET", "/events?count=1000000");
			connection.receiveHead();
			connection.receiveUntil("event-3");
			assertThat(observer.get("/event-streams").text()).isEqualTo("1");
			connection.close();
			await().untilAsserted(() -> assertThat(observer.get("/event-streams").text()).isEqualTo("0"));
			if (this.variant.isOffloading()) {
				boolean onHandshake = this.variant == Variant.ON_HANDSHAKE;
				await().untilAsserted(
						() -> assertThat(application.statistics().getActive()).isEqualTo(onHandshake ? 1 : 0));
				assertConnections(application, (onHandshake ? 1 : 0) + ((onHandshake || afterFile) ? 1 : 0));
			}
		}
	}

	// Uploads

	@ParameterizedTest
	@ValueSource(ints = { 1, 16_384, 65_537, SIZE, 64 * SIZE })
	void uploadArrivesByteForByte(int size, @TempDir Path directory) {
		Path upload = TestFiles.random(directory.resolve("upload"), size);
		String expected = size + ":" + TestFiles.sha256(upload);
		String data = "@" + upload;
		Curl curl = new Curl("--http1.1", "--header", "Content-Type: application/octet-stream");
		for (String header : List.of("Expect:", "Expect: 100-continue", "Transfer-Encoding: chunked")) {
			assertThat(curl.text("--header", header, "--data-binary", data, url("/upload"))).as(header)
				.isEqualTo(expected);
		}
	}

	@Test
	void uploadsAndFilesShareAConnection() throws IOException {
		byte[] body = Files.readAllBytes(files.resolve("file"));
		String expected = SIZE + ":" + hash("file");
		String type = "Content-Type: application/octet-stream";
		try (HttpsConnection connection = connect()) {
			for (int i = 0; i < 2; i++) {
				connection.send("POST", "/upload", type, "Content-Length: " + SIZE);
				connection.send(body);
				assertThat(connection.receive("POST").text()).isEqualTo(expected);
				assertFileArrives(connection);
				connection.send("POST", "/upload", type, "Content-Length: " + SIZE, "Expect: 100-continue");
				assertThat(connection.receiveHead().status()).isEqualTo(100);
				connection.send(body);
				assertThat(connection.receive("POST").text()).isEqualTo(expected);
				connection.send("POST", "/upload", type, "Transfer-Encoding: chunked");
				connection.send((Integer.toHexString(SIZE) + "\r\n").getBytes(StandardCharsets.US_ASCII));
				connection.send(body);
				connection.send("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
				assertThat(connection.receive("POST").text()).isEqualTo(expected);
				assertFileArrives(connection);
			}
			assertHandedOver(WhoAmI.on(connection));
		}
	}

	// Connections

	@Test
	void whenServerStopsDownloadIsCompleted() throws Exception {
		RunningApplication application = startAnother("server.shutdown=graceful",
				"spring.lifecycle.timeout-per-shutdown-phase=60s");
		try (HttpsConnection connection = HttpsConnection.open(application.port())) {
			connection.send("GET", "/static/large");
			Response head = connection.receiveHead();
			connection.await();
			int port = application.port();
			CompletableFuture<Void> stopped = CompletableFuture.runAsync(application::close);
			await().untilAsserted(() -> assertThatException().isThrownBy(() -> HttpsConnection.open(port).close()));
			assertThat(stopped).isNotDone();
			assertThat(TestFiles.sha256(connection.receiveBody(head))).isEqualTo(hash("large"));
			assertThat(connection.read()).isEqualTo(-1);
			stopped.get(60, TimeUnit.SECONDS);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	void whenConnectionIsIdleItIsClosedProperly(String version) throws IOException {
		try (RunningApplication application = startAnother("server.netty.idle-timeout=1s");
				RecordingProxy proxy = RecordingProxy.start(application.port());
				HttpsConnection connection = HttpsConnection.open(proxy.port(), ClientTls.anonymous(),
						(parameters) -> parameters.setProtocols(new String[] { version }))) {
			assertFileArrives(connection);
			assertThat(connection.read()).isEqualTo(-1);
			assertThatLastRecordIsAlert(proxy, version);
			assertConnections(application, 1);
		}
	}

	@Test
	void whenConnectionHasHadItsRequestsItIsClosedProperly() throws IOException {
		try (RunningApplication application = startAnother("server.netty.max-keep-alive-requests=3");
				RecordingProxy proxy = RecordingProxy.start(application.port());
				HttpsConnection connection = HttpsConnection.open(proxy.port())) {
			for (int i = 0; i < 3; i++) {
				Response response = connection.get("/static/file");
				assertThat(response.sha256()).isEqualTo(hash("file"));
				assertThat(response.header("Connection")).isEqualTo((i == 2) ? "close" : "");
			}
			assertThat(connection.read()).isEqualTo(-1);
			assertThatLastRecordIsAlert(proxy, "TLSv1.3");
			assertConnections(application, 1);
		}
	}

	private static void assertThatLastRecordIsAlert(RecordingProxy proxy, String version) {
		List<byte[]> records = proxy.recording().fromServer().records();
		byte[] last = records.get(records.size() - 1);
		if (version.equals("TLSv1.2")) {
			assertThat(last[0]).isEqualTo((byte) 21);
		}
		else {
			// Header, alert, content type and authentication tag.
			assertThat(last).hasSize(5 + 2 + 1 + 16);
		}
	}

	@Test
	void keptConnectionServesManyRequests() throws IOException {
		long before = filesBySendfile();
		try (HttpsConnection connection = connect()) {
			for (int i = 0; i < 200; i++) {
				assertThat(connection.get("/hello?name=" + i).text()).isEqualTo("{\"hello\":\"" + i + "\"}");
				if (i % 20 == 0) {
					assertFileArrives(connection);
				}
			}
			assertHandedOver(WhoAmI.on(connection));
		}
		if (this.variant.isOffloading()) {
			assertThat(filesBySendfile()).isEqualTo(before + 10);
		}
	}

	// Observation

	@Test
	void accessLogHasItsLines(CapturedOutput output) throws IOException {
		try (RunningApplication application = startCustomized((server) -> server.accessLog(true));
				HttpsConnection connection = HttpsConnection.open(application.port())) {
			assertFileArrives(connection);
			connection.get("/static/file", "Range: bytes=0-99");
			connection.get("/hello?name=log");
			connection.get("/static/missing");
			connection.get("/plain/file");
			await().untilAsserted(() -> {
				assertAccess(output, "GET /static/file HTTP/1.1\" 200 " + SIZE);
				assertAccess(output, "GET /static/file HTTP/1.1\" 206 100");
				assertAccess(output, "GET /hello\\?name=log HTTP/1.1\" 200 15");
				assertAccess(output, "GET /static/missing HTTP/1.1\" 404 [0-9]+");
				assertAccess(output, "GET /plain/file HTTP/1.1\" 200 " + SIZE);
			});
			assertConnections(application, 1);
		}
	}

	private static void assertAccess(CapturedOutput output, String request) {
		assertThat(output.getAll()).containsPattern(
				Pattern.compile("127\\.0\\.0\\.1 - - \\[[^]]+\\] \"" + request + " [0-9]+$", Pattern.MULTILINE));
	}

	@Test
	void metricsAreRecorded() throws IOException {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		Metrics.addRegistry(registry);
		try (RunningApplication application = startCustomized((server) -> server.metrics(true, (uri) -> uri));
				HttpsConnection connection = HttpsConnection.open(application.port())) {
			assertFileArrives(connection);
			connection.get("/text?size=1000");
			await().untilAsserted(() -> {
				assertThat(registry.get("reactor.netty.http.server.response.time")
					.tag("uri", "/static/file")
					.tag("status", "200")
					.timer()
					.count()).isOne();
				assertThat(sent(registry, "/text")).isEqualTo(1000);
				assertThat(sent(registry, "/static/file")).isEqualTo(SIZE);
			});
			assertConnections(application, 1);
		}
		finally {
			Metrics.removeRegistry(registry);
			registry.close();
		}
	}

	private static double sent(SimpleMeterRegistry registry, String uri) {
		DistributionSummary summary = registry.get("reactor.netty.http.server.data.sent").tag("uri", uri).summary();
		return summary.totalAmount();
	}

	@Test
	void wiretapWorks(CapturedOutput output) throws IOException {
		try (RunningApplication application = startCustomized((server) -> server.wiretap(true),
				"logging.level.reactor.netty.http.server=DEBUG");
				HttpsConnection connection = HttpsConnection.open(application.port())) {
			Response file = connection.get("/static/file.txt");
			assertThat(file.sha256()).isEqualTo(hash("file.txt"));
			assertThat(connection.get("/hello?name=tap").text()).isEqualTo("{\"hello\":\"tap\"}");
			assertHandedOver(WhoAmI.on(connection));
			assertConnections(application, 1);
		}
		assertThat(output.getAll()).contains("GET /static/file", "HTTP/1.1 200 OK", "WRITE: ")
			.doesNotContain("Exception");
	}

}
