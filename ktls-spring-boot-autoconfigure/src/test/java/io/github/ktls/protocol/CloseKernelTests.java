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

package io.github.ktls.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.OpenSslClient;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How connections end: by an alert where something is wrong, by a close_notify where
 * nothing is, after the response under way, and without a word in the log.
 */
@Tag("kernel")
class CloseKernelTests {

	private static final int FILE_SIZE = 100_000;

	/** More than all buffers hold, and a slice of a file. */
	private static final int LARGE_SIZE = 24 * 1024 * 1024;

	private static final int HUGE_SIZE = 100 * 1024 * 1024;

	/** More than what the sockets hold before the client reads. */
	private static final int BUFFERS_SIZE = 6 * 1024 * 1024;

	private static final long ENDLESS_SIZE = 1L << 30;

	private static final int TEXT_SIZE = 100_000_000;

	private static final int ATTEMPTS = 4;

	private static final int UPLOAD_SIZE = 1_000_000;

	private static final String BOOTS_QUIET_PERIOD = "test.quiet-period=2s";

	private static final int SETTINGS = 4;

	private static final int WARNING = 1;

	private static final int FATAL = 2;

	private static final int USER_CANCELED = 90;

	private static final int INTERNAL_ERROR = 80;

	private static final String HELLO = TestFiles.sha256("{\"hello\":\"peer\"}".getBytes(StandardCharsets.UTF_8));

	/** RFC 9113 section 3.4: what a client begins with, and settings of no length. */
	private static final String HTTP_2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

	@TempDir
	static Path files;

	private static String file = "";

	private static String large = "";

	private static String huge = "";

	@BeforeAll
	static void makeFiles() {
		file = TestFiles.sha256(TestFiles.random(files.resolve("file"), FILE_SIZE));
		large = TestFiles.sha256(TestFiles.random(files.resolve("large"), LARGE_SIZE));
		huge = TestFiles.sha256(TestFiles.random(files.resolve("huge"), HUGE_SIZE));
		TestFiles.sparse(files.resolve("endless"), ENDLESS_SIZE);
	}

	static Stream<Arguments> combinations() {
		return Stream.of(KernelArm.values())
			.flatMap((arm) -> Stream.of(ProtocolVersion.values()).map((version) -> Arguments.of(arm, version)));
	}

