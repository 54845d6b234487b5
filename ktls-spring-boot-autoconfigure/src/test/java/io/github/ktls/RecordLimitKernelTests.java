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

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;

import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsClient.Sending;
import io.github.ktls.test.WebSocketFrames;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * However much is sent, and however: no key protects more records than it may. Where the
 * kernel can change keys nobody notices; where it cannot the connection ends between two
 * responses, and only a response that is too long for any key is cut.
 */
@Tag("kernel")
@Tag("rekey")
class RecordLimitKernelTests {

	private static final int LIMIT = 64;

	private static final int FITTING_SIZE = 100_000;

	private static final int LARGE_SIZE = 4 * 1024 * 1024;

	private static final int TEXT_SIZE = 1_500_000;

	private static final String CLOSE_NOTIFY = "1 0";

	@TempDir
	static Path files;

	private static String fitting = "";

	private static String large = "";

	@BeforeAll
	static void makeFiles() {
		fitting = TestFiles.sha256(TestFiles.random(files.resolve("fitting"), FITTING_SIZE));
		large = TestFiles.sha256(TestFiles.random(files.resolve("large"), LARGE_SIZE));
		// Its probe changes keys, too.
		assertThat(KernelTls.get().isAvailable()).isTrue();
	}

	static Stream<CipherSuite> suites() {
		return Arrays.stream(CipherSuite.values())
			.filter((suite) -> suite.version() == ProtocolVersion.TLS_1_3 || suite.name().contains("ECDHE_ECDSA"));
	}

