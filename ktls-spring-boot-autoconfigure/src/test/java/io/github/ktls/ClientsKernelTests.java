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

import io.github.ktls.netty.Activation;
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
import static org.awaitility.Awaitility.await;

/**
 * Clients that people use, each with its own TLS, download and upload, change keys where
 * they can, and get and deliver every byte.
 */
@Tag("kernel")
class ClientsKernelTests {

	private static final int HUGE_SIZE = 100 * 1024 * 1024;

	/** More than what can be on its way. */
	private static final int LARGE_SIZE = 24 * 1024 * 1024;

	/** Small enough that what is on its way of it is less than 32 records. */
	private static final int PIECE_SIZE = 256 * 1024;

	private static final int PIECES = LARGE_SIZE / PIECE_SIZE;

	/** Of what goes both ways at once. */
	private static final int BLOCKS = 60;

	private static final int BLOCK_SIZE = 100_000;

	/** Little, as gnutls-cli writes what it receives byte by byte. */
	private static final int SMALL_SIZE = 10_000;

	/** Few, as gnutls-cli takes 8 KeyUpdates of ours in a second and no more. */
	private static final int GNUTLS_CHANGES = 6;

	private static final int GNUTLS_BLOCKS = 2 * GNUTLS_CHANGES;

	/** For clients that change keys more often than anybody would. */
	private static final String MANY_KEY_UPDATES = "server.ssl.ktls.key-update.max-received-per-second=100000";

	private static final List<Integer> JDK_RELEASES = List.of(17, 25);

	@TempDir
	static Path files;

	@TempDir
	static Path keys;

	private static String[] certificate = {};

	private static String hugeHash = "";

	private static String largeHash = "";

	private static String pieceHash = "";

	private static String smallHash = "";

	private static String uploaded = "";

