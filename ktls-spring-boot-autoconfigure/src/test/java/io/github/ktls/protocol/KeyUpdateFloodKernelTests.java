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
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.kernel.KernelTls;
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
 * A peer may send so many KeyUpdates, and other records that carry no data, within a
 * second, and not one more.
 */
@Tag("kernel")
class KeyUpdateFloodKernelTests {

	private static final int LIMIT = 5;

	/** More than the limit, also if a second ends between two; BoringSSL has 32. */
	private static final int FLOOD = 20;

	private static final int FILE_SIZE = 100_000;

	private static final int LARGE_SIZE = 32 * 1024 * 1024;

	private static final String FLOODED = "fatal unexpected_message, end";

	@TempDir
	static Path files;

	private static String file = "";

	private static String large = "";

	private static final String HELLO = TestFiles.sha256("{\"hello\":\"peer\"}".getBytes(StandardCharsets.UTF_8));

	@BeforeAll
	static void makeFiles() {
		file = TestFiles.sha256(TestFiles.random(files.resolve("file"), FILE_SIZE));
		large = TestFiles.sha256(TestFiles.random(files.resolve("large"), LARGE_SIZE));
		// Its probe changes keys, too.
		assertThat(KernelTls.get().isAvailable()).isTrue();
	}

	static Stream<Arguments> armsAndRequests() {
		return Stream.of(KernelArm.values())
			.flatMap((arm) -> Stream.of(true, false).map((requested) -> Arguments.of(arm, requested)));
	}

	static Stream<Arguments> receivingArmsAndVersions() {
		return Stream.of(KernelArm.values())
			.filter(KernelArm::receive)
			.flatMap((arm) -> Stream.of(ProtocolVersion.values()).map((version) -> Arguments.of(arm, version)));
	}

	// KeyUpdates

	@ParameterizedTest(name = "{0} requested: {1}")
	@MethodSource("armsAndRequests")
	void whenKeyUpdatesExceedLimitConnectionIsClosedWithAlert(KernelArm arm, boolean requested) throws IOException {
		try (KernelServer server = start(arm); TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
			peer.send(repeat(flood(arm), () -> peer.keyUpdate(requested)));
			peer.receiveEnd();
			if (flood(arm) > LIMIT) {
				assertFlooded(server, peer);
			}
			else {
				assertDrained(server, peer, "close_notify, end");
			}
		}
	}

	@ParameterizedTest(name = "{0} requested: {1}")
	@MethodSource("armsAndRequests")
	void whenKeyUpdatesExceedLimitDuringDownloadConnectionIsClosedWithAlert(KernelArm arm, boolean requested)
			throws IOException {
		try (KernelServer server = start(arm); TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
			peer.send(peer.data(TlsClient.request("/static/large")));
			peer.receive("large", large, () -> peer.send(repeat(flood(arm), () -> peer.keyUpdate(requested))));
			peer.receiveEnd();
			if (flood(arm) > LIMIT) {
				assertThat(server.statistics().getKeyUpdateFloods()).isOne();
				// Whether the alert finds room behind what the peer has not read is luck.
				peer.events().removeIf((event) -> event.startsWith("key_update"));
				assertThat(String.join(", ", peer.events())).isIn("fatal unexpected_message, large cut, end",
						"large cut, end", "large, fatal unexpected_message, end");
			}
			else {
				assertDrained(server, peer, "large, close_notify, end");
			}
		}
	}

