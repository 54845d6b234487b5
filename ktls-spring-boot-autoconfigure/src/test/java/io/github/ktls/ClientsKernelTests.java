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
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.ClientProcess;
import io.github.ktls.test.Curl;
import io.github.ktls.test.JavaClient;
import io.github.ktls.test.Jdks;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.OpenSslClient;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsStatDelta;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that people use, each with its own TLS, download and upload, change keys where
 * they can, and get and deliver every byte.
 */
@Tag("kernel")
class ClientsKernelTests {

	private static final int LARGE_SIZE = 100 * 1024 * 1024;

	/** Small enough that what is on its way of it is less than 32 records. */
	private static final int PIECE_SIZE = 256 * 1024;

	private static final int PIECES = LARGE_SIZE / PIECE_SIZE;

	/** Little, as gnutls-cli reads its input byte by byte. */
	private static final int GNUTLS_SIZE = 512 * 1024;

	private static final List<Integer> JDK_RELEASES = List.of(17, 25);

	@TempDir
	static Path files;

	@TempDir
	static Path keys;

	private static String[] certificate = {};

	private static String largeHash = "";

	private static String pieceHash = "";

	private static String uploaded = "";

	@BeforeAll
	static void makeFiles() throws IOException {
		largeHash = makeFile("large", LARGE_SIZE);
		pieceHash = makeFile("piece", PIECE_SIZE);
		uploaded = LARGE_SIZE + ":" + largeHash;
		Certificates certificates = Certificates.create("EC", "localhost");
		certificate = new String[] { "server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys) };
	}

	// It ends with a line, as gnutls-cli prints no less.
	private static String makeFile(String name, int size) throws IOException {
		Path file = TestFiles.random(files.resolve(name), size - 1L);
		return TestFiles.sha256(Files.writeString(file, "\n", StandardOpenOption.APPEND));
	}

	// A JDK that is not there is no failure, as distributions have few, but is told of.
	@BeforeAll
	static void tellOfJdks(TestReporter reporter) {
		Map<Integer, Path> found = Jdks.find();
		JDK_RELEASES.forEach((release) -> reporter.publishEntry("JDK " + release,
				found.containsKey(release) ? found.get(release).toString()
						: "NOT FOUND, SO IT IS NOT TESTED AS A CLIENT; name its directory in KTLS_TEST_JDKS"));
	}

	static Stream<Arguments> versionsAndArms() {
		return Stream.of("1.3", "1.2")
			.flatMap((version) -> Stream.of(KernelArm.values()).map((arm) -> Arguments.of(version, arm)));
	}

	static Stream<Arguments> jdksAndArms() {
		int running = Runtime.version().feature();
		return Jdks.find()
			.keySet()
			.stream()
			.filter((release) -> release == running || JDK_RELEASES.contains(release))
			.flatMap((release) -> Stream.of(KernelArm.values()).map((arm) -> Arguments.of(release, arm)));
	}

	// Java

	@ParameterizedTest(name = "JDK {0} {1}")
	@MethodSource("jdksAndArms")
	void whenJavaTransfersLargeFilesEveryByteArrives(int jdk, KernelArm arm) {
		for (String version : new String[] { "TLSv1.3", "TLSv1.2" }) {
			try (Server server = Server.start(arm)) {
				assertThat(java(jdk, version, JavaClient.NO_KEY_LIMIT).exchange(server.port(),
						List.of("/static/large", "POST " + files.resolve("large"), "/static/large")))
					.containsExactly(largeHash, uploaded, largeHash);
				server.assertConnections(1, 2);
			}
		}
	}

	@ParameterizedTest(name = "JDK {0} {1}")
	@MethodSource("jdksAndArms")
	void whenJavaChangesKeysBetweenAndDuringDownloadsEveryByteArrives(int jdk, KernelArm arm) {
		try (Server server = Server.start(arm)) {
			assertThat(
					java(jdk, "TLSv1.3", "2^20").exchange(server.port(), Collections.nCopies(PIECES, "/static/piece")))
				.isEqualTo(Collections.nCopies(PIECES, pieceHash));
			assertThat(server.statistics().getFilesBySendfile()).isGreaterThanOrEqualTo(PIECES);
			server.assertKeysChangedOrReconnected(PIECES / 8);
		}
	}

	@ParameterizedTest(name = "JDK {0} {1}")
	@MethodSource("jdksAndArms")
	void whenJavaChangesKeysDuringUploadsEveryByteArrives(int jdk, KernelArm arm) {
		try (Server server = Server.start(arm)) {
			String post = "POST " + files.resolve("large");
			assertThat(java(jdk, "TLSv1.3", "2^20").exchange(server.port(),
					List.of("/static/piece", post, "/static/piece", post, "/static/piece")))
				.containsExactly(pieceHash, uploaded, pieceHash, uploaded, pieceHash);
			server.assertKeysChangedOrReconnected(2);
			if (arm.receive()) {
				assertThat(server.kernel().of("TlsRxRekeyOk")).isGreaterThan(100);
			}
		}
	}

	private static JavaClient java(int jdk, String protocol, String keyLimit) {
		return new JavaClient(Objects.requireNonNull(Jdks.find().get(jdk)), protocol, keyLimit, keys);
	}

	// curl

	@ParameterizedTest(name = "TLS {0} {1}")
	@MethodSource("versionsAndArms")
	void whenCurlTransfersLargeFilesEveryByteArrives(String version, KernelArm arm, @TempDir Path directory) {
		String[] tls = { "--tlsv" + version, "--tls-max", version };
		try (Server server = Server.start(arm)) {
			String url = "https://localhost:" + server.port();
			Path received = directory.resolve("received");
			String answer = new Curl(tls).text("--output", received.toString(), url + "/static/large", "--next",
					"--silent", "--show-error", "--insecure", tls[0], tls[1], tls[2], "--request", "POST",
					"--upload-file", files.resolve("large").toString(), url + "/upload");
			assertThat(answer).isEqualTo(uploaded);
			assertThat(TestFiles.sha256(received)).isEqualTo(largeHash);
			server.assertConnections(1, 1);
		}
	}

	// GnuTLS

	@ParameterizedTest(name = "TLS {0} {1}")
	@MethodSource("versionsAndArms")
	void whenGnuTlsTransfersLargeFilesEveryByteArrives(String version, KernelArm arm) throws IOException {
		String lines = lines(GNUTLS_SIZE);
		try (Server server = Server.start(arm); ClientProcess client = gnuTls(server, version)) {
			client.write(TlsClient.request("/static/large"));
			assertThat(client.receive().sha256()).isEqualTo(largeHash);
			client.write(post("/upload", lines.length()));
			client.write(lines);
			client.write(TlsClient.request("/static/large"));
			assertUploaded(client.receive(), lines);
			assertThat(client.receive().sha256()).isEqualTo(largeHash);
			server.assertConnections(1, 2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenGnuTlsChangesKeysBetweenResponsesEveryByteArrives(KernelArm arm) throws IOException {
		int changes = 50;
		try (Server server = Server.start(arm); ClientProcess client = gnuTls(server, "1.3")) {
			client.write(TlsClient.request("/static/piece"));
			assertThat(client.receive().sha256()).isEqualTo(pieceHash);
			for (int i = 0; i < changes; i++) {
				client.write("^rekey1^\n" + TlsClient.request("/static/piece"));
				assertThat(client.receive().sha256()).isEqualTo(pieceHash);
			}
			server.assertKeysReceived(changes, 0, 0);
			client.write("^rekey^\n");
			if (TlsStatDelta.canRekey()) {
				for (int i = 1; i < changes; i++) {
					client.write(TlsClient.request("/static/piece"));
					assertThat(client.receive().sha256()).isEqualTo(pieceHash);
					client.write("^rekey^\n");
				}
				client.write(TlsClient.request("/static/large"));
				assertThat(client.receive().sha256()).isEqualTo(largeHash);
				server.assertKeysReceived(2L * changes, changes, changes);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
				assertThat(server.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isOne();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenGnuTlsChangesKeysDuringUploadEveryByteArrives(KernelArm arm) throws IOException {
		int changes = 32;
		String block = lines(GNUTLS_SIZE / changes);
		try (Server server = Server.start(arm); ClientProcess client = gnuTls(server, "1.3")) {
			client.write(TlsClient.request("/static/piece"));
			assertThat(client.receive().sha256()).isEqualTo(pieceHash);
			client.write(post("/upload", changes * block.length()));
			for (int i = 0; i < changes; i++) {
				client.write((i % 2 == 0) ? "^rekey^\n" : "^rekey1^\n");
				client.write(block);
			}
			if (TlsStatDelta.canRekey()) {
				client.write(TlsClient.request("/static/large"));
				assertUploaded(client.receive(), block.repeat(changes));
				assertThat(client.receive().sha256()).isEqualTo(largeHash);
				server.assertKeysReceived(changes, 1, changes / 2);
			}
			else {
				assertUploaded(client.receive(), block.repeat(changes));
				assertThat(client.isAtEnd()).isTrue();
				assertThat(server.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isOne();
			}
		}
	}

	private static ClientProcess gnuTls(Server server, String version) {
		return ClientProcess.gnuTls(server.port(), "NORMAL:-VERS-ALL:+VERS-TLS" + version);
	}

	// OpenSSL

	@ParameterizedTest
	@EnumSource
	void whenOpenSslChangesKeysBetweenResponsesEveryByteArrives(KernelArm arm) throws IOException {
		int changes = 50;
		try (Server server = Server.start(arm);
				OpenSslClient client = OpenSslClient.connect(server.port(), "-tls1_3")) {
			assertThat(client.get("/static/piece").sha256()).isEqualTo(pieceHash);
			for (int i = 0; i < changes; i++) {
				client.keyUpdate('k');
				assertThat(client.get("/static/piece").sha256()).isEqualTo(pieceHash);
			}
			server.assertKeysReceived(changes, 0, 0);
			client.keyUpdate('K');
			if (TlsStatDelta.canRekey()) {
				for (int i = 1; i < changes; i++) {
					assertThat(client.get("/static/piece").sha256()).isEqualTo(pieceHash);
					client.keyUpdate('K');
				}
				assertThat(client.get("/static/large").sha256()).isEqualTo(largeHash);
				server.assertKeysReceived(2L * changes, changes, changes);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
				assertThat(server.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isOne();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenOpenSslChangesKeysDuringDownloadEveryByteArrives(KernelArm arm) throws IOException {
		try (Server server = Server.start(arm);
				OpenSslClient client = OpenSslClient.connect(server.port(), "-tls1_3")) {
			assertThat(client.get("/static/piece").sha256()).isEqualTo(pieceHash);
			AtomicBoolean sent = new AtomicBoolean();
			client.send("/static/large");
			assertThat(client.receive(() -> {
				if (!sent.getAndSet(true)) {
					client.startKeyUpdate('K');
				}
			}).sha256()).isEqualTo(largeHash);
			if (TlsStatDelta.canRekey()) {
				assertThat(client.get("/static/large").sha256()).isEqualTo(largeHash);
				server.assertKeysReceived(1, 1, 1);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
				assertThat(server.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isOne();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenOpenSslChangesKeysWhileBothSendEveryByteArrives(KernelArm arm) throws IOException {
		int blocks = 60;
		try (Server server = Server.start(arm);
				OpenSslClient client = OpenSslClient.connect(server.port(), "-tls1_3")) {
			assertThat(client.get("/static/piece").sha256()).isEqualTo(pieceHash);
			client.sendText(post("/echo", blocks * PIECE_SIZE));
			for (int i = 0; i < blocks; i++) {
				String block = lines(PIECE_SIZE, i);
				client.sendText(block);
				if (i == 0) {
					assertThat(client.receiveHead()).startsWith("HTTP/1.1 200 ");
				}
				assertThat(client.receiveText(block.length())).isEqualTo(block);
				if (i % 2 == 0) {
					client.keyUpdate((i % 4 == 0) ? 'K' : 'k');
				}
			}
			if (TlsStatDelta.canRekey()) {
				assertThat(client.get("/static/large").sha256()).isEqualTo(largeHash);
				server.assertKeysReceived(blocks / 2, blocks / 4, blocks / 4);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
				assertThat(server.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isOne();
			}
		}
	}

	// Node

	@ParameterizedTest(name = "TLS {0} {1}")
	@MethodSource("versionsAndArms")
	void whenNodeTransfersLargeFilesAlsoInResumedSessionEveryByteArrives(String version, KernelArm arm)
			throws IOException, URISyntaxException {
		Path script = Path.of(Objects.requireNonNull(ClientsKernelTests.class.getResource("client.js")).toURI());
		try (Server server = Server.start(arm);
				ClientProcess client = ClientProcess.start("nodejs",
						List.of("node", script.toString(), Integer.toString(server.port()), "TLSv" + version,
								"/static/large", files.resolve("large").toString()))) {
			assertThat(client.lines()).containsExactly("new", largeHash, uploaded, largeHash, "1 connection", "resumed",
					largeHash, uploaded, largeHash, "1 connection");
			server.assertConnections(2, 4);
		}
	}

	// What goes through the input of a client has lines, of which none is a command.
	private static String lines(int length) {
		return lines(length, 0);
	}

	private static String lines(int length, int seed) {
		byte[] bytes = new byte[length / 2];
		new Random(seed).nextBytes(bytes);
		StringBuilder lines = new StringBuilder(HexFormat.of().formatHex(bytes));
		for (int i = 63; i < lines.length(); i += 64) {
			lines.setCharAt(i, '\n');
		}
		return lines.toString();
	}

	private static String post(String path, int length) {
		return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n";
	}

	private static void assertUploaded(TlsClient.Response response, String text) {
		String expected = text.length() + ":" + TestFiles.sha256(text.getBytes(StandardCharsets.US_ASCII));
		assertThat(response.sha256()).isEqualTo(TestFiles.sha256(expected.getBytes(StandardCharsets.US_ASCII)));
	}

	/**
	 * An application, and what the kernel has counted since it runs.
	 */
	private static final class Server implements AutoCloseable {

		private final KernelArm arm;

		private final RunningApplication application;

		private final TlsStatDelta kernel;

		private Server(KernelArm arm, RunningApplication application) {
			this.arm = arm;
			this.application = application;
			this.kernel = TlsStatDelta.start();
		}

		static Server start(KernelArm arm) {
			return new Server(arm, RunningApplication.start(files, arm.propertiesAnd(certificate)));
		}

		int port() {
			return this.application.port();
		}

		KtlsStatistics statistics() {
			return this.application.statistics();
		}

		TlsStatDelta kernel() {
			return this.kernel;
		}

		void assertConnections(long connections, long files) {
			assertThat(statistics().getHandovers()).isEqualTo(connections);
			assertThat(this.kernel.of("TlsTxSw")).isEqualTo(connections);
			assertThat(this.kernel.of("TlsRxSw")).isEqualTo(this.arm.receive() ? connections : 0);
			assertThat(statistics().getFilesBySendfile()).isEqualTo(files);
			assertThat(statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isZero();
			assertNoErrors();
		}

		// The client's exact number of KeyUpdates, and how many of ours are right: one
		// can answer several.
		void assertKeysReceived(long received, long atLeastSent, long atMostSent) {
			assertThat(statistics().getHandovers()).isOne();
			assertThat(statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isZero();
			assertThat(this.kernel.of("TlsTxRekeyOk")).isBetween(atLeastSent, atMostSent);
			assertThat(this.kernel.of("TlsRxRekeyReceived")).isEqualTo(this.arm.receive() ? received : 0);
			assertThat(this.kernel.of("TlsRxRekeyOk")).isEqualTo(this.arm.receive() ? received : 0);
			assertNoErrors();
		}

		void assertKeysChangedOrReconnected(long times) {
			if (TlsStatDelta.canRekey()) {
				assertThat(statistics().getHandovers()).isOne();
				assertThat(statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isZero();
				assertThat(this.kernel.of("TlsTxRekeyOk")).isGreaterThanOrEqualTo(times);
			}
			else {
				assertThat(statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isGreaterThanOrEqualTo(times);
				assertThat(statistics().getHandovers()).isBetween(
						statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE),
						statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE) + 1);
			}
			assertNoErrors();
		}

		private void assertNoErrors() {
			for (String error : List.of("TlsTxRekeyError", "TlsRxRekeyError", "TlsDecryptError")) {
				assertThat(this.kernel.of(error)).as(error).isZero();
			}
		}

		@Override
		public void close() {
			this.application.close();
		}

	}

}
