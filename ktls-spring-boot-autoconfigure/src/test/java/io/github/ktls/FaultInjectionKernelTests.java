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
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.server.WebFilter;

import io.github.ktls.autoconfigure.SystemCallsInitializer;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.TlsStat;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.FaultySystemCalls;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.Wire;
import io.github.ktls.tls.ContentType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Each system call of the handover fails, in each way: before the point of no return the
 * response arrives in user space, after it the connection closes. In every case the bytes
 * on the wire are TLS records and nothing of what they carry can be read.
 */
@Tag("kernel")
@Tag("process")
class FaultInjectionKernelTests {

	/** Those of others in this network namespace. */
	private static long sessionsBefore;

	private static final int SIZE = 1024 * 1024;

	/** Of which not all fit into the sockets' buffers. */
	private static final int PIPELINED = 30;

	private static final int[] ERRNOS = { Errno.ENOENT, Errno.EPERM, Errno.EBUSY, Errno.ENOMEM, Errno.EINVAL,
			Errno.ENOPROTOOPT };

	private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

	/** The file is nothing but this, so that no piece of it can go unnoticed. */
	private static final byte[] MARKER = new byte[16];

	private static final String TEXT_MARKER;

	static {
		new Random().nextBytes(MARKER);
		TEXT_MARKER = HexFormat.of().formatHex(MARKER);
	}

	private static final Map<Activation, Server> servers = new EnumMap<>(Activation.class);

	@TempDir
	static Path files;

	@TempDir
	static Path keys;

	private static String hash = "";

	private static SSLContext clientContext;

	@BeforeAll
	static void startServers() throws IOException {
		sessionsBefore = tlsStat("TlsCurrTxSw");
		try (OutputStream out = Files.newOutputStream(files.resolve("large"))) {
			for (int written = 0; written < SIZE; written += MARKER.length) {
				out.write(MARKER);
			}
		}
		hash = TestFiles.sha256(files.resolve("large"));
		Certificates certificates = Certificates.create("EC", "localhost");
		clientContext = TlsClient.context(certificates);
		for (Activation activation : Activation.values()) {
			FaultySystemCalls systemCalls = new FaultySystemCalls(new JnaSystemCalls());
			List<String> properties = List.of("server.ssl.certificate=" + certificates.writeCertificate(keys),
					"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys),
					"server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
					"server.ssl.ktls.activation=" + activation);
			RunningApplication application = RunningApplication.start(files, properties, (context) -> {
				new SystemCallsInitializer(systemCalls).initialize(context);
				((GenericApplicationContext) context).registerBean(WebFilter.class, () -> (exchange, chain) -> {
					exchange.getResponse().getHeaders().set("X-Marker", TEXT_MARKER);
					return chain.filter(exchange);
				});
			});
			servers.put(activation, new Server(application, systemCalls));
		}
	}

	@AfterAll
	static void stopServers() {
		servers.values().forEach((server) -> server.application().close());
		servers.clear();
	}

	@AfterEach
	void heal() {
		servers.values().forEach((server) -> server.systemCalls().heal());
	}

	static Stream<Arguments> refusals() {
		return Stream.of("setsockopt(TCP_ULP)", "setsockopt(TLS_TX)")
			.flatMap((call) -> errors().map((arguments) -> Arguments.of(call, arguments.get()[0], arguments.get()[1],
					arguments.get()[2], arguments.get()[3])));
	}

	static Stream<Arguments> errors() {
		return IntStream.of(ERRNOS)
			.boxed()
			.flatMap((errno) -> combinations()
				.map((arguments) -> Arguments.of(Errno.nameOf(errno), errno, arguments.get()[0], arguments.get()[1])));
	}

	static Stream<Arguments> combinations() {
		return PROTOCOLS.stream()
			.flatMap((protocol) -> Stream.of(Activation.values())
				.map((activation) -> Arguments.of(protocol, activation)));
	}

