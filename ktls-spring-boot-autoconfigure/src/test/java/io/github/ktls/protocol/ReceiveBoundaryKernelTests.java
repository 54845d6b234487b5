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
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The kernel begins to read at the end of a record, wherever the segments end, and goes
 * on from record to record: whole ones and parts, of data and not, under one key after
 * the other.
 */
@Tag("kernel")
class ReceiveBoundaryKernelTests {

	private static final int FILE_SIZE = 100_000;

	private static final int BLOCK = 10_000;

	private static final String HELLO = TestFiles.sha256("{\"hello\":\"peer\"}".getBytes(StandardCharsets.UTF_8));

	private static final String REQUEST = TlsClient.request("/hello?name=peer");

	@TempDir
	static Path files;

	private static String file = "";

	@BeforeAll
	static void makeFile() {
		file = TestFiles.sha256(TestFiles.random(files.resolve("file"), FILE_SIZE));
		// Its probe receives, too.
		assertThat(KernelTls.get().isAvailable()).isTrue();
	}

	static Stream<KernelArm> arms() {
		return Stream.of(KernelArm.values()).filter(KernelArm::receive);
	}

	static Stream<Arguments> combinations() {
		return arms()
			.flatMap((arm) -> Stream.of(ProtocolVersion.values()).map((version) -> Arguments.of(arm, version)));
	}

