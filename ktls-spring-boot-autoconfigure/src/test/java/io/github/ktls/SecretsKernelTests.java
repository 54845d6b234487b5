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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.netty.channel.ChannelHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.server.WebFilter;
import reactor.netty.channel.ChannelOperations;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsCapabilities;
import io.github.ktls.netty.Activation;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.ClientTls;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.OpenSslClient;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.TestFiles;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.KeySchedule;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.TrafficKeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Nothing of a connection's secrets stays behind: not on the heap once the kernel has the
 * key, not in the log, and not for handshakes that come to nothing.
 */
@Tag("kernel")
@Tag("process")
class SecretsKernelTests {

	private static final int SIZE = 300_000;

	@TempDir
	static Path files;

	private static String hash = "";

	@BeforeAll
	static void makeFile() {
		hash = TestFiles.sha256(TestFiles.random(files.resolve("file"), SIZE));
	}

	static Stream<Arguments> suites() {
		return Stream
			.of(CipherSuite.TLS_AES_256_GCM_SHA384, CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
					CipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256)
			.flatMap((suite) -> Stream.of(Activation.values())
				.flatMap((activation) -> receive(suite).map((receive) -> Arguments.of(suite, activation, receive))));
	}

	// For TLS 1.2 nothing is kept, whatever it is for.
	private static Stream<Boolean> receive(CipherSuite suite) {
		return (suite.version() == ProtocolVersion.TLS_1_3) ? Stream.of(true, false) : Stream.of(true);
	}