	static Stream<Arguments> suitesAndArms() {
		return suites().flatMap((suite) -> Stream
			.of(KernelArm.SENDING_ON_HANDSHAKE, KernelArm.SENDING_ON_FIRST_FILE, KernelArm.RECEIVING_ON_HANDSHAKE)
			.map((arm) -> Arguments.of(suite, arm)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("suitesAndArms")
	void whenResponsesTakeManyRecordsNoKeyProtectsTooMany(CipherSuite suite, KernelArm arm) throws IOException {
		try (KernelServer server = start(arm, LIMIT); RecordingProxy proxy = server.proxy()) {
			Client client = new Client(proxy.port(), suite);
			for (int i = 0; i < 3; i++) {
				client.getFile("/static/fitting", fitting);
				for (int j = 0; j < 20; j++) {
					assertThat(client.get("/hello?name=" + j).text()).isEqualTo("{\"hello\":\"" + j + "\"}");
				}
				assertThat(client.get("/text?size=20000").body()).hasSize(20_000);
				// Last, so that each connection has one and is handed over.
				client.getFile("/plain/fitting", fitting);
			}
			if (canRekey(suite)) {
				client.getFile("/static/large", large);
				assertThat(client.get("/text?size=" + TEXT_SIZE).text()).isEqualTo("t".repeat(TEXT_SIZE));
			}
			client.close();
			assertThat(client.connections).isEqualTo(proxy.recordings().size());
			if (canRekey(suite)) {
				assertThat(client.connections).isOne();
				assertThat(server.statistics().getKeyUpdatesSent()).isGreaterThan(8);
			}
			else {
				assertThat(client.connections).isGreaterThan(1);
			}
			assertLimitKept(server, proxy, LIMIT);
		}
	}

	@ParameterizedTest
	@MethodSource("suites")
	void whenFileIsTooLongForAKeyKeysChangeOrItIsCut(CipherSuite suite) throws IOException {
		try (KernelServer server = start(KernelArm.SENDING_ON_HANDSHAKE, LIMIT);
				RecordingProxy proxy = server.proxy()) {
			Client client = new Client(proxy.port(), suite);
			if (canRekey(suite)) {
				client.getFile("/static/large", large);
				client.getFile("/static/large", large);
			}
			else {
				assertThatThrownBy(() -> client.get("/static/large")).isInstanceOf(EOFException.class);
			}
			client.close();
			assertLimitKept(server, proxy, LIMIT);
		}
	}

	@ParameterizedTest
	@MethodSource("suites")
	void whenBufferIsTooLongForAKeyKeysChangeOrItIsCut(CipherSuite suite) throws IOException {
		try (KernelServer server = start(KernelArm.SENDING_ON_HANDSHAKE, LIMIT);
				RecordingProxy proxy = server.proxy()) {
			Client client = new Client(proxy.port(), suite);
			if (canRekey(suite)) {
				assertThat(client.get("/text?size=" + LARGE_SIZE).body()).hasSize(LARGE_SIZE);
			}
			else {
				assertThatThrownBy(() -> client.get("/text?size=" + LARGE_SIZE)).isInstanceOf(EOFException.class);
			}
			client.close();
			assertLimitKept(server, proxy, LIMIT);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 64, 65, 67, 100, 257, 1000 })
	void whateverTheLimitIsNoKeyProtectsMore(int limit) throws IOException {
		try (KernelServer server = start(KernelArm.SENDING_ON_HANDSHAKE, limit);
				RecordingProxy proxy = server.proxy()) {
			for (CipherSuite suite : List.of(CipherSuite.TLS_AES_128_GCM_SHA256,
					CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)) {
				Client client = new Client(proxy.port(), suite);
				for (int i = 0; i < 1000; i++) {
					client.get("/hello?name=" + i);
				}
				client.getFile("/static/fitting", fitting);
				client.close();
				if (canRekey(suite)) {
					assertThat(client.connections).isOne();
				}
			}
			assertLimitKept(server, proxy, limit);
		}
	}

	// A socket's buffer that is always full ends records early.
	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void whenClientReadsSlowlyAndBuffersAreTinyNoKeyProtectsTooMany(String protocol) throws IOException {
		try (KernelServer server = KernelServer.start(KernelArm.SENDING_ON_HANDSHAKE, files,
				(http) -> http.childOption(ChannelOption.SO_SNDBUF, 2048),
				"server.ssl.ktls.key-update.record-limit=" + LIMIT)) {
			int size = canRekey(protocol) ? TEXT_SIZE : FITTING_SIZE / 4;
			for (String path : List.of("/text?size=" + size,
					canRekey(protocol) ? "/static/large" : "/static/fitting")) {
				// The client refuses a record that comes under a wrong key; those of each
				// are counted where they are made.
				Socket socket = new Socket();
				socket.setReceiveBufferSize(2048);
				try (TlsClient client = TlsClient.connect(KernelServer.clientContext(), protocol, server.port(), socket,
						Sending.AS_WRITTEN)) {
					TlsClient.Response response = client.get(path);
					assertThat(response.sha256()).isEqualTo(
							path.endsWith("large") ? large : path.endsWith("fitting") ? fitting : textHash(size));
				}
			}
			await().until(() -> server.statistics().getActive() == 0);
			assertThat(server.statistics().getKeyUpdatesSent()).isEqualTo(server.kernel().of("TlsTxRekeyOk"));
			assertThat(server.warnings()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenRequestsArePipelinedNoKeyProtectsTooManyRecords(KernelArm arm) throws IOException {
		if (!canRekey("TLSv1.3")) {
			// What is behind the response at which the connection ends gets none.
			return;
		}
		try (KernelServer server = start(arm, LIMIT); RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(KernelServer.clientContext(), "TLSv1.3", proxy.port())) {
				assertThat(client.get("/static/fitting").sha256()).isEqualTo(fitting);
				client.send(TlsClient.request("/text?size=5000").repeat(200) + TlsClient.request("/static/large")
						+ TlsClient.request("/text?size=10").repeat(200));
				for (int i = 0; i < 401; i++) {
					TlsClient.Response response = client.receive();
					assertThat(response.sha256()).isEqualTo((i == 200) ? large : textHash((i < 200) ? 5000 : 10));
				}
			}
			assertLimitKept(server, proxy, LIMIT);
			assertThat(server.statistics().getKeyUpdatesSent()).isGreaterThan(10);
		}
	}

	@ParameterizedTest
	@MethodSource("suites")
	void whenWebSocketAndEventsTakeManyRecordsNoKeyProtectsTooMany(CipherSuite suite) throws IOException {
		try (KernelServer server = start(KernelArm.SENDING_ON_HANDSHAKE, LIMIT);
				RecordingProxy proxy = server.proxy()) {
			int messages = 300;
			int connections = 0;
			for (int next = 0; next < messages; connections++) {
				try (HttpsConnection connection = open(proxy.port(), suite)) {
					WebSocketFrames.upgrade(connection);
					next = echo(connection, next, messages);
				}
			}
			try (HttpsConnection connection = open(proxy.port(), suite)) {
				connection.send("GET", "/events?count=150");
				connection.receiveHead();
				int events = canRekey(suite) ? 150 : 10;
				String received = new String(connection.receiveUntil("event-" + (events - 1) + "\n\n"),
						StandardCharsets.US_ASCII);
				for (int i = 0; i < events; i++) {
					assertThat(received).contains("data:event-" + i + "\n\n");
				}
			}
			if (canRekey(suite)) {
				assertThat(connections).isOne();
				assertThat(server.statistics().getKeyUpdatesSent()).isGreaterThan(8);
			}
			else {
				assertThat(connections).isBetween(messages / LIMIT, 4 * messages / LIMIT);
			}
			assertLimitKept(server, proxy, LIMIT);
		}
	}

	@ParameterizedTest
	@MethodSource("suites")
	void whenCurlGetsManyFilesNoKeyProtectsTooManyRecords(CipherSuite suite) {
		boolean tls13 = suite.version() == ProtocolVersion.TLS_1_3;
		try (KernelServer server = start(KernelArm.SENDING_ON_FIRST_FILE, LIMIT);
				RecordingProxy proxy = server.proxy()) {
			List<String> arguments = new ArrayList<>();
			for (int i = 0; i < 20; i++) {
				arguments.add("https://localhost:" + proxy.port() + "/static/"
						+ ((canRekey(suite) && i == 10) ? "large" : "fitting"));
			}
			Curl curl = tls13 ? new Curl("--tlsv1.3", "--tls13-ciphers", suite.name())
					: new Curl("--tlsv1.2", "--tls-max", "1.2", "--ciphers", openSslName(suite));
			byte[] received = curl.bytes(arguments.toArray(String[]::new));
			assertThat(received).hasSize(canRekey(suite) ? 19 * FITTING_SIZE + LARGE_SIZE : 20 * FITTING_SIZE);
			assertThat(TestFiles.sha256(Arrays.copyOf(received, FITTING_SIZE))).isEqualTo(fitting);
			assertThat(TestFiles.sha256(Arrays.copyOfRange(received, received.length - FITTING_SIZE, received.length)))
				.isEqualTo(fitting);
			if (canRekey(suite)) {
				assertThat(proxy.recordings()).hasSize(1);
				assertThat(TestFiles
					.sha256(Arrays.copyOfRange(received, 10 * FITTING_SIZE, 10 * FITTING_SIZE + LARGE_SIZE)))
					.isEqualTo(large);
			}
			assertLimitKept(server, proxy, LIMIT);
		}
	}

	// Before the handover it is the TLS engine that counts, or does not.
	@ParameterizedTest
	@MethodSource("suites")
	void whenKeyIsSpentBeforeTheHandoverFileArrives(CipherSuite suite) throws IOException {
		try (KernelServer server = start(KernelArm.SENDING_ON_FIRST_FILE, LIMIT);
				RecordingProxy proxy = server.proxy()) {
			Client client = new Client(proxy.port(), suite);
			for (int i = 0; i < 2 * LIMIT; i++) {
				client.get("/hello?name=" + i);
			}
			client.getFile("/static/fitting", fitting);
			client.getFile("/static/fitting", fitting);
			client.close();
			assertThat(server.warnings()).isEmpty();
			if (canRekey(suite)) {
				assertThat(client.connections).isOne();
				List<Integer> counts = KernelServer.countPerKey(server.records(0, proxy.recording()));
				// The KeyUpdate is the first thing that the kernel sends.
				assertThat(counts.get(0)).isEqualTo(server.keys().keys().get(0).sequenceNumber() + 1);
				assertThat(counts.subList(1, counts.size())).allMatch((count) -> count <= LIMIT);
			}
		}
	}

	private static int echo(HttpsConnection connection, int first, int end) throws IOException {
		for (int i = first; i < end; i++) {
			try {
				byte[] message = ("message " + i).getBytes(StandardCharsets.US_ASCII);
				connection.send(WebSocketFrames.ofClient(WebSocketFrames.TEXT, message));
				assertThat(WebSocketFrames.receive(connection, WebSocketFrames.TEXT)).isEqualTo(message);
			}
			catch (EOFException | SocketException | SSLException ex) {
				return i;
			}
		}
		return end;
	}

	private static void assertLimitKept(KernelServer server, RecordingProxy proxy, int limit) {
		await().until(() -> server.statistics().getActive() == 0);
		long keyUpdates = 0;
		int index = 0;
		for (RecordingProxy.Recording recording : proxy.recordings()) {
			List<Plaintext> records = server.records(index++, recording);
			List<Integer> counts = KernelServer.countPerKey(records);
			keyUpdates += counts.size() - 1;
			assertThat(counts).allMatch((count) -> count <= limit);
			// Nor is a key given up early.
			assertThat(counts.subList(0, counts.size() - 1)).allMatch((count) -> count > limit / 2);
			assertThat(KernelServer.alerts(records)).containsExactly(CLOSE_NOTIFY);
		}
		assertThat(server.statistics().getHandovers()).isEqualTo(index);
		assertThat(server.statistics().getKeyUpdatesSent()).isEqualTo(keyUpdates)
			.isEqualTo(server.kernel().of("TlsTxRekeyOk"));
		assertThat(server.kernel().of("TlsTxRekeyError")).isZero();
		assertThat(server.statistics().getDrains(KtlsDrainEvent.Reason.RECORD_LIMIT)).isLessThanOrEqualTo(index);
		assertThat(server.statistics().getTruncations()).isZero();
	}

	private static boolean canRekey(CipherSuite suite) {
		return KernelTls.get().capabilities().canRekeyTransmit(suite);
	}

	private static boolean canRekey(String protocol) {
		return protocol.equals("TLSv1.3") && canRekey(CipherSuite.TLS_AES_256_GCM_SHA384);
	}

	private static String openSslName(CipherSuite suite) {
		return switch (suite.aead()) {
			case AES_128_GCM -> "ECDHE-ECDSA-AES128-GCM-SHA256";
			case AES_256_GCM -> "ECDHE-ECDSA-AES256-GCM-SHA384";
			case CHACHA20_POLY1305 -> "ECDHE-ECDSA-CHACHA20-POLY1305";
		};
	}

	private static String textHash(int size) {
		return TestFiles.sha256("t".repeat(size).getBytes(StandardCharsets.US_ASCII));
	}

	private static KernelServer start(KernelArm arm, int limit) {
		return KernelServer.start(arm, files, "server.ssl.ktls.key-update.record-limit=" + limit,
				"server.ssl.ciphers=" + suites().map(CipherSuite::name).collect(Collectors.joining(",")),
				"server.ssl.ktls.activation-threshold="
						+ ((arm.activation() == Activation.ON_FIRST_FILE) ? "1KB" : "64KB"));
	}

	private static HttpsConnection open(int port, CipherSuite suite) {
		HttpsConnection connection = HttpsConnection.open(port, ClientTls.anonymous(), (parameters) -> {
			parameters.setProtocols(new String[] { suite.version().jsseName() });
			parameters.setCipherSuites(new String[] { suite.name() });
		});
		assertThat(connection.cipherSuite()).isEqualTo(suite.name());
		return connection;
	}

	/**
	 * A client that connects anew when the server has ended the connection before it
	 * answered, and never has to because an answer was cut.
	 */
	private static final class Client {

		private final int port;

		private final CipherSuite suite;

		private HttpsConnection connection;

		private int connections = 1;

		Client(int port, CipherSuite suite) {
			this.port = port;
			this.suite = suite;
			this.connection = open(port, suite);
		}

		HttpsConnection.Response get(String path) throws IOException {
			while (true) {
				try {
					this.connection.send("GET", path);
					this.connection.await();
				}
				catch (EOFException | SocketException | SSLException ex) {
					this.connection.close();
					this.connection = open(this.port, this.suite);
					this.connections++;
					continue;
				}
				return this.connection.receive("GET");
			}
		}

		void getFile(String path, String hash) throws IOException {
			HttpsConnection.Response response = get(path);
			assertThat(response.status()).isEqualTo(200);
			assertThat(response.sha256()).isEqualTo(hash);
		}

		void close() throws IOException {
			this.connection.close();
		}

	}

}