	// Something is wrong

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenRecordIsBrokenClientIsToldWhy(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files)) {
			try (TlsPeer peer = connect(server, version)) {
				byte[] broken = peer.request();
				broken[broken.length - 1] ^= 1;
				peer.send(broken);
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("fatal bad_record_mac", "end");
			}
			try (TlsPeer peer = connect(server, version)) {
				// Alone: the kernel forgets an error that comes behind data it gives out.
				peer.send(header(TlsPeer.DATA, 0x0303, 17_000), new byte[100]);
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("fatal record_overflow", "end");
			}
			try (TlsPeer peer = connect(server, version)) {
				peer.send(header(TlsPeer.DATA, 0x0305, 100), new byte[100]);
				peer.receiveEnd();
				assertThat(peer.events()).hasSize(2).contains("end");
				assertThat(peer.events().get(0)).isIn("fatal protocol_version", "fatal bad_record_mac");
			}
			try (TlsPeer peer = connect(server, version)) {
				peer.send(peer.alert(FATAL, INTERNAL_ERROR));
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("end");
			}
			assertOrderly(server);
		}
	}

	// The client has said all it wants to say

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenClientClosesDuringResponseItIsCompleted(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files)) {
			for (boolean half : new boolean[] { false, true }) {
				for (String path : new String[] { "/static/large", "/resource/large", "/entity/large" }) {
					try (TlsPeer peer = connect(server, version)) {
						peer.send(peer.data(TlsClient.request(path)));
						peer.receive("large", large, () -> {
							peer.send(peer.closeNotify());
							if (half) {
								peer.fin();
							}
						});
						peer.receiveEnd();
						assertThat(peer.events()).as(path + (half ? " and FIN" : ""))
							.containsExactly("large", "close_notify", "end");
					}
				}
			}
			assertOrderly(server);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenClientClosesAtTheBeginningOfHugeResponseItIsCompleted(KernelArm arm) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files);
				TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
			peer.send(peer.data(TlsClient.request("/static/huge")), peer.closeNotify());
			peer.fin();
			peer.receive("huge", huge, () -> {
			});
			peer.receiveEnd();
			assertThat(peer.events()).containsExactly("huge", "close_notify", "end");
			assertOrderly(server);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenClientClosesDuringResponsesOfOtherKindsTheyAreCompleted(KernelArm arm, ProtocolVersion version)
			throws IOException {
		int size = 3_000_000;
		String text = TestFiles.sha256("t".repeat(size).getBytes(StandardCharsets.US_ASCII));
		try (KernelServer server = KernelServer.start(arm, files)) {
			for (boolean half : new boolean[] { false, true }) {
				try (TlsPeer peer = connect(server, version)) {
					peer.send(peer.data(TlsClient.request("/text?size=" + size)));
					peer.receive("text", text, () -> {
						peer.send(peer.closeNotify());
						if (half) {
							peer.fin();
						}
					});
					peer.receiveEnd();
					assertThat(peer.events()).containsExactly("text", "close_notify", "end");
				}
			}
			assertOrderly(server);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenClientClosesBetweenResponsesOrWithinARequestServerClosesAtOnce(KernelArm arm, ProtocolVersion version)
			throws IOException {
		try (KernelServer server = KernelServer.start(arm, files)) {
			for (boolean half : new boolean[] { false, true }) {
				try (TlsPeer peer = connect(server, version)) {
					peer.send(peer.request());
					hello(peer);
					assertCloses(peer, half, "hello");
				}
				try (TlsPeer peer = connect(server, version)) {
					peer.send(upload(peer, UPLOAD_SIZE), block(peer));
					assertCloses(peer, half);
				}
				try (TlsPeer peer = connect(server, version)) {
					peer.send(peer.data("GET /hel"));
					assertCloses(peer, half);
				}
			}
			assertOrderly(server);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenWarningsComeBeforeCloseNotifyTheyMeanNothing(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files); TlsPeer peer = connect(server, version)) {
			peer.send(peer.data(TlsClient.request("/static/large")));
			peer.receive("large", large, () -> peer.send(peer.alert(WARNING, USER_CANCELED), peer.closeNotify()));
			peer.receiveEnd();
			assertThat(peer.events()).containsExactly("large", "close_notify", "end");
			assertOrderly(server);
		}
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = ".*HANDSHAKE")
	void whenClientLeavesARequestThatIsNotAnsweredItIsNotWaitedForForEver(KernelArm arm) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files)) {
			try (TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
				peer.send(peer.data("POST /held-upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody"),
						peer.closeNotify());
				peer.fin();
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("close_notify", "end");
			}
			await().until(() -> server.statistics().getActive() == 0);
		}
	}

	private static void assertCloses(TlsPeer peer, boolean half, String... before) {
		peer.send(peer.closeNotify());
		if (half) {
			peer.fin();
		}
		peer.receiveEnd();
		assertThat(String.join(", ", peer.events()))
			.isEqualTo(((before.length > 0) ? String.join(", ", before) + ", " : "") + "close_notify, end");
	}

	// The server has

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenConnectionIsIdleServerClosesIt(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files, "server.netty.idle-timeout=1s");
				TlsPeer peer = connect(server, version)) {
			peer.receiveEnd();
			assertThat(peer.events()).containsExactly("close_notify", "end");
			assertOrderly(server);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenClientWantsNoOtherResponseServerCloses(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files); TlsPeer peer = connect(server, version)) {
			peer.send(peer.data(TlsClient.request("/static/large", "Connection: close")));
			peer.receive("large", large, () -> {
			});
			peer.receiveEnd();
			assertThat(peer.events()).containsExactly("large", "close_notify", "end");
			assertOrderly(server);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenServerIsShutDownResponseIsCompleted(KernelArm arm, ProtocolVersion version) throws IOException {
		KernelServer server = KernelServer.start(arm, files, "server.shutdown=graceful",
				"spring.lifecycle.timeout-per-shutdown-phase=60s", BOOTS_QUIET_PERIOD);
		try (TlsPeer peer = connect(server, version); TlsPeer idle = connect(server, version)) {
			CompletableFuture<?>[] shutdown = new CompletableFuture<?>[1];
			peer.send(peer.data(TlsClient.request("/static/large")));
			peer.receive("large", large, () -> {
				shutdown[0] = CompletableFuture.runAsync(server::close);
				// It has begun when those that wait for nothing are closed.
				idle.receiveEnd();
			});
			peer.receiveEnd();
			assertThat(peer.events()).containsExactly("large", "close_notify", "end");
			assertThat(idle.events()).containsExactly("close_notify", "end");
			shutdown[0].join();
		}
		finally {
			server.close();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenHttp2ConnectionIsIdleOrServerIsShutDownClientSeesCloseNotify(KernelArm arm) throws IOException {
		KernelServer server = KernelServer.start(arm, files, "server.http2.enabled=true", "server.shutdown=graceful",
				BOOTS_QUIET_PERIOD);
		try (OpenSslClient client = OpenSslClient.connect(server.port(), "-tls1_3", "-alpn", "h2")) {
			client.sendText(HTTP_2);
			awaitSettingsAcknowledged(client);
			server.close();
			client.receiveText(Integer.MAX_VALUE - 8);
			assertThat(client.isAtEnd()).isTrue();
		}
		finally {
			server.close();
		}
		try (KernelServer idle = KernelServer.start(arm, files, "server.http2.enabled=true",
				"server.netty.idle-timeout=1s");
				OpenSslClient client = OpenSslClient.connect(idle.port(), "-tls1_3", "-alpn", "h2")) {
			client.sendText(HTTP_2);
			client.receiveText(Integer.MAX_VALUE - 8);
			assertThat(client.isAtEnd()).isTrue();
			assertThat(idle.statistics().getHandovers()).isZero();
		}
	}

	// The server has read all that was sent, so that closing does not reset.
	private static void awaitSettingsAcknowledged(OpenSslClient client) throws IOException {
		boolean acknowledged = false;
		while (!acknowledged) {
			String frame = client.receiveText(9);
			assertThat(frame).hasSize(9);
			client.receiveText(frame.charAt(1) << 8 | frame.charAt(2));
			acknowledged = frame.charAt(3) == SETTINGS && frame.charAt(4) == 1;
		}
	}

	// Nobody has said anything

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenClientEndsWithoutCloseNotifyItIsCounted(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files)) {
			try (TlsPeer peer = connect(server, version)) {
				peer.fin();
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("end");
			}
			awaitTruncations(server, 1);
			try (TlsPeer peer = connect(server, version)) {
				peer.send(upload(peer, UPLOAD_SIZE), block(peer));
				peer.fin();
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("end");
			}
			awaitTruncations(server, 2);
			try (TlsPeer peer = connect(server, version)) {
				peer.send(peer.data(TlsClient.request("/static/large")));
				// The rest has no room in the buffers until the server has seen the end.
				peer.receive("large", large, () -> {
					peer.fin();
					awaitTruncations(server, 3);
				});
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("large cut", "end");
			}
			awaitTruncations(server, 3);
			try (TlsPeer peer = connect(server, version)) {
				byte[] request = peer.request();
				peer.send(Arrays.copyOf(request, request.length / 2));
				peer.fin();
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("end");
			}
			awaitTruncations(server, 4);
			await().until(() -> server.statistics().getActive() == 0);
			assertNothingLogged(server);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenClientVanishesNothingIsLeft(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files)) {
			try (TlsPeer peer = connect(server, version)) {
				peer.send(peer.data(TlsClient.request("/static/large")));
				peer.receive("large", large, peer::reset);
			}
			try (TlsPeer peer = connect(server, version)) {
				byte[] request = peer.request();
				peer.send(Arrays.copyOf(request, request.length / 2));
				peer.reset();
			}
			// It has a close_notify behind it, and is gone before the response is read.
			try (TlsPeer peer = connect(server, version)) {
				peer.send(peer.data(TlsClient.request("/static/large")));
				peer.receive("large", large, () -> {
					peer.send(peer.closeNotify());
					peer.reset();
				});
			}
			await().until(() -> server.statistics().getActive() == 0);
			await().until(() -> server.kernel().of("TlsCurrTxSw") == 0 && server.kernel().of("TlsCurrRxSw") == 0);
			// Reactor Netty may want to read on behind a response that failed.
			assertThat(server.warnings()).allMatch((warning) -> warning.contains("epoll_ctl(..)"));
		}
	}

	// Once the first of both is there the kernel may not say that the second one is, and
	// go on taking whatever it is given.
	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenClientClosesAndThenResetsTheRestIsNotEncrypted(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files)) {
			for (String path : List.of("/static/endless", "/text?size=" + TEXT_SIZE)) {
				long before = bytesWritten();
				for (int i = 0; i < ATTEMPTS; i++) {
					try (TlsPeer peer = connect(server, version)) {
						peer.send(peer.data(TlsClient.request(path)));
						assertThat(peer.skip(100_000)).isTrue();
						peer.send(peer.closeNotify());
						peer.fin();
						// So that the server has seen both.
						assertThat(peer.skip(BUFFERS_SIZE)).isTrue();
						peer.reset();
					}
				}
				await().atMost(2, TimeUnit.MINUTES).until(() -> server.statistics().getActive() == 0);
				assertThat(bytesWritten() - before).as(path).isLessThan(ATTEMPTS * (LARGE_SIZE + BUFFERS_SIZE));
			}
			assertThat(server.statistics().getHandovers()).isEqualTo(2 * ATTEMPTS);
		}
	}

	// Of the process, those of sendfile(2) among them:
	// Documentation/filesystems/proc.rst.
	private static long bytesWritten() throws IOException {
		return Files.readAllLines(Path.of("/proc/self/io"))
			.stream()
			.filter((line) -> line.startsWith("wchar: "))
			.mapToLong((line) -> Long.parseLong(line.substring("wchar: ".length())))
			.sum();
	}

	private static void awaitTruncations(KernelServer server, long number) {
		await().until(() -> server.statistics().getActive() == 0);
		assertThat(server.statistics().getTruncations()).isEqualTo(number);
	}

	private static void assertOrderly(KernelServer server) {
		await().until(() -> server.statistics().getActive() == 0);
		assertThat(server.statistics().getTruncations()).isZero();
		assertNothingLogged(server);
		await().until(() -> server.kernel().of("TlsCurrTxSw") == 0 && server.kernel().of("TlsCurrRxSw") == 0);
	}

	// Of a body that is not complete Spring tells, whoever does TLS.
	private static void assertNothingLogged(KernelServer server) {
		assertThat(server.warnings()).allMatch(
				(warning) -> warning.endsWith("500 Server Error for HTTP POST \"/upload\" Connection has been closed"));
	}

	private static byte[] upload(TlsPeer peer, int length) {
		return peer.data("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\n"
				+ "Content-Length: " + length + "\r\n\r\n");
	}

	private static byte[] block(TlsPeer peer) {
		return peer.data("b".repeat(10_000));
	}

	private static byte[] header(int type, int version, int length) {
		return new byte[] { (byte) type, (byte) (version >> 8), (byte) version, (byte) (length >> 8), (byte) length };
	}

	private static void hello(TlsPeer peer) {
		peer.receive("hello", HELLO, () -> {
		});
	}

	// Connect, and fetch a file that has the connection handed over.
	private static TlsPeer connect(KernelServer server, ProtocolVersion version) throws IOException {
		long before = server.statistics().getHandovers();
		TlsPeer peer = TlsPeer.connect(version, server.port());
		peer.send(peer.data(TlsClient.request("/static/file")));
		peer.receive("file", file, () -> {
		});
		assertThat(peer.events()).containsExactly("file");
		peer.clearEvents();
		assertThat(server.statistics().getHandovers()).isEqualTo(before + 1);
		return peer;
	}

}