	@BeforeAll
	static void makeFiles() throws IOException {
		hugeHash = makeFile("huge", HUGE_SIZE);
		largeHash = makeFile("large", LARGE_SIZE);
		pieceHash = makeFile("piece", PIECE_SIZE);
		smallHash = makeFile("small", SMALL_SIZE);
		uploaded = LARGE_SIZE + ":" + largeHash;
		Certificates certificates = Certificates.create("EC", "localhost");
		certificate = new String[] { "server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys) };
	}

	// One line, as gnutls-cli prints a line at a time.
	private static String makeFile(String name, int size) throws IOException {
		byte[] bytes = new byte[size];
		new Random(size).nextBytes(bytes);
		for (int i = 0; i < size; i++) {
			if (bytes[i] == '\n') {
				bytes[i] = 0;
			}
		}
		bytes[size - 1] = '\n';
		Files.write(files.resolve(name), bytes);
		return TestFiles.sha256(bytes);
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
			.flatMap((version) -> Stream.of(KernelArm.values())
				.filter((arm) -> version.equals("1.3") || arm.activation() == Activation.ON_FIRST_FILE)
				.map((arm) -> Arguments.of(version, arm)));
	}

	// Each JDK has an arm of each kind, and both together have all.
	static Stream<Arguments> jdksAndArms() {
		int running = Runtime.version().feature();
		return Jdks.find()
			.keySet()
			.stream()
			.filter((release) -> release == running || JDK_RELEASES.contains(release))
			.flatMap((release) -> Stream.of(KernelArm.values())
				.filter((arm) -> (release == running) == (arm
					.receive() == (arm.activation() == Activation.ON_HANDSHAKE)))
				.map((arm) -> Arguments.of(release, arm)));
	}

	// Java

	@ParameterizedTest(name = "JDK {0} {1}")
	@MethodSource("jdksAndArms")
	void whenJavaTransfersLargeFilesEveryByteArrives(int jdk, KernelArm arm) {
		try (Server server = Server.start(arm)) {
			List<String> requests = List.of("/static/large", "POST " + files.resolve("large"), "/static/large");
			assertThat(java(jdk, "TLSv1.3", JavaClient.NO_KEY_LIMIT).exchange(server.port(), requests))
				.containsExactly(largeHash, uploaded, largeHash);
			assertThat(java(jdk, "TLSv1.2", JavaClient.NO_KEY_LIMIT).exchange(server.port(), requests))
				.containsExactly(largeHash, uploaded, largeHash);
			server.assertConnections(2, 4);
		}
	}

	@ParameterizedTest(name = "JDK {0} {1}")
	@MethodSource("jdksAndArms")
	void whenJavaChangesKeysBetweenAndDuringDownloadsEveryByteArrives(int jdk, KernelArm arm) {
		try (Server server = Server.start(arm, MANY_KEY_UPDATES)) {
			assertThat(
					java(jdk, "TLSv1.3", "2^20").exchange(server.port(), Collections.nCopies(PIECES, "/static/piece")))
				.isEqualTo(Collections.nCopies(PIECES, pieceHash));
			assertThat(server.statistics().getFilesBySendfile()).isGreaterThanOrEqualTo(PIECES);
			server.assertKeysChangedOrReconnected(jdk, PIECES / 8, PIECES / 8);
		}
	}

	// Java sends a KeyUpdate for each record that was on its way when it sent the first.
	// So many BoringSSL does not take, so where it reads the connection ends with the
	// response.
	@ParameterizedTest(name = "JDK {0} {1}")
	@MethodSource("jdksAndArms")
	void whenJavaChangesKeysDuringHugeDownloadEveryByteArrives(int jdk, KernelArm arm) {
		try (Server server = Server.start(arm, MANY_KEY_UPDATES)) {
			assertThat(java(jdk, "TLSv1.3", "2^24").exchange(server.port(),
					List.of("/static/huge", "/static/piece", "/static/huge")))
				.containsExactly(hugeHash, pieceHash, hugeHash);
			assertThat(server.statistics().getFilesBySendfile()).isEqualTo(3);
			if (arm.receive()) {
				server.assertKeysChangedOrReconnected(jdk, 10, 2);
			}
			else {
				server.assertReconnected(2, 3);
			}
		}
	}

	@ParameterizedTest(name = "JDK {0} {1}")
	@MethodSource("jdksAndArms")
	void whenJavaChangesKeysDuringUploadsEveryByteArrives(int jdk, KernelArm arm) {
		try (Server server = Server.start(arm, MANY_KEY_UPDATES)) {
			String post = "POST " + files.resolve("large");
			// What comes under a key that the kernel cannot have is lost.
			String answer = (arm.receive() && !TlsStatDelta.canRekey()) ? JavaClient.CUT_OFF : uploaded;
			assertThat(java(jdk, "TLSv1.3", "2^20").exchange(server.port(),
					List.of("/static/piece", post, "/static/piece", post, "/static/piece")))
				.containsExactly(pieceHash, answer, pieceHash, answer, pieceHash);
			server.assertKeysChangedOrReconnected(jdk, 2, 2);
			if (arm.receive() && TlsStatDelta.canRekey()) {
				assertThat(server.kernel().of("TlsRxRekeyOk")).isGreaterThan(LARGE_SIZE >> 20);
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
		String line = line(LARGE_SIZE, 0);
		try (Server server = Server.start(arm); ClientProcess client = gnuTls(server, version)) {
			client.write(TlsClient.request("/static/piece"));
			assertThat(client.receive().sha256()).isEqualTo(pieceHash);
			client.write(post("/upload", line.length()));
			client.write(line);
			assertUploaded(client.receive(), line);
			client.write(TlsClient.request("/static/piece"));
			assertThat(client.receive().sha256()).isEqualTo(pieceHash);
			server.assertConnections(1, 2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenGnuTlsChangesKeysBetweenResponsesEveryByteArrives(KernelArm arm) throws IOException {
		int changes = GNUTLS_CHANGES;
		try (Server server = Server.start(arm); ClientProcess client = gnuTls(server, "1.3")) {
			client.write(TlsClient.request("/static/piece"));
			assertThat(client.receive().sha256()).isEqualTo(pieceHash);
			if (TlsStatDelta.canRekey() || !arm.receive()) {
				for (int i = 0; i < changes; i++) {
					client.write("^rekey1^\n");
					client.write(TlsClient.request("/static/small"));
					assertThat(client.receive().sha256()).isEqualTo(smallHash);
				}
				server.assertKeysReceived(changes, 0, 0);
				client.write("^rekey^\n");
			}
			else {
				client.write("^rekey1^\n");
			}
			if (TlsStatDelta.canRekey()) {
				for (int i = 1; i < changes; i++) {
					client.write(TlsClient.request("/static/small"));
					assertThat(client.receive().sha256()).isEqualTo(smallHash);
					client.write("^rekey^\n");
				}
				client.write(TlsClient.request("/static/small"));
				assertThat(client.receive().sha256()).isEqualTo(smallHash);
				server.assertKeysReceived(2L * changes, changes, changes);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
				server.assertReconnected(1, 1);
			}
		}
	}

	// A command has to be the first that gnutls-cli reads at once, so everything before
	// it
	// has to have come back.
	@ParameterizedTest
	@EnumSource
	void whenGnuTlsChangesKeysWhileBothSendEveryByteArrives(KernelArm arm) throws IOException {
		try (Server server = Server.start(arm); ClientProcess client = gnuTls(server, "1.3")) {
			client.write(TlsClient.request("/static/piece"));
			assertThat(client.receive().sha256()).isEqualTo(pieceHash);
			client.write(post("/echo", GNUTLS_BLOCKS * SMALL_SIZE) + line(SMALL_SIZE, 0));
			assertThat(client.receiveHead()).startsWith("HTTP/1.1 200 ");
			assertThat(client.receiveText(SMALL_SIZE)).isEqualTo(line(SMALL_SIZE, 0));
			boolean lost = arm.receive() && !TlsStatDelta.canRekey();
			for (int i = 1; i < (lost ? 2 : GNUTLS_BLOCKS); i++) {
				client.write((i % 2 == 0) ? "^rekey1^\n" : "^rekey^\n");
				if (!lost) {
					client.write(line(SMALL_SIZE, i));
				}
				assertThat(client.receiveText(SMALL_SIZE)).isEqualTo(lost ? "" : line(SMALL_SIZE, i));
			}
			if (TlsStatDelta.canRekey()) {
				client.write(TlsClient.request("/static/small"));
				assertThat(client.receive().sha256()).isEqualTo(smallHash);
				server.assertKeysReceived(GNUTLS_BLOCKS - 1, GNUTLS_BLOCKS / 2, GNUTLS_BLOCKS / 2);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
				server.assertReconnected(1, 1);
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
			if (TlsStatDelta.canRekey() || !arm.receive()) {
				for (int i = 0; i < changes; i++) {
					client.keyUpdate('k');
					assertThat(client.get("/static/piece").sha256()).isEqualTo(pieceHash);
				}
				server.assertKeysReceived(changes, 0, 0);
				client.keyUpdate('K');
			}
			else {
				client.keyUpdate('k');
			}
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
				server.assertReconnected(1, 1);
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
					client.keyUpdate('K');
				}
			}).sha256()).isEqualTo(largeHash);
			if (TlsStatDelta.canRekey()) {
				assertThat(client.get("/static/large").sha256()).isEqualTo(largeHash);
				server.assertKeysReceived(1, 1, 1);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
				server.assertReconnected(1, 1);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenOpenSslChangesKeysWhileBothSendEveryByteArrives(KernelArm arm) throws IOException {
		try (Server server = Server.start(arm);
				OpenSslClient client = OpenSslClient.connect(server.port(), "-tls1_3")) {
			assertThat(client.get("/static/piece").sha256()).isEqualTo(pieceHash);
			client.sendText(post("/echo", BLOCKS * BLOCK_SIZE) + line(BLOCK_SIZE, 0));
			assertThat(client.receiveHead()).startsWith("HTTP/1.1 200 ");
			assertThat(client.receiveText(BLOCK_SIZE)).isEqualTo(line(BLOCK_SIZE, 0));
			boolean lost = arm.receive() && !TlsStatDelta.canRekey();
			for (int i = 1; i < (lost ? 2 : BLOCKS); i++) {
				client.keyUpdate((i % 2 == 0) ? 'k' : 'K');
				if (!lost) {
					client.sendText(line(BLOCK_SIZE, i));
				}
				assertThat(client.receiveText(BLOCK_SIZE)).isEqualTo(lost ? "" : line(BLOCK_SIZE, i));
			}
			if (TlsStatDelta.canRekey()) {
				assertThat(client.get("/static/large").sha256()).isEqualTo(largeHash);
				server.assertKeysReceived(BLOCKS - 1, BLOCKS / 2, BLOCKS / 2);
			}
			else {
				assertThat(client.isAtEnd()).isTrue();
				server.assertReconnected(1, 1);
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

	// What goes through the input of a client is a line that is no command.
	private static String line(int length, int seed) {
		byte[] bytes = new byte[length / 2];
		new Random(seed).nextBytes(bytes);
		return HexFormat.of().formatHex(bytes, 0, bytes.length - 1) + "0\n";
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

		static Server start(KernelArm arm, String... properties) {
			List<String> all = arm.propertiesAnd(certificate);
			all.addAll(List.of(properties));
			return new Server(arm, RunningApplication.start(files, all));
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
			assertThat(drains()).isZero();
			assertThat(statistics().getKeyUpdatesSent()).isBetween(atLeastSent, atMostSent);
			assertThat(statistics().getKeyUpdatesReceived()).isEqualTo(this.arm.receive() ? received : 0);
			assertCountsAgree();
			assertNoErrors();
		}

		// JDK 17 closes a connection that it keeps for later when a KeyUpdate comes, as
		// if
		// that were data (jdk.internal.net.http.ConnectionPool.CleanupTrigger).
		void assertKeysChangedOrReconnected(int jdk, long timesChanged, long timesReconnected) {
			if (TlsStatDelta.canRekey()) {
				assertThat(statistics().getHandovers()).isBetween(1L, (jdk == 17) ? Long.MAX_VALUE : 1L);
				assertThat(drains()).isZero();
				assertThat(statistics().getKeyUpdatesSent()).isGreaterThanOrEqualTo(timesChanged);
				assertCountsAgree();
				assertNoErrors();
			}
			else {
				assertReconnected(timesReconnected, Long.MAX_VALUE);
			}
		}

		void assertReconnected(long atLeast, long atMost) {
			assertThat(drains()).isBetween(atLeast, atMost);
			assertThat(statistics().getHandovers()).isBetween(drains(), drains() + 1);
			assertCountsAgree();
			assertNoErrors();
		}

		private long drains() {
			return statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE);
		}

		// The kernel counts before the application does.
		private void assertCountsAgree() {
			if (TlsStatDelta.canRekey()) {
				await().untilAsserted(() -> {
					assertThat(statistics().getKeyUpdatesSent()).isEqualTo(this.kernel.of("TlsTxRekeyOk"));
					assertThat(statistics().getKeyUpdatesReceived()).isEqualTo(this.kernel.of("TlsRxRekeyOk"))
						.isEqualTo(this.kernel.of("TlsRxRekeyReceived"));
				});
			}
			else {
				assertThat(statistics().getKeyUpdatesSent()).isZero();
			}
		}

		private void assertNoErrors() {
			assertThat(statistics().getKeyUpdateFloods()).isZero();
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
