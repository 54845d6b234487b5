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
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.autoconfigure.SystemCallsInitializer;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.TlsStat;
import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.Curl;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.InstalledKeys;
import io.github.ktls.test.InstalledKeys.InstalledKey;
import io.github.ktls.test.OpenSslClient;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsClient.Sending;
import io.github.ktls.test.Wire;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The kernel begins with exactly the sequence number that the TLS engine would have used
 * next, whatever came before: the client accepts every record, and so does a reading of
 * the wire that counts from the first record under the key to the last one.
 */
@Tag("kernel")
class RecordCountKernelTests {

	private static final int SIZE = 300_000;

	private static final int HUGE_SIZE = 48 * 1024 * 1024;

	private static final int SERVER_HELLO = 2;

	private static final int NEW_SESSION_TICKET = 4;

	private static final int CERTIFICATE = 11;

	private static final int KEY_UPDATE = 24;

	/** RFC 8446 section 4.2.11. */
	private static final int PRE_SHARED_KEY = 41;

	/**
	 * RFC 8446 section 4.1.3: the random of a ServerHello that is a HelloRetryRequest.
	 */
	private static final byte[] HELLO_RETRY_REQUEST = { (byte) 0xcf, 0x21, (byte) 0xad, 0x74 };

	@TempDir
	static Path files;

	@TempDir
	static Path directory;

	private static byte[] content = {};

	private static String hash = "";

	private static Certificates certificates;

	@BeforeAll
	static void makeFiles() throws IOException {
		content = Files.readAllBytes(TestFiles.random(files.resolve("file"), SIZE));
		hash = TestFiles.sha256(content);
		certificates = Certificates.create("EC", "localhost");
		// Its probe installs keys, too.
		assertThat(KernelTls.get().isAvailable()).isTrue();
	}

	static Stream<Arguments> combinations() {
		return Stream.of("TLSv1.3", "TLSv1.2")
			.flatMap((protocol) -> Stream.of(Activation.values())
				.map((activation) -> Arguments.of(protocol, activation)));
	}