	@ParameterizedTest(name = "{0} requested: {1}")
	@MethodSource("armsAndRequests")
	void whenKeyUpdatesReachLimitConnectionGoesOn(KernelArm arm, boolean requested) throws IOException {
		if (!canFollow(arm, requested)) {
			// There it ends with the first one, as the test above shows.
			return;
		}
		try (KernelServer server = start(arm); TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
			peer.send(repeat(LIMIT, () -> peer.keyUpdate(requested)));
			hello(peer);
			peer.send(peer.closeNotify());
			peer.receiveEnd();
			assertThat(String.join(", ", peer.events()))
				.isEqualTo((requested ? "key_update, " : "") + "hello, close_notify, end");
			assertThat(server.statistics().getKeyUpdateFloods()).isZero();
			assertThat(server.statistics().getKeyUpdatesReceived()).isEqualTo(arm.receive() ? LIMIT : 0);
			assertThat(server.kernel().of("TlsTxRekeyOk")).isEqualTo(server.statistics().getKeyUpdatesSent())
				.isBetween(requested ? 1L : 0L, requested ? (long) LIMIT : 0L);
			assertThat(server.kernel().of("TlsRxRekeyOk")).isEqualTo(server.kernel().of("TlsRxRekeyReceived"))
				.isEqualTo(server.statistics().getKeyUpdatesReceived());
			assertThat(server.warnings()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "SENDING.*")
	void whenKeyUpdatesAreMoreThanBoringSslTakesTheyCountAsFlood(KernelArm arm) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files);
				TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
			peer.send(repeat(33, () -> peer.keyUpdate(false)));
			peer.receiveEnd();
			assertFlooded(server, peer);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenOneConnectionFloodsOthersGoOn(KernelArm arm) throws IOException {
		try (KernelServer server = start(arm);
				TlsPeer good = connect(server, ProtocolVersion.TLS_1_3);
				TlsPeer bad = connect(server, ProtocolVersion.TLS_1_3)) {
			bad.send(repeat(FLOOD, () -> bad.keyUpdate(false)));
			bad.receiveEnd();
			hello(good);
			assertThat(good.events()).containsExactly("hello");
		}
	}

	// Other records without data

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "SENDING.*")
	void whenEmptyRecordsExceedLimitConnectionIsClosedWithAlert(KernelArm arm) throws IOException {
		try (KernelServer server = start(arm); TlsPeer peer = connect(server, ProtocolVersion.TLS_1_3)) {
			peer.send(repeat(LIMIT, () -> peer.data("")));
			hello(peer);
			peer.send(repeat(FLOOD, () -> peer.data("")));
			peer.receiveEnd();
			assertThat(String.join(", ", peer.events())).isEqualTo("hello, " + FLOODED);
			assertThat(server.statistics().getKeyUpdateFloods()).isOne();
			assertClosed(server);
		}
	}

	// The kernel does not tell of them, and they cost no more than data does.
	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("receivingArmsAndVersions")
	void whenKernelReceivesEmptyRecordsTheyAreNeitherEndNorFlood(KernelArm arm, ProtocolVersion version)
			throws IOException {
		try (KernelServer server = start(arm); TlsPeer peer = connect(server, version)) {
			for (int i = 0; i < 3; i++) {
				peer.send(repeat(FLOOD, () -> peer.data("")));
				hello(peer);
			}
			peer.send(repeat(FLOOD, () -> peer.data("")), peer.data("GET /hello?na"), peer.data(""),
					peer.data("me=peer HTTP/1.1\r\nHost: localhost\r\n\r\n"), peer.data(""));
			peer.receive("hello", HELLO, () -> {
			});
			peer.send(peer.data(""), peer.closeNotify());
			peer.receiveEnd();
			assertThat(String.join(", ", peer.events())).isEqualTo("hello, hello, hello, hello, close_notify, end");
			assertThat(server.statistics().getKeyUpdateFloods()).isZero();
			assertClosed(server);
		}
	}

	private static void assertFlooded(KernelServer server, TlsPeer peer) {
		peer.events().removeIf((event) -> event.startsWith("key_update"));
		assertThat(String.join(", ", peer.events())).isEqualTo(FLOODED);
		assertThat(server.statistics().getKeyUpdateFloods()).isOne();
		assertClosed(server);
	}

	private static void assertDrained(KernelServer server, TlsPeer peer, String events) {
		assertThat(String.join(", ", peer.events())).isEqualTo(events);
		assertThat(server.statistics().getKeyUpdateFloods()).isZero();
		assertThat(server.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isOne();
		assertClosed(server);
	}

	private static void assertClosed(KernelServer server) {
		await().until(() -> server.statistics().getActive() == 0);
		assertThat(server.statistics().getTruncations()).isZero();
		assertThat(server.warnings()).isEmpty();
	}

	// Where the kernel receives and cannot follow, it reads no more than one.
	private static int flood(KernelArm arm) {
		return canFollow(arm, false) ? FLOOD : 1;
	}

	private static boolean canFollow(KernelArm arm, boolean requested) {
		CipherSuite suite = CipherSuite.TLS_AES_128_GCM_SHA256;
		return (!requested || KernelTls.get().capabilities().canRekeyTransmit(suite))
				&& (!arm.receive() || KernelTls.get().capabilities().canRekeyReceive(suite));
	}

	private static byte[] repeat(int count, Supplier<byte[]> record) {
		byte[][] records = new byte[count][];
		for (int i = 0; i < count; i++) {
			records[i] = record.get();
		}
		return ClientHandshake.concat(records);
	}

	private static void hello(TlsPeer peer) {
		peer.send(peer.request());
		peer.receive("hello", HELLO, () -> {
		});
	}

	private static KernelServer start(KernelArm arm) {
		return KernelServer.start(arm, files, "server.ssl.ktls.key-update.max-received-per-second=" + LIMIT);
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