	@ParameterizedTest(name = "{0} {1} {3} {4}")
	@MethodSource("refusals")
	void whenKernelRefusesThenResponsesComeFromUserSpace(String call, String errorName, int errno, String protocol,
			Activation activation) throws IOException {
		Server server = server(activation);
		KtlsStatistics statistics = server.application().statistics();
		KtlsFallbackReason reason = reason(call, errno);
		long fallbacks = statistics.getFallbacks(reason);
		long allFallbacks = fallbacks(statistics);
		long handovers = statistics.getHandovers();
		long files = statistics.getFilesByChunks();
		server.systemCalls().refuse(call, errno);
		try (RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(clientContext, protocol, proxy.port())) {
				assertLargeFile(get(client, "/static/large"));
				assertThat(server.systemCalls().failures()).isOne();
				assertThat(statistics.getFallbacks(reason)).isEqualTo(fallbacks + 1);
				assertThat(get(client, "/text?size=20000").length()).isEqualTo(20_000);
				assertLargeFile(get(client, "/entity/large"));
				assertLargeFile(get(client, "/static/large", "Connection: close"));
				assertThat(client.isAtEnd()).isTrue();
			}
			assertNoPlaintext(proxy);
		}
		assertThat(server.systemCalls().failures()).isOne();
		assertThat(fallbacks(statistics)).isEqualTo(allFallbacks + 1);
		assertThat(statistics.getHandovers()).isEqualTo(handovers);
		assertThat(statistics.getFilesByChunks()).isEqualTo(files + 3);
	}

	@ParameterizedTest(name = "{0} {2} {3}")
	@MethodSource("errors")
	void whenCloseNotifyFailsThenConnectionClosesBehindWholeBody(String errorName, int errno, String protocol,
			Activation activation) throws IOException {
		Server server = server(activation);
		KtlsStatistics statistics = server.application().statistics();
		long handovers = statistics.getHandovers();
		server.systemCalls().refuse("sendmsg", errno);
		try (RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(clientContext, protocol, proxy.port())) {
				assertLargeFile(get(client, "/static/large"));
				assertThat(server.systemCalls().failures()).isZero();
				assertLargeFile(get(client, "/static/large", "Connection: close"));
				assertThat(client.isAtEnd()).isTrue();
			}
			assertThat(server.systemCalls().failures()).isOne();
			assertNoPlaintext(proxy);
		}
		assertThat(statistics.getHandovers()).isEqualTo(handovers + 1);
		assertEverythingIsClosed(server);
	}

	@ParameterizedTest(name = "{0} {2} {3}")
	@MethodSource("errors")
	void whenKernelTakesKeyAndReportsFailureThenConnectionClosesAtOnce(String errorName, int errno, String protocol,
			Activation activation) throws IOException {
		Server server = server(activation);
		long installed = tlsStat("TlsTxSw");
		KtlsStatistics statistics = server.application().statistics();
		long handovers = statistics.getHandovers();
		server.systemCalls().failAfterwards("setsockopt(TLS_TX)", errno);
		assertThatConnectionCloses(server, protocol);
		assertThat(tlsStat("TlsTxSw")).isEqualTo(installed + 1);
		assertThat(statistics.getHandovers()).isEqualTo(handovers);
		assertEverythingIsClosed(server);
	}

	@ParameterizedTest(name = "{0} {2} {3}")
	@MethodSource("errors")
	void whenKernelIsAskedForItsKeyAndFailsThenOnlyACertainNoKeepsTheConnection(String errorName, int errno,
			String protocol, Activation activation) throws IOException {
		Server server = server(activation);
		server.systemCalls().refuse("getsockopt(TLS_TX)", errno);
		// What the kernel answers where it has no key, or no TLS attached.
		if (errno == Errno.EBUSY || errno == Errno.ENOPROTOOPT) {
			server.systemCalls().refuse("setsockopt(TLS_TX)", Errno.EINVAL);
			assertThatUserSpaceServes(server, protocol);
			assertThat(server.systemCalls().failures()).isEqualTo(2);
		}
		else {
			server.systemCalls().failAfterwards("setsockopt(TLS_TX)", Errno.EINVAL);
			assertThatConnectionCloses(server, protocol);
			assertEverythingIsClosed(server);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenKernelRefusesEverythingThenResponsesComeFromUserSpace(String protocol, Activation activation)
			throws IOException {
		Server server = server(activation);
		server.systemCalls().refuse("setsockopt(TCP_ULP)", Errno.EPERM);
		server.systemCalls().refuse("getsockopt(TLS_TX)", Errno.EPERM);
		assertThatUserSpaceServes(server, protocol);
	}

	private static void assertThatUserSpaceServes(Server server, String protocol) throws IOException {
		try (RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(clientContext, protocol, proxy.port())) {
				assertLargeFile(get(client, "/static/large"));
				assertLargeFile(get(client, "/static/large"));
			}
			assertNoPlaintext(proxy);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenPushIsRefusedThenConnectionClosesInsteadOfStandingStill(String protocol, Activation activation)
			throws IOException {
		Server server = server(activation);
		server.systemCalls().refuse("setsockopt(TCP_CORK)", Errno.EPERM);
		try (TlsClient client = TlsClient.connect(clientContext, protocol, server.application().port())) {
			client.send(TlsClient.request("/static/large").repeat(PIPELINED));
			await().until(() -> server.systemCalls().failures() == 1);
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
				for (int i = 0; i < PIPELINED; i++) {
					client.receive();
				}
			});
		}
		assertThat(server.systemCalls().failures()).isOne();
		assertEverythingIsClosed(server);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenNothingFailsThenKernelSendsAndSaysGoodbye(String protocol, Activation activation) throws IOException {
		Server server = server(activation);
		long handovers = server.application().statistics().getHandovers();
		try (RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(clientContext, protocol, proxy.port())) {
				assertLargeFile(get(client, "/static/large", "Connection: close"));
				assertThat(client.isAtEnd()).isTrue();
			}
			assertNoPlaintext(proxy);
			byte[] last = lastRecord(proxy.recording().fromServer());
			ContentType type = protocol.equals("TLSv1.2") ? ContentType.ALERT : ContentType.APPLICATION_DATA;
			assertThat(last[0]).isEqualTo((byte) type.value());
			assertThat(last).hasSizeLessThan(32);
		}
		assertThat(server.application().statistics().getHandovers()).isEqualTo(handovers + 1);
		assertEverythingIsClosed(server);
	}

	private static void assertThatConnectionCloses(Server server, String protocol) throws IOException {
		try (RecordingProxy proxy = server.proxy()) {
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
				try (TlsClient client = TlsClient.connect(clientContext, protocol, proxy.port())) {
					get(client, "/static/large");
				}
			});
			assertNoPlaintext(proxy);
			// The handshake, but nothing of the response's head or body.
			assertThat(proxy.recording().fromServer().bytes()).hasSizeBetween(100, 4096);
		}
		assertThat(server.systemCalls().failures()).isPositive();
	}

	private static TlsClient.Response get(TlsClient client, String path, String... headers) throws IOException {
		String[] lines = Arrays.copyOf(headers, headers.length + 1);
		lines[headers.length] = "X-Request-Marker: " + TEXT_MARKER;
		TlsClient.Response response = client.get(path, lines);
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.headers()).containsEntry("x-marker", TEXT_MARKER);
		return response;
	}

	private static void assertLargeFile(TlsClient.Response response) {
		assertThat(response.length()).isEqualTo(SIZE);
		assertThat(response.sha256()).isEqualTo(hash);
	}

	private static void assertNoPlaintext(RecordingProxy proxy) {
		for (Wire wire : List.of(proxy.recording().fromClient(), proxy.recording().fromServer())) {
			assertThat(wire.records()).isNotEmpty();
			assertThat(wire.indexOf(MARKER)).isEqualTo(-1);
			for (String text : List.of(TEXT_MARKER, "X-Marker", "HTTP/1.1", "tttttttt")) {
				assertThat(wire.indexOf(text.getBytes(StandardCharsets.ISO_8859_1))).as(text).isEqualTo(-1);
			}
		}
	}

	private static void assertEverythingIsClosed(Server server) {
		await().untilAsserted(() -> {
			assertThat(server.application().statistics().getActive()).isZero();
			assertThat(tlsStat("TlsCurrTxSw")).isLessThanOrEqualTo(sessionsBefore);
		});
	}

	private static byte[] lastRecord(Wire wire) {
		List<byte[]> records = wire.records();
		return records.get(records.size() - 1);
	}

	private static KtlsFallbackReason reason(String call, int errno) {
		if (errno != Errno.ENOENT) {
			return KtlsFallbackReason.SYSTEM_CALL_REFUSED;
		}
		return call.contains("ULP") ? KtlsFallbackReason.MODULE_MISSING : KtlsFallbackReason.CIPHER_NOT_IN_KERNEL;
	}

	private static long fallbacks(KtlsStatistics statistics) {
		return Stream.of(KtlsFallbackReason.values()).mapToLong(statistics::getFallbacks).sum();
	}

	private static long tlsStat(String name) {
		return TlsStat.read().getOrDefault(name, 0L);
	}

	private static Server server(Activation activation) {
		return servers.get(activation);
	}

	/**
	 * An application with the system calls that it uses.
	 *
	 * @param application the application
	 * @param systemCalls its system calls
	 */
	private record Server(RunningApplication application, FaultySystemCalls systemCalls) {

		RecordingProxy proxy() {
			return RecordingProxy.start(this.application.port());
		}

	}

}