	// Handshakes

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenSessionIsResumedByTicketAndRequestComesWithFinishedKernelGoesOnBehindHandshake(String protocol,
			Activation activation) throws IOException {
		SSLContext context = TlsClient.context(certificates);
		ProtocolVersion version = ProtocolVersion.ofJsseName(protocol).orElseThrow();
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			for (int i = 0; i < 3; i++) {
				Sending sending = (i < 2) ? Sending.AS_WRITTEN : Sending.GATHERED;
				try (TlsClient client = TlsClient.connect(context, protocol, proxy.port(), new Socket(), sending)) {
					getToEnd(client);
				}
				RecordingProxy.Recording recording = proxy.recordings().get(i);
				List<Plaintext> records = server.assertExact(i, recording, activation);
				if (version == ProtocolVersion.TLS_1_2) {
					assertThat(messageTypes(recording, version).contains(CERTIFICATE)).isEqualTo(i == 0);
					assertThat(messageTypes(recording, version).contains(NEW_SESSION_TICKET)).isEqualTo(i == 0);
				}
				else {
					boolean resumed = hasExtension(serverHello(recording, version), PRE_SHARED_KEY);
					assertThat(resumed).isEqualTo(i > 0);
					assertThat(countMessages(records, NEW_SESSION_TICKET)).isEqualTo(2);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenSessionIsResumedByIdKernelGoesOnBehindHandshake(Activation activation, @TempDir Path sessions)
			throws IOException {
		Path session = sessions.resolve("session");
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			for (int i = 0; i < 2; i++) {
				try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_2", "-no_ticket",
						(i == 0) ? "-sess_out" : "-sess_in", session.toString())) {
					assertFile(client.get("/static/file"));
					assertFile(client.get("/static/file"));
					RecordingProxy.Recording recording = proxy.recordings().get(i);
					server.assertExact(i, recording, activation);
					List<Integer> types = messageTypes(recording, ProtocolVersion.TLS_1_2);
					assertThat(types.contains(CERTIFICATE)).isEqualTo(i == 0);
					assertThat(types).doesNotContain(NEW_SESSION_TICKET);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenServerAsksForAnotherHelloKernelGoesOnBehindHandshake(Activation activation) throws IOException {
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			// OpenSSL sends a key share for the first group only, which BoringSSL has
			// not.
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_3", "-groups", "X448:P-256")) {
				assertFile(client.get("/static/file"));
				assertFile(client.get("/static/file"));
				List<byte[]> hellos = proxy.recording().fromServer().plainHandshakeMessages(ProtocolVersion.TLS_1_3);
				assertThat(hellos).hasSize(2);
				assertThat(Arrays.copyOfRange(hellos.get(0), 6, 10)).isEqualTo(HELLO_RETRY_REQUEST);
				server.assertExact(0, proxy.recording(), activation);
			}
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenClientHasCertificateKernelGoesOnBehindHandshake(String protocol, Activation activation,
			@TempDir Path clientKeys) throws IOException {
		Certificates client = Certificates.create("EC", "client");
		try (Server server = Server.start(activation, "server.ssl.client-auth=need",
				"server.ssl.trust-certificate=" + client.writeCertificate(clientKeys))) {
			checkWithJava(server, protocol, activation, ClientTls.of(client), (parameters) -> {
			});
		}
	}

	// A ticket holds the client's certificate, and the engine has room for 2 KiB.
	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenTicketsAreLargeKernelGoesOnBehindThem(Activation activation, @TempDir Path clientKeys) throws IOException {
		Certificates client = Certificates.create("EC", "client", 200);
		try (Server server = Server.start(activation, "server.ssl.client-auth=need",
				"server.ssl.trust-certificate=" + client.writeCertificate(clientKeys));
				RecordingProxy proxy = server.proxy()) {
			try (HttpsConnection connection = HttpsConnection.open(proxy.port(), ClientTls.of(client),
					(parameters) -> parameters.setProtocols(new String[] { "TLSv1.3" }))) {
				assertThat(connection.get("/static/file").sha256()).isEqualTo(hash);
				assertThat(connection.get("/static/file", "Connection: close").sha256()).isEqualTo(hash);
				assertThat(connection.read()).isNegative();
			}
			List<Plaintext> records = server.assertExact(0, proxy.recording(), activation);
			assertThat(countMessages(records, NEW_SESSION_TICKET)).isEqualTo(2);
			assertThat(records.stream()
				.filter((plaintext) -> plaintext.type() == ContentType.HANDSHAKE)
				.mapToInt((plaintext) -> plaintext.content().length)
				.sum()).isGreaterThan(2 * 2048);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenProtocolIsNegotiatedKernelGoesOnBehindHandshake(String protocol, Activation activation)
			throws IOException {
		try (Server server = Server.start(activation, "server.http2.enabled=true")) {
			checkWithJava(server, protocol, activation, ClientTls.anonymous(),
					(parameters) -> parameters.setApplicationProtocols(new String[] { "http/1.1" }));
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenCertificateTakesSeveralRecordsKernelGoesOnBehindHandshake(String protocol, Activation activation,
			@TempDir Path largeKeys) {
		Certificates large = Certificates.create("EC", "localhost", 2_000);
		String version = protocol.substring("TLSv".length());
		try (Server server = Server.start(activation, "server.ssl.certificate=" + large.writeCertificate(largeKeys),
				"server.ssl.certificate-private-key=" + large.writePrivateKey(largeKeys));
				RecordingProxy proxy = server.proxy()) {
			Curl curl = new Curl("--tlsv" + version, "--tls-max", version);
			assertThat(curl.sha256("https://localhost:" + proxy.port() + "/static/file")).isEqualTo(hash);
			Wire wire = proxy.recording().fromServer();
			ContentType type = protocol.equals("TLSv1.2") ? ContentType.HANDSHAKE : ContentType.APPLICATION_DATA;
			List<byte[]> handshake = wire.records().subList(0, 6);
			assertThat(handshake.stream().filter((bytes) -> bytes[0] == type.value() && bytes.length > 8 * 1024))
				.hasSizeGreaterThan(2);
			server.assertExact(0, proxy.recording(), activation);
		}
	}

	// Requests and responses before the switch

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenRequestComesByteByByteKernelGoesOnWhereEngineStopped(String protocol, Activation activation)
			throws IOException {
		SSLContext context = TlsClient.context(certificates);
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			// Through the proxy for the wire, and past it, as it may join bytes.
			for (int port : new int[] { proxy.port(), server.application().port() }) {
				try (TlsClient client = TlsClient.connect(context, protocol, port, new Socket(),
						Sending.BYTE_BY_BYTE)) {
					assertThat(client.get("/hello").status()).isEqualTo(200);
					getToEnd(client);
				}
			}
			server.assertExact(0, proxy.recording(), activation);
			assertThat(server.keys().keys()).hasSize(2);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenManySmallResponsesComeFirstKernelGoesOnBehindThem(String protocol, Activation activation)
			throws IOException {
		SSLContext context = TlsClient.context(certificates);
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(context, protocol, proxy.port())) {
				for (int i = 0; i < 300; i++) {
					assertThat(client.get("/hello?name=" + i).status()).isEqualTo(200);
				}
				client.send(TlsClient.request("/text?size=100").repeat(50) + TlsClient.request("/static/file")
						+ TlsClient.request("/text?size=10").repeat(50));
				for (int i = 0; i < 101; i++) {
					TlsClient.Response response = client.receive();
					assertThat(response.length()).isEqualTo((i < 50) ? 100 : (i > 50) ? 10 : SIZE);
				}
				// Reactor Netty, with or without kernel TLS, at times reads no request
				// after pipelined ones of which one had to wait for the socket.
			}
			server.assertExact(0, proxy.recording(), activation);
			assertThat(server.keys().keys().get(0).sequenceNumber()).satisfies((number) -> {
				if (activation == Activation.ON_FIRST_FILE) {
					assertThat(number).isGreaterThanOrEqualTo(300);
				}
			});
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void whenResponsesAreAboutAsLargeAsRecordsKernelGoesOnBehindThem(String protocol) throws IOException {
		SSLContext context = TlsClient.context(certificates);
		try (Server server = Server.start(Activation.ON_FIRST_FILE); RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(context, protocol, proxy.port())) {
				// Head and body together have 16 KiB somewhere in between.
				for (int size = 16_384 - 200; size <= 16_384 + 20; size++) {
					TlsClient.Response response = client.get("/text?size=" + size);
					assertThat(response.sha256())
						.isEqualTo(TestFiles.sha256("t".repeat(size).getBytes(StandardCharsets.US_ASCII)));
				}
				getToEnd(client);
			}
			server.assertExact(0, proxy.recording(), Activation.ON_FIRST_FILE);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 16_383, 16_384, 16_385, 32_768, 32_769 })
	void whenLastResponseEndsNearRecordBoundaryKernelGoesOnBehindIt(int size) throws IOException {
		SSLContext context = TlsClient.context(certificates);
		try (Server server = Server.start(Activation.ON_FIRST_FILE)) {
			for (String protocol : new String[] { "TLSv1.3", "TLSv1.2" }) {
				server.keys().forget();
				try (RecordingProxy proxy = server.proxy()) {
					try (TlsClient client = TlsClient.connect(context, protocol, proxy.port())) {
						client.send(TlsClient.request("/text?size=" + size) + TlsClient.request("/static/file"));
						assertThat(client.receive().length()).isEqualTo(size);
						assertFile(client.receive());
						getToEnd(client);
					}
					server.assertExact(0, proxy.recording(), Activation.ON_FIRST_FILE);
				}
			}
		}
	}

	// The client changes its key

	@ParameterizedTest
	@ValueSource(chars = { 'k', 'K' })
	void whenClientChangesKeyBeforeTheSwitchConnectionStaysInUserSpace(char letter) throws IOException {
		try (Server server = Server.start(Activation.ON_FIRST_FILE); RecordingProxy proxy = server.proxy()) {
			long installed = tlsTxSw();
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_3")) {
				assertThat(client.get("/text?size=1000").length()).isEqualTo(1000);
				client.keyUpdate(letter);
				assertFile(client.get("/static/file"));
				assertThat(client.get("/text?size=20000").length()).isEqualTo(20_000);
				client.keyUpdate(letter);
				assertFile(client.get("/static/file"));
			}
			assertThat(tlsTxSw()).isEqualTo(installed);
			assertThat(server.keys().keys()).isEmpty();
			assertThat(server.application().statistics().getFallbacks(KtlsFallbackReason.KEY_UPDATE_BEFORE_HANDOVER))
				.isOne();
			assertThat(proxy.recording().fromServer().records()).hasSizeGreaterThan(2 * SIZE / 16_384);
		}
	}

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenClientChangesOnlyItsOwnKeyAfterTheSwitchConnectionGoesOn(Activation activation) throws IOException {
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_3")) {
				for (int i = 0; i < 3; i++) {
					assertFile(client.get("/static/file"));
					client.keyUpdate('k');
					assertThat(client.get("/text?size=20000").length()).isEqualTo(20_000);
				}
				server.assertExact(0, proxy.recording(), activation);
			}
			assertThat(server.keyUpdateDrains()).isZero();
			assertThat(server.application().statistics().getKeyUpdatesSent()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenClientAsksForNewKeyDuringResponseItIsCompletedAndKeyIsChangedOrConnectionCloses(Activation activation)
			throws IOException {
		String hugeHash = TestFiles.sha256(TestFiles.random(files.resolve("huge"), HUGE_SIZE));
		AtomicBoolean asked = new AtomicBoolean();
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_3")) {
				assertFile(client.get("/static/file"));
				client.send("/static/huge");
				TlsClient.Response response = client.receive(() -> {
					// The rest cannot all be on its way in buffers.
					if (!asked.getAndSet(true)) {
						client.keyUpdate('K');
					}
				});
				assertThat(response.length()).isEqualTo(HUGE_SIZE);
				assertThat(response.sha256()).isEqualTo(hugeHash);
				if (canRekey()) {
					assertFile(client.get("/static/file"));
					client.keyUpdate('K');
					assertFile(client.get("/static/file"));
				}
				else {
					assertThat(client.isAtEnd()).isTrue();
				}
			}
			List<Plaintext> records = server.assertExact(0, proxy.recording(), activation);
			assertThat(countMessages(records, KEY_UPDATE)).isEqualTo(canRekey() ? 2 : 0);
			assertThat(server.application().statistics().getKeyUpdatesSent()).isEqualTo(canRekey() ? 2 : 0);
			assertThat(server.keyUpdateDrains()).isEqualTo(canRekey() ? 0 : 1);
			if (canRekey()) {
				assertThat(bytesBehindFirstKeyUpdate(records)).isGreaterThan(HUGE_SIZE / 4);
			}
			else {
				assertEndsWithCloseNotify(records);
			}
		}
		finally {
			Files.delete(files.resolve("huge"));
		}
	}

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenClientAsksForNewKeyBetweenResponsesKeyIsChangedOrConnectionCloses(Activation activation)
			throws IOException {
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			long rekeyed = TlsStat.read().getOrDefault("TlsTxRekeyOk", 0L);
			int asked = canRekey() ? 5 : 1;
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_3")) {
				assertFile(client.get("/static/file"));
				for (int i = 0; i < asked; i++) {
					client.keyUpdate('K');
					if (canRekey()) {
						assertFile(client.get("/static/file"));
						assertThat(client.get("/text?size=100").length()).isEqualTo(100);
					}
				}
				if (!canRekey()) {
					assertThat(client.isAtEnd()).isTrue();
				}
			}
			List<Plaintext> records = server.assertExact(0, proxy.recording(), activation);
			assertThat(countMessages(records, KEY_UPDATE)).isEqualTo(canRekey() ? asked : 0);
			assertThat(server.application().statistics().getKeyUpdatesSent()).isEqualTo(canRekey() ? asked : 0);
			assertThat(TlsStat.read().getOrDefault("TlsTxRekeyOk", 0L) - rekeyed).isEqualTo(canRekey() ? asked : 0);
			assertThat(server.keyUpdateDrains()).isEqualTo(canRekey() ? 0 : 1);
			if (!canRekey()) {
				assertEndsWithCloseNotify(records);
			}
		}
	}

	// The engine has something to say

	@ParameterizedTest
	@CsvSource({ "TLSv1.3, ON_HANDSHAKE", "TLSv1.3, ON_FIRST_FILE", "TLSv1.2, ON_HANDSHAKE", "TLSv1.2, ON_FIRST_FILE" })
	void whenClientSendsABrokenRecordNothingOfTheEngineGetsOut(String protocol, Activation activation)
			throws IOException {
		byte[] broken = new byte[5 + 48];
		broken[0] = (byte) ContentType.APPLICATION_DATA.value();
		broken[1] = 3;
		broken[2] = 3;
		broken[4] = 48;
		try (Server server = Server.start(activation); RecordingProxy proxy = server.proxy()) {
			Socket socket = new Socket();
			TlsClient client = TlsClient.connect(TlsClient.context(certificates), protocol, proxy.port(), socket,
					TlsClient.Sending.AS_WRITTEN);
			try (socket) {
				assertFile(client.get("/static/file"));
				socket.getOutputStream().write(broken);
				socket.shutdownOutput();
				// With an alert of the engine's at its end this could not be decrypted.
				socket.getInputStream().readAllBytes();
			}
			server.assertExact(0, proxy.recording(), activation);
		}
	}

	private static void checkWithJava(Server server, String protocol, Activation activation, SSLContext context,
			Consumer<SSLParameters> parameters) throws IOException {
		try (RecordingProxy proxy = server.proxy()) {
			try (HttpsConnection client = HttpsConnection.open(proxy.port(), context, (changed) -> {
				changed.setProtocols(new String[] { protocol });
				parameters.accept(changed);
			})) {
				assertThat(client.protocol()).isEqualTo(protocol);
				assertThat(client.get("/hello").status()).isEqualTo(200);
				assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
				assertThat(client.get("/static/file", "Connection: close").sha256()).isEqualTo(hash);
				assertThat(client.read()).isNegative();
			}
			assertEndsWithCloseNotify(server.assertExact(0, proxy.recording(), activation));
		}
	}

	private static void getToEnd(TlsClient client) throws IOException {
		assertFile(client.get("/static/file"));
		assertFile(client.get("/static/file", "Connection: close"));
		assertThat(client.isAtEnd()).isTrue();
	}

	private static void assertFile(TlsClient.Response response) {
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.length()).isEqualTo(SIZE);
		assertThat(response.sha256()).isEqualTo(hash);
	}

	private static void assertEndsWithCloseNotify(List<Plaintext> records) {
		Plaintext last = records.get(records.size() - 1);
		assertThat(last.type()).isEqualTo(ContentType.ALERT);
		assertThat(last.content()).containsExactly(1, 0);
		assertThat(records.stream().filter((plaintext) -> plaintext.type() == ContentType.ALERT)).hasSize(1);
		assertThat(countMessages(records, KEY_UPDATE)).isZero();
	}

	private static boolean canRekey() {
		return KernelTls.get().capabilities().canRekeyTransmit(CipherSuite.TLS_AES_256_GCM_SHA384);
	}

	private static long bytesBehindFirstKeyUpdate(List<Plaintext> records) {
		long bytes = 0;
		boolean behind = false;
		for (Plaintext plaintext : records) {
			behind |= countMessages(List.of(plaintext), KEY_UPDATE) > 0;
			bytes += (behind && plaintext.type() == ContentType.APPLICATION_DATA) ? plaintext.content().length : 0;
		}
		return bytes;
	}

	private static int countMessages(List<Plaintext> records, int type) {
		int count = 0;
		for (Plaintext plaintext : records) {
			if (plaintext.type() == ContentType.HANDSHAKE) {
				byte[] content = plaintext.content();
				for (int offset = 0; offset < content.length;) {
					count += (content[offset] == type) ? 1 : 0;
					offset += 4 + (((content[offset + 1] & 0xff) << 16) | ((content[offset + 2] & 0xff) << 8)
							| (content[offset + 3] & 0xff));
				}
			}
		}
		return count;
	}

	private static List<Integer> messageTypes(RecordingProxy.Recording recording, ProtocolVersion version) {
		return recording.fromServer()
			.plainHandshakeMessages(version)
			.stream()
			.map((message) -> (int) message[0])
			.toList();
	}

	private static byte[] serverHello(RecordingProxy.Recording recording, ProtocolVersion version) {
		byte[] message = recording.fromServer().plainHandshakeMessages(version).get(0);
		assertThat(message[0]).isEqualTo((byte) SERVER_HELLO);
		return message;
	}

	// RFC 8446 section 4.1.3: header, version, random, session, suite, compression.
	private static boolean hasExtension(byte[] serverHello, int type) {
		int offset = 4 + 2 + 32;
		offset += 1 + serverHello[offset] + 2 + 1 + 2;
		while (offset < serverHello.length) {
			if (serverHello[offset] == 0 && serverHello[offset + 1] == type) {
				return true;
			}
			offset += 4 + ((serverHello[offset + 2] & 0xff) << 8) + (serverHello[offset + 3] & 0xff);
		}
		return false;
	}

	private static long tlsTxSw() {
		return TlsStat.read().getOrDefault("TlsTxSw", 0L);
	}

	/**
	 * An application whose keys are known.
	 *
	 * @param application the application
	 * @param keys what the kernel was given
	 * @param installedBefore the kernel's counter after the start
	 */
	private record Server(RunningApplication application, InstalledKeys keys,
			long installedBefore) implements AutoCloseable {

		static Server start(Activation activation, String... properties) {
			Map<String, String> all = new LinkedHashMap<>();
			all.put("server.ssl.certificate", certificates.writeCertificate(directory).toString());
			all.put("server.ssl.certificate-private-key", certificates.writePrivateKey(directory).toString());
			all.put("server.ssl.ktls.enabled", "true");
			all.put("server.ssl.ktls.mode", "required");
			all.put("server.ssl.ktls.activation", activation.name());
			for (String property : properties) {
				all.put(property.split("=", 2)[0], property.split("=", 2)[1]);
			}
			InstalledKeys keys = new InstalledKeys(new JnaSystemCalls());
			RunningApplication application = RunningApplication.start(files,
					all.entrySet().stream().map((entry) -> entry.getKey() + "=" + entry.getValue()).toList(),
					new SystemCallsInitializer(keys.systemCalls()));
			keys.forget();
			return new Server(application, keys, tlsTxSw());
		}

		long keyUpdateDrains() {
			return this.application.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE);
		}

		RecordingProxy proxy() {
			return RecordingProxy.start(this.application.port());
		}

		List<Plaintext> assertExact(int index, RecordingProxy.Recording recording, Activation activation) {
			assertThat(this.keys.keys()).hasSizeGreaterThan(index);
			assertThat(tlsTxSw() - this.installedBefore).isEqualTo(this.application.statistics().getHandovers());
			assertThat(this.application.statistics().getHandovers()).isGreaterThan(index);
			InstalledKey key = this.keys.keys().get(index);
			List<Plaintext> records = key.decrypt(recording.fromServer());
			Plaintext first = records.get(key.sequenceNumber());
			assertThat(first.type()).isEqualTo(ContentType.APPLICATION_DATA);
			// Whose record it is shows in what it begins with: a response goes to the
			// kernel with its head, as what was held back does.
			assertThat(first.content()).startsWith("HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII));
			if (activation == Activation.ON_HANDSHAKE) {
				assertThat(records.subList(0, key.sequenceNumber()))
					.allMatch((plaintext) -> plaintext.type() == ContentType.HANDSHAKE);
			}
			else {
				assertThat(content).startsWith(body(first.content()));
			}
			return records;
		}

		private static byte[] body(byte[] response) {
			byte[] endOfHead = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
			int end = new Wire(response).indexOf(endOfHead);
			assertThat(end).isPositive();
			return Arrays.copyOfRange(response, end + endOfHead.length, response.length);
		}

		@Override
		public void close() {
			this.application.close();
		}

	}

}