	@ParameterizedTest(name = "{0} {1} receive={2}")
	@MethodSource("suites")
	void whenKernelHasKeyNoSecretInUseIsOnHeapOrInLog(CipherSuite suite, Activation activation, boolean receive,
			@TempDir Path directory) throws Exception {
		Certificates certificates = Certificates.create("EC", "localhost");
		Path keyLog = directory.resolve("keylog");
		Path log = directory.resolve("server.log");
		byte[] control = new byte[32];
		new Random().nextBytes(control);
		try (ServerProcess server = ServerProcess.start(files,
				List.of("server.ssl.certificate=" + certificates.writeCertificate(directory),
						"server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory),
						"server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
						"server.ssl.ktls.activation=" + activation, "server.ssl.ktls.receive=" + receive,
						"server.ssl.ktls.receive-despite-advisories=true", "server.ssl.ciphers=" + openSslName(suite),
						"logging.file.name=" + log, "logging.level.root=TRACE"));
				RecordingProxy proxy = RecordingProxy.start(server.port());
				OpenSslClient client = OpenSslClient.connect(proxy.port(), options(suite, keyLog))) {
			server.plant(control);
			assertThat(client.get("/text?size=10").status()).isEqualTo(200);
			Map<String, byte[]> secrets = secrets(suite, keyLog, proxy);
			if (suite.version() == ProtocolVersion.TLS_1_3 && activation == Activation.ON_FIRST_FILE) {
				// It is kept for later, which shows that it would be found.
				assertThat(search(server.dumpHeap(directory.resolve("before.hprof")), secrets))
					.containsExactlyInAnyOrderElementsOf(
							receive ? List.of("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
									: List.of("SERVER_TRAFFIC_SECRET_0"));
			}
			assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
			secrets.put("control", control);
			Set<String> found = search(server.dumpHeap(directory.resolve("after.hprof")), secrets);
			// What may be needed for a KeyUpdate, and tells nothing of what was sent
			// before.
			found.removeAll(nextSecrets(suite, receive));
			assertThat(found).containsExactly("control");
			// The connection is still the same and usable.
			assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
			secrets.remove("control");
			String text = Files.readString(log, StandardCharsets.ISO_8859_1);
			assertThat(text).contains("DEBUG", "TRACE", "Sending side handed over to the kernel");
			secrets.forEach((name, secret) -> assertThat(spellings(secret)).as(name).noneMatch(text::contains));
		}
	}

	private static String openSslName(CipherSuite suite) {
		return switch (suite) {
			case TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 -> "ECDHE-ECDSA-AES256-GCM-SHA384";
			case TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 -> "ECDHE-ECDSA-CHACHA20-POLY1305";
			default -> suite.name();
		};
	}

	private static String[] options(CipherSuite suite, Path keyLog) {
		boolean tls13 = suite.version() == ProtocolVersion.TLS_1_3;
		return new String[] { tls13 ? "-tls1_3" : "-tls1_2", tls13 ? "-ciphersuites" : "-cipher", openSslName(suite),
				"-keylogfile", keyLog.toString() };
	}

	// What the client says of the connection's secrets, and what follows from them.
	private static Map<String, byte[]> secrets(CipherSuite suite, Path keyLog, RecordingProxy proxy) throws Exception {
		Map<String, byte[]> secrets = new LinkedHashMap<>();
		byte[] clientRandom = {};
		for (String line : Files.readAllLines(keyLog)) {
			String[] words = line.split(" ", -1);
			if (words.length == 3 && !line.startsWith("#")) {
				clientRandom = HexFormat.of().parseHex(words[1]);
				secrets.put(words[0], HexFormat.of().parseHex(words[2]));
			}
		}
		if (suite.version() == ProtocolVersion.TLS_1_3) {
			assertThat(secrets).containsKeys("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0");
			addKeys(secrets, "server", KeySchedule.tls13(suite, secrets.get("SERVER_TRAFFIC_SECRET_0")));
			addKeys(secrets, "client", KeySchedule.tls13(suite, secrets.get("CLIENT_TRAFFIC_SECRET_0")));
			addNext(secrets, "server", suite, secrets.get("SERVER_TRAFFIC_SECRET_0"));
			addNext(secrets, "client", suite, secrets.get("CLIENT_TRAFFIC_SECRET_0"));
		}
		else {
			byte[] serverHello = proxy.recording().fromServer().plainHandshakeMessages(suite.version()).get(0);
			byte[] serverRandom = Arrays.copyOfRange(serverHello, 6, 6 + 32);
			var keys = KeySchedule.tls12(suite, secrets.get("CLIENT_RANDOM"), clientRandom, serverRandom);
			addKeys(secrets, "server", keys.serverWrite());
			addKeys(secrets, "client", keys.clientWrite());
		}
		return secrets;
	}

	// Names of those that may be kept: none where the kernel could not be given what
	// follows
	// from them.
	private static Set<String> nextSecrets(CipherSuite suite, boolean receive) {
		KtlsCapabilities capabilities = KernelTls.get().capabilities();
		Set<String> names = new TreeSet<>();
		if (capabilities.canRekeyTransmit(suite)) {
			names.add("next server secret");
		}
		if (receive && capabilities.canRekeyReceive(suite)) {
			names.add("next client secret");
		}
		return names;
	}

	// The secret that a KeyUpdate starts (RFC 8446 sections 7.1 and 7.2), and its keys.
	private static void addNext(Map<String, byte[]> secrets, String side, CipherSuite suite, byte[] secret)
			throws GeneralSecurityException {
		byte[] label = "tls13 traffic upd".getBytes(StandardCharsets.US_ASCII);
		ByteBuffer info = ByteBuffer.allocate(label.length + 5);
		info.putShort((short) suite.hash().length()).put((byte) label.length).put(label).put((byte) 0).put((byte) 1);
		Mac mac = Mac.getInstance(suite.hash().macName());
		mac.init(new SecretKeySpec(secret, mac.getAlgorithm()));
		byte[] next = mac.doFinal(info.array());
		secrets.put("next " + side + " secret", next);
		addKeys(secrets, "next " + side, KeySchedule.tls13(suite, next));
	}

	private static void addKeys(Map<String, byte[]> secrets, String side, TrafficKeys keys) {
		secrets.put(side + " key", keys.key());
		// Four bytes, the salt of AES-GCM in TLS 1.2, are found anywhere.
		if (keys.iv().length > 4) {
			secrets.put(side + " iv", keys.iv());
		}
	}

	// Return the names of those that are in the file, as bytes or in hexadecimal.
	private static Set<String> search(Path file, Map<String, byte[]> secrets) throws IOException {
		List<Map.Entry<String, byte[]>> needles = new ArrayList<>();
		boolean[] starts = new boolean[1 << 16];
		secrets.forEach((name, secret) -> {
			String hex = HexFormat.of().formatHex(secret);
			for (byte[] needle : List.of(secret, hex.getBytes(StandardCharsets.US_ASCII),
					hex.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII))) {
				needles.add(Map.entry(name, needle));
				starts[start(needle, 0)] = true;
			}
		});
		byte[] heap = Files.readAllBytes(file);
		Files.delete(file);
		Set<String> found = new TreeSet<>();
		for (int i = 0; i < heap.length - 1; i++) {
			if (starts[start(heap, i)]) {
				for (Map.Entry<String, byte[]> needle : needles) {
					byte[] bytes = needle.getValue();
					if (Arrays.equals(heap, i, Math.min(heap.length, i + bytes.length), bytes, 0, bytes.length)) {
						found.add(needle.getKey());
					}
				}
			}
		}
		return found;
	}

	private static int start(byte[] bytes, int offset) {
		return ((bytes[offset] & 0xff) << 8) | (bytes[offset + 1] & 0xff);
	}

	private static List<String> spellings(byte[] secret) {
		String hex = HexFormat.of().formatHex(secret);
		String numbers = Arrays.toString(secret);
		return List.of(hex, hex.toUpperCase(Locale.ROOT), HexFormat.ofDelimiter(" ").formatHex(secret),
				HexFormat.ofDelimiter(":").formatHex(secret),
				Base64.getEncoder().withoutPadding().encodeToString(secret), numbers.substring(1, numbers.length() - 1),
				new String(secret, StandardCharsets.ISO_8859_1));
	}