	// Where the kernel begins

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whereverFirstSegmentEndsKernelBeginsAtTheEndOfARecord(KernelArm arm, ProtocolVersion version)
			throws IOException {
		try (KernelServer server = KernelServer.start(arm, files)) {
			int connections = 0;
			int length;
			int cut = 0;
			do {
				try (TlsPeer peer = TlsPeer.connect(version, server.port())) {
					byte[] request = peer.data(TlsClient.request("/static/file"));
					length = request.length;
					// With TLS 1.3 the end of the handshake is in the same segment.
					peer.send(Arrays.copyOf(request, cut));
					if (arm.activation() == Activation.ON_HANDSHAKE) {
						int handovers = connections + 1;
						await().until(() -> server.statistics().getHandovers() == handovers);
					}
					peer.send(Arrays.copyOfRange(request, cut, length), peer.request());
					file(peer);
					hello(peer);
					peer.send(peer.request());
					hello(peer);
					assertCloses(peer, "file, hello, hello");
				}
				connections++;
				cut += (cut < 8 || cut > length - 3) ? 1 : length / 5;
			}
			while (cut <= length);
			assertReceived(server, connections);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenManyRecordsComeWithEndOfHandshakeAllAreRead(KernelArm arm, ProtocolVersion version) throws IOException {
		int requests = 60;
		try (KernelServer server = KernelServer.start(arm, files)) {
			try (TlsPeer peer = TlsPeer.connect(version, server.port())) {
				List<byte[]> records = new ArrayList<>(List.of(peer.data(TlsClient.request("/static/file"))));
				for (int i = 0; i < requests; i++) {
					records.add(peer.request());
				}
				// One of them in records of one byte, another with the third in one.
				REQUEST.chars().forEach((c) -> records.add(peer.data(Character.toString(c))));
				records.add(peer.data(REQUEST + REQUEST));
				peer.send(records.toArray(byte[][]::new));
				file(peer);
				for (int i = 0; i < requests + 3; i++) {
					hello(peer);
				}
				assertThat(peer.events()).hasSize(requests + 4).doesNotContain("end");
				peer.clearEvents();
				assertCloses(peer, "");
			}
			assertReceived(server, 1);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenUploadIsUnderWayAtTheHandoverEveryByteArrives(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files);
				TlsPeer peer = TlsPeer.connect(version, server.port())) {
			// The file has the connection handed over while the upload is on its way.
			Upload upload = new Upload(peer, 3_000_000);
			peer.send(peer.data(TlsClient.request("/static/file")), upload.head(), upload.block());
			while (!upload.isComplete()) {
				byte[] block = upload.block();
				peer.send(Arrays.copyOf(block, block.length / 3));
				peer.send(Arrays.copyOfRange(block, block.length / 3, block.length));
			}
			file(peer);
			upload.receive();
			assertCloses(peer, "file, upload");
			assertReceived(server, 1);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenRecordsComeByteByByteKernelReadsThem(KernelArm arm, ProtocolVersion version) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files); TlsPeer peer = connect(server, version)) {
			for (int i = 0; i < 3; i++) {
				peer.sendByteByByte(peer.request());
				hello(peer);
			}
			peer.sendByteByByte(ClientHandshake.concat(peer.data(REQUEST.substring(0, 10)), peer.data(""),
					peer.data(REQUEST.substring(10)), peer.data("")));
			hello(peer);
			peer.sendByteByByte(peer.closeNotify());
			peer.receiveEnd();
			assertThat(String.join(", ", peer.events())).isEqualTo("hello, hello, hello, hello, close_notify, end");
			assertReceived(server, 1);
		}
	}

	// Keys

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "RECEIVING.*")
	void whenClientChangesItsKeyKernelFollowsOrConnectionEnds(KernelArm arm) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files);
				TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
			if (!canRekey()) {
				peer.send(peer.keyUpdate(false));
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("close_notify", "end");
				assertThat(server.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isOne();
				assertThat(server.statistics().getKeyUpdatesReceived()).isOne();
				assertReceived(server, 1);
				return;
			}
			int updates = 0;
			// Between requests, with one in the same segment, several, and byte by byte.
			for (int i = 0; i < 10; i++) {
				peer.send(peer.keyUpdate(false));
				peer.send(peer.request());
				hello(peer);
				peer.send(peer.request(), peer.keyUpdate(i % 2 == 0), peer.keyUpdate(false), peer.request(),
						peer.keyUpdate(true));
				hello(peer);
				hello(peer);
				byte[] update = peer.keyUpdate(false);
				peer.send(Arrays.copyOf(update, 7));
				peer.sendByteByByte(Arrays.copyOfRange(update, 7, update.length));
				updates += 5;
			}
			// Within a body, after each block.
			Upload upload = new Upload(peer, 20 * BLOCK);
			peer.send(upload.head());
			while (!upload.isComplete()) {
				peer.send(upload.block(), peer.keyUpdate(false));
				updates++;
			}
			upload.receive();
			peer.events().removeIf((event) -> event.equals("key_update"));
			assertThat(peer.events()).hasSize(31).doesNotContain("end");
			int received = updates;
			// The last one has nothing behind it that would be answered.
			await().until(() -> server.statistics().getKeyUpdatesReceived() == received);
			assertThat(server.kernel().of("TlsRxRekeyReceived")).isEqualTo(updates);
			assertThat(server.kernel().of("TlsRxRekeyOk")).isEqualTo(updates);
			assertThat(server.kernel().of("TlsRxRekeyError")).isZero();
			assertThat(server.kernel().of("TlsTxRekeyOk")).isEqualTo(server.statistics().getKeyUpdatesSent())
				.isBetween(10L, 15L);
			assertThat(server.statistics().getKeyUpdateFloods()).isZero();
			peer.clearEvents();
			assertCloses(peer, "");
			assertReceived(server, 1);
		}
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "RECEIVING.*")
	void whenKeyCannotBeFollowedResponseUnderWayIsCompleted(KernelArm arm) throws IOException {
		int size = 24 * 1024 * 1024;
		String large = TestFiles.sha256(TestFiles.random(files.resolve("large"), size));
		try (KernelServer server = KernelServer.start(arm, files);
				TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
			peer.send(peer.data(TlsClient.request("/static/large")));
			peer.receive("large", large, () -> peer.send(peer.keyUpdate(true)));
			if (canRekey()) {
				peer.send(peer.request());
				hello(peer);
				assertCloses(peer, "key_update, large, hello");
			}
			else {
				peer.receiveEnd();
				assertThat(peer.events()).containsExactly("large", "close_notify", "end");
			}
			assertReceived(server, 1);
		}
		finally {
			Files.delete(files.resolve("large"));
		}
	}

	// While nothing comes

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whilePartOfARecordIsThereNobodyKeepsAskingForTheRest(KernelArm arm, ProtocolVersion version)
			throws IOException {
		int connections = 3;
		try (KernelServer server = KernelServer.start(arm, files)) {
			List<TlsPeer> peers = new ArrayList<>();
			List<byte[]> requests = new ArrayList<>();
			for (int i = 0; i < connections; i++) {
				peers.add(connect(server, version));
				requests.add(peers.get(i).request());
			}
			Duration idle = cpuTime();
			for (int i = 0; i < connections; i++) {
				peers.get(i).send(Arrays.copyOf(requests.get(i), 1 + i * requests.get(i).length / connections));
			}
			Duration waiting = cpuTime();
			// Whoever asks all the time takes all of it, which is seconds.
			assertThat(waiting).isLessThan(idle.plusMillis(1000));
			for (int i = 0; i < connections; i++) {
				TlsPeer peer = peers.get(i);
				byte[] request = requests.get(i);
				peer.send(Arrays.copyOfRange(request, 1 + i * request.length / connections, request.length));
				hello(peer);
				// The same in the middle of a body.
				Upload upload = new Upload(peer, 3 * BLOCK);
				byte[] head = upload.head();
				byte[] first = upload.block();
				peer.send(head, first, Arrays.copyOf(upload.block(), 100));
				peers.set(i, peer);
			}
			Duration waitingInBody = cpuTime();
			assertThat(waitingInBody).isLessThan(idle.plusMillis(1000));
			for (TlsPeer peer : peers) {
				assertThat(peer.events()).containsExactly("hello");
				peer.reset();
			}
			assertReceivedAll(server, connections);
			// Of a body that is not complete Spring and Reactor tell, whoever does TLS.
			assertThat(server.warnings())
				.allMatch((warning) -> warning.contains("POST \"/upload\"") || warning.contains("onErrorDropped"))
				.allMatch((warning) -> warning.endsWith("Connection reset by peer")
						|| warning.endsWith("Connection has been closed"));
		}
	}

	// The processor time that the server's event loops take in three seconds.
	private static Duration cpuTime() {
		Duration before = eventLoops();
		await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
		return eventLoops().minus(before);
	}

	private static Duration eventLoops() {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		return Duration.ofNanos(Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
			.filter((thread) -> thread != null && thread.getThreadName().contains("-epoll-"))
			.mapToLong((thread) -> threads.getThreadCpuTime(thread.getThreadId()))
			.sum());
	}

	private static void assertReceived(KernelServer server, int connections) {
		assertReceivedAll(server, connections);
		assertThat(server.statistics().getTruncations()).isZero();
		assertThat(server.kernel().of("TlsDecryptError")).isZero();
		assertThat(server.warnings()).isEmpty();
	}

	private static void assertReceivedAll(KernelServer server, int connections) {
		await().until(() -> server.statistics().getActive() == 0);
		assertThat(server.statistics().getHandovers()).isEqualTo(connections);
		assertThat(server.statistics().getReceiveHandovers()).isEqualTo(connections);
		assertThat(server.kernel().of("TlsRxSw")).isEqualTo(connections);
		await().until(() -> server.kernel().of("TlsCurrRxSw") == 0);
	}

	private static boolean canRekey() {
		CipherSuite suite = CipherSuite.TLS_AES_128_GCM_SHA256;
		return KernelTls.get().capabilities().canRekeyReceive(suite)
				&& KernelTls.get().capabilities().canRekeyTransmit(suite);
	}

	private static void assertCloses(TlsPeer peer, String before) {
		peer.send(peer.closeNotify());
		peer.receiveEnd();
		assertThat(String.join(", ", peer.events()))
			.isEqualTo(before + (before.isEmpty() ? "" : ", ") + "close_notify, end");
	}

	private static void file(TlsPeer peer) {
		peer.receive("file", file, () -> {
		});
	}

	private static void hello(TlsPeer peer) {
		peer.receive("hello", HELLO, () -> {
		});
	}

	// Connect, and fetch a file that has the connection handed over.
	private static TlsPeer connect(KernelServer server, ProtocolVersion version) throws IOException {
		TlsPeer peer = TlsPeer.connect(version, server.port());
		peer.send(peer.data(TlsClient.request("/static/file")));
		file(peer);
		assertThat(peer.events()).containsExactly("file");
		peer.clearEvents();
		return peer;
	}

	/**
	 * A body in records of its own.
	 */
	private static final class Upload {

		private final TlsPeer peer;

		private final int length;

		private final MessageDigest digest;

		private int sent;

		Upload(TlsPeer peer, int length) {
			this.peer = peer;
			this.length = length;
			try {
				this.digest = MessageDigest.getInstance("SHA-256");
			}
			catch (NoSuchAlgorithmException ex) {
				throw new IllegalStateException(ex);
			}
		}

		byte[] head() {
			return this.peer.data("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
					+ "application/octet-stream\r\nContent-Length: " + this.length + "\r\n\r\n");
		}

		byte[] block() {
			byte[] block = new byte[BLOCK];
			Arrays.fill(block, (byte) (this.sent / BLOCK));
			this.sent += BLOCK;
			this.digest.update(block);
			return this.peer.keys().seal(TlsPeer.DATA, block);
		}

		boolean isComplete() {
			return this.sent >= this.length;
		}

		void receive() {
			String answer = this.length + ":" + HexFormat.of().formatHex(this.digest.digest());
			this.peer.receive("upload", TestFiles.sha256(answer.getBytes(StandardCharsets.US_ASCII)), () -> {
			});
		}

	}

}
