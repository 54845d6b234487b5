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
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.TlsStat;
import io.github.ktls.netty.Activation;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsClient.Sending;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * With {@code receive} the kernel reads, too.
 */
@Tag("kernel")
class ReceiveKernelTests {

	private static final int SIZE = 300_000;

	private static final int LARGE_SIZE = 8 * 1024 * 1024;

	private static final long HUGE_SIZE = 1024L * 1024 * 1024;

	@TempDir
	static Path files;

	@TempDir
	static Path directory;

	private static String hash = "";

	private static String largeHash = "";

	private static Certificates certificates;

	@BeforeAll
	static void makeFiles() throws IOException {
		hash = TestFiles.sha256(TestFiles.random(files.resolve("file"), SIZE));
		largeHash = TestFiles.sha256(TestFiles.random(files.resolve("large"), LARGE_SIZE));
		certificates = Certificates.create("EC", "localhost");
	}

	static Stream<CipherSuite> suites() {
		return Arrays.stream(CipherSuite.values())
			.filter((suite) -> suite.version() == ProtocolVersion.TLS_1_3 || suite.name().contains("ECDHE_ECDSA"));
	}

	static Stream<KernelArm> receiving() {
		return Stream.of(KernelArm.values()).filter(KernelArm::receive);
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
					new Socket(), sending)) {
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

	@ParameterizedTest
	@MethodSource("suites")
	void whateverTheSuiteIsEveryByteOfAnUploadArrives(CipherSuite suite) throws IOException {
		byte[] body = Files.readAllBytes(files.resolve("large"));
		try (KernelServer server = KernelServer.start(KernelArm.RECEIVING_ON_HANDSHAKE, files,
				"server.ssl.ciphers=" + suite.name());
				HttpsConnection client = HttpsConnection.open(server.port(), ClientTls.anonymous(), (parameters) -> {
					parameters.setProtocols(new String[] { suite.version().jsseName() });
					parameters.setCipherSuites(new String[] { suite.name() });
				})) {
			assertThat(client.cipherSuite()).isEqualTo(suite.name());
			for (int i = 0; i < 3; i++) {
				client.send("POST", "/upload", "Content-Type: application/octet-stream",
						"Content-Length: " + body.length);
				client.send(body);
				assertThat(client.receive("POST").text()).isEqualTo(body.length + ":" + largeHash);
				assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
			}
			assertReceived(server, 1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "1.3", "1.2" })
	void whenUploadIsHugeEveryByteArrives(String version) {
		Path huge = TestFiles.sparse(files.resolve("huge"), HUGE_SIZE);
		try (KernelServer server = KernelServer.start(KernelArm.RECEIVING_ON_HANDSHAKE, files)) {
			Curl curl = new Curl("--tlsv" + version, "--tls-max", version);
			assertThat(curl.text("--request", "POST", "--upload-file", huge.toString(),
					"https://localhost:" + server.port() + "/upload"))
				.isEqualTo(HUGE_SIZE + ":" + TestFiles.sha256(huge));
			assertReceived(server, 1);
		}
		finally {
			huge.toFile().delete();
		}
	}

	@ParameterizedTest
	@MethodSource("receiving")
	void whenNobodyTakesTheUploadClientHasToWait(KernelArm arm) throws Exception {
		byte[] body = Files.readAllBytes(files.resolve("large"));
		int times = 8;
		try (KernelServer server = KernelServer.start(arm, files);
				HttpsConnection client = HttpsConnection.open(server.port())) {
			assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
			AtomicInteger sent = new AtomicInteger();
			client.send("POST", "/held-upload", "Content-Type: application/octet-stream",
					"Content-Length: " + (long) times * body.length);
			CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
				byte[] block = new byte[16 * 1024];
				for (int i = 0; i < times * body.length / block.length; i++) {
					System.arraycopy(body, (i * block.length) % body.length, block, 0, block.length);
					try {
						client.send(block);
					}
					catch (IOException ex) {
						throw new UncheckedIOException(ex);
					}
					sent.addAndGet(block.length);
				}
			});
			// It either stands still or gets to its end, which it must not.
			AtomicInteger last = new AtomicInteger(-1);
			await().pollInterval(Duration.ofSeconds(1))
				.atMost(Duration.ofMinutes(2))
				.until(() -> sending.isDone() || sent.get() == last.getAndSet(sent.get()));
			assertThat(sending).isNotDone();
			assertThat(sent.get()).isLessThan(times * body.length / 2);
			try (TlsClient other = TlsClient.connect(KernelServer.clientContext(), "TLSv1.3", server.port())) {
				assertThat(other.get("/hello").status()).isEqualTo(200);
				assertThat(other.get("/release").status()).isEqualTo(200);
			}
			sending.get();
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			for (int i = 0; i < times; i++) {
				digest.update(body);
			}
			assertThat(client.receive("POST").text())
				.isEqualTo(times * body.length + ":" + HexFormat.of().formatHex(digest.digest()));
			assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
			assertThat(server.warnings()).isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("receiving")
	void whenManyUploadAndSomeVanishTheOthersGetThroughAndNothingIsLeft(KernelArm arm) throws Exception {
		byte[] body = Files.readAllBytes(files.resolve("file"));
		SSLContext context = KernelServer.clientContext();
		try (KernelServer server = KernelServer.start(arm, files)) {
			// Once for what is made on first use and kept.
			load(server, context, body);
			long descriptors = descriptors();
			load(server, context, body);
			await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(descriptors));
			// Of a client that has vanished Spring and Reactor tell, whoever does TLS.
			assertThat(server.warnings())
				.allMatch((warning) -> warning.contains("500 Server Error for HTTP POST \"/upload\"")
						|| warning.contains("onErrorDropped"))
				.allMatch((warning) -> warning.endsWith("Connection reset by peer")
						|| warning.endsWith("Connection has been closed"));
			assertThat(server.statistics().getReceiveHandovers()).isEqualTo(server.statistics().getHandovers());
		}
	}

	private static void load(KernelServer server, SSLContext context, byte[] body) throws Exception {
		String text = new String(body, StandardCharsets.ISO_8859_1);
		String head = "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
				+ "Content-Length: " + body.length + "\r\n\r\n";
		String answer = TestFiles.sha256((body.length + ":" + hash).getBytes(StandardCharsets.US_ASCII));
		ExecutorService executor = Executors.newFixedThreadPool(16);
		try {
			List<Callable<Void>> clients = new ArrayList<>();
			for (int i = 0; i < 64; i++) {
				int number = i;
				clients.add(() -> {
					Socket socket = new Socket();
					String protocol = (number % 2 == 0) ? "TLSv1.3" : "TLSv1.2";
					TlsClient client = TlsClient.connect(context, protocol, server.port(), socket, Sending.AS_WRITTEN);
					assertFile(client.get("/static/file"));
					if (number % 4 < 2) {
						for (int j = 0; j < 3; j++) {
							client.send(head + text);
							assertThat(client.receive().sha256()).isEqualTo(answer);
						}
						client.close();
					}
					else {
						client.send(head + text.substring(0, number * 1000));
						// A part of a record, and then nothing, or a reset.
						socket.getOutputStream().write(new byte[] { 23, 3, 3, 1, 0, 1, 2, 3 });
						socket.setSoLinger(number % 8 < 4, 0);
						socket.close();
					}
					return null;
				});
			}
			for (Future<Void> future : executor.invokeAll(clients)) {
				future.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
		await().atMost(1, TimeUnit.MINUTES).untilAsserted(() -> {
			assertThat(server.statistics().getActive()).isZero();
			assertThat(TlsStat.read().get("TlsCurrTxSw")).isZero();
			assertThat(TlsStat.read().get("TlsCurrRxSw")).isZero();
		});
	}

	private static long descriptors() throws IOException {
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.count();
		}
	}

	private static void assertReceived(KernelServer server, int connections) {
		assertThat(server.statistics().getReceiveHandovers()).isEqualTo(connections);
		assertThat(server.kernel().of("TlsRxSw")).isEqualTo(connections);
		assertThat(server.kernel().of("TlsDecryptError")).isZero();
		assertThat(server.warnings()).isEmpty();
	}

	@Test
	void whenClientClosesServerClosesToo() throws IOException {
		try (RunningApplication application = start(Activation.ON_HANDSHAKE)) {
			try (TlsClient client = TlsClient.connect(TlsClient.context(certificates), "TLSv1.3", application.port())) {
				assertFile(client.get("/static/file"));
			}
			await().until(() -> application.statistics().getActive() == 0);
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
						"server.ssl.ktls.receive-despite-advisories=true", "server.ssl.ktls.activation=" + activation));
	}

}