	// Handshakes that come to nothing

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void whenHandshakesDieNothingIsKept(String protocol, @TempDir Path serverKeys, @TempDir Path clientKeys)
			throws Exception {
		Certificates certificates = Certificates.create("EC", "localhost");
		Certificates client = Certificates.create("EC", "client");
		AtomicReference<SecretsSource> source = new AtomicReference<>();
		try (RunningApplication application = RunningApplication.start(files,
				List.of("server.ssl.certificate=" + certificates.writeCertificate(serverKeys),
						"server.ssl.certificate-private-key=" + certificates.writePrivateKey(serverKeys),
						"server.ssl.client-auth=need",
						"server.ssl.trust-certificate=" + client.writeCertificate(clientKeys),
						"server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required"),
				(context) -> ((GenericApplicationContext) context).registerBean(WebFilter.class,
						() -> (exchange, chain) -> {
							source.set(secretsSource((AbstractServerHttpRequest) exchange.getRequest()));
							return chain.filter(exchange);
						}))) {
			byte[] hello = clientHello(application.port(), protocol, client);
			SecretsSource secrets = source.get();
			await().until(() -> secrets.pendingHandshakes() == 0);
			long descriptors = descriptors();
			assertThatHandshakesUnderWayAreKnown(secrets, application.port(), hello);
			die(application.port(), protocol, hello);
			// Long before their time would be over, which is after a minute.
			await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> {
				assertThat(secrets.pendingHandshakes()).isZero();
				assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
			});
			assertThat(application.statistics().getActive()).isZero();
		}
	}

	// The control: they are there, and go with their connections.
	private static void assertThatHandshakesUnderWayAreKnown(SecretsSource secrets, int port, byte[] hello)
			throws IOException {
		List<Socket> sockets = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			Socket socket = connect(port);
			socket.getOutputStream().write(hello);
			assertThat(socket.getInputStream().read()).isNotNegative();
			sockets.add(socket);
		}
		assertThat(secrets.pendingHandshakes()).isEqualTo(50);
		for (Socket socket : sockets) {
			socket.close();
		}
		await().atMost(30, TimeUnit.SECONDS).until(() -> secrets.pendingHandshakes() == 0);
	}

	private static void die(int port, String protocol, byte[] hello) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(8);
		try {
			List<Callable<Void>> clients = new ArrayList<>();
			for (int i = 0; i < 2000; i++) {
				int number = i;
				clients.add(() -> {
					die(number, port, protocol, hello);
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
	}

	private static void die(int number, int port, String protocol, byte[] hello) throws IOException {
		byte[] garbage = new byte[200];
		new Random(number).nextBytes(garbage);
		switch (number % 6) {
			case 0 -> {
				try (Socket socket = connect(port)) {
					socket.getOutputStream().write(hello);
				}
			}
			case 1 -> {
				try (Socket socket = connect(port)) {
					socket.getOutputStream().write(hello);
					socket.getInputStream().read();
					socket.setSoLinger(true, 0);
				}
			}
			case 2 -> {
				try (Socket socket = connect(port)) {
					socket.getOutputStream().write(hello);
					socket.getInputStream().read();
					socket.getOutputStream().write(garbage);
					drain(socket);
				}
			}
			case 3 -> {
				try (Socket socket = connect(port)) {
					socket.getOutputStream().write(garbage);
					drain(socket);
				}
			}
			case 4 -> {
				try (Socket socket = connect(port)) {
					socket.getOutputStream().write(hello, 0, 1 + number % hello.length / 2);
				}
			}
			default -> {
				// No certificate. In TLS 1.3 the client thinks that it is connected.
				try (HttpsConnection connection = HttpsConnection.open(port, ClientTls.anonymous(),
						(parameters) -> parameters.setProtocols(new String[] { protocol }))) {
					assertThat(connection.read()).isNegative();
				}
				catch (IOException | UncheckedIOException ex) {
					// As it should be.
				}
			}
		}
	}

	private static Socket connect(int port) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
		socket.setSoTimeout(60_000);
		return socket;
	}

	private static void drain(Socket socket) {
		try (InputStream in = socket.getInputStream()) {
			in.transferTo(java.io.OutputStream.nullOutputStream());
		}
		catch (IOException ex) {
			// Reset, as what was sent was not read.
		}
	}

	private static byte[] clientHello(int port, String protocol, Certificates client) throws IOException {
		try (RecordingProxy proxy = RecordingProxy.start(port);
				HttpsConnection connection = HttpsConnection.open(proxy.port(), ClientTls.of(client),
						(parameters) -> parameters.setProtocols(new String[] { protocol }))) {
			assertThat(connection.protocol()).isEqualTo(protocol);
			assertThat(connection.get("/static/file", "Connection: close").sha256()).isEqualTo(hash);
			return proxy.recording().fromClient().records().get(0);
		}
	}

	private static SecretsSource secretsSource(AbstractServerHttpRequest request) {
		ChannelHandler handler = ((ChannelOperations<?, ?>) request.getNativeRequest()).channel()
			.pipeline()
			.get("ktls.plaintext");
		Object link = Objects.requireNonNull(ReflectionTestUtils.getField(handler, "link"));
		Object handover = ReflectionTestUtils.getField(link, "handover");
		return (SecretsSource) ReflectionTestUtils.getField(handover, "secrets");
	}

	private static long descriptors() throws IOException {
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.count();
		}
	}

}
