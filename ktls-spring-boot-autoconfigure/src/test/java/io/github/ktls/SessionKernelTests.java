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

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.netty.Activation;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.OpenSslClient;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsClient.Sending;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Connections whose session is one from before, by ticket or by number, are handed over
 * like others, in both directions. How many tickets BoringSSL sends cannot be chosen:
 * two, with TLS 1.3, to a client that can use them, and one with TLS 1.2.
 */
@Tag("kernel")
class SessionKernelTests {

	private static final int SIZE = 100_000;

	private static final int NEW_SESSION_TICKET = 4;

	private static final int CERTIFICATE = 11;

	@TempDir
	static Path files;

	private static String hash = "";

	@BeforeAll
	static void makeFile() {
		hash = TestFiles.sha256(TestFiles.random(files.resolve("file"), SIZE));
	}

	static Stream<Arguments> combinations() {
		return Stream.of(KernelArm.values())
			.flatMap((arm) -> Stream.of(ProtocolVersion.values()).map((version) -> Arguments.of(arm, version)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenTicketKeysAreTheUsersOwnTicketsOfOneServerAreGoodForAnother(KernelArm arm, ProtocolVersion version,
			@TempDir Path sessions) throws IOException {
		boolean tls13 = version == ProtocolVersion.TLS_1_3;
		Path session = sessions.resolve("session");
		OpenSslSessionTicketKey first = ticketKey(1);
		OpenSslSessionTicketKey second = ticketKey(2);
		// The third one takes what was issued with the first key, but issues with the
		// second one; OpenSSL keeps a ticket from a resumed handshake with TLS 1.3 only.
		List<List<OpenSslSessionTicketKey>> servers = List.of(List.of(first), List.of(first), List.of(second, first),
				List.of(second));
		List<Boolean> resumed = List.of(false, true, true, tls13);
		for (int i = 0; i < servers.size(); i++) {
			List<OpenSslSessionTicketKey> keys = servers.get(i);
			List<String> options = new ArrayList<>(
					List.of(tls13 ? "-tls1_3" : "-tls1_2", "-sess_out", session.toString()));
			if (i > 0) {
				options.addAll(List.of("-sess_in", session.toString()));
			}
			try (KernelServer server = KernelServer.start(arm, files, (http) -> withTicketKeys(http, keys));
					RecordingProxy proxy = server.proxy()) {
				try (OpenSslClient client = OpenSslClient.connect(proxy.port(), options.toArray(String[]::new))) {
					assertFile(client.get("/static/file"));
					assertThat(client.get("/text?size=1000").length()).isEqualTo(1000);
					assertFile(client.get("/static/file"));
				}
				assertThat(isResumed(proxy.recording(), version)).as("connection " + i).isEqualTo(resumed.get(i));
				// One under a key that is not the first is replaced.
				assertTickets(server, proxy, 0, version, resumed.get(i) && i != 2);
				assertHandedOver(server, 1);
			}
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenSessionIsResumedByTicketConnectionIsHandedOver(KernelArm arm, ProtocolVersion version) throws IOException {
		SSLContext context = KernelServer.clientContext();
		try (KernelServer server = KernelServer.start(arm, files); RecordingProxy proxy = server.proxy()) {
			Sending[] sendings = { Sending.AS_WRITTEN, Sending.AS_WRITTEN, Sending.GATHERED, Sending.BYTE_BY_BYTE };
			for (int i = 0; i < sendings.length; i++) {
				try (TlsClient client = TlsClient.connect(context, version.jsseName(), proxy.port(), new Socket(),
						sendings[i])) {
					getToEnd(client);
				}
				assertThat(isResumed(proxy.recordings().get(i), version)).isEqualTo(i > 0);
				assertTickets(server, proxy, i, version, i > 0);
			}
			assertHandedOver(server, sendings.length);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenSessionIsResumedByNumberConnectionIsHandedOver(KernelArm arm, @TempDir Path sessions) throws IOException {
		Path session = sessions.resolve("session");
		try (KernelServer server = KernelServer.start(arm, files); RecordingProxy proxy = server.proxy()) {
			for (int i = 0; i < 3; i++) {
				try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_2", "-no_ticket",
						(i == 0) ? "-sess_out" : "-sess_in", session.toString())) {
					assertFile(client.get("/static/file"));
					assertFile(client.get("/static/file"));
				}
				assertThat(isResumed(proxy.recordings().get(i), ProtocolVersion.TLS_1_2)).isEqualTo(i > 0);
				assertThat(messageTypes(proxy.recordings().get(i), ProtocolVersion.TLS_1_2))
					.doesNotContain(NEW_SESSION_TICKET);
			}
			assertHandedOver(server, 3);
		}
	}

	// What stays off

	@ParameterizedTest
	@EnumSource
	void whenClientWantsToRenegotiateItIsRefused(KernelArm arm) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files); RecordingProxy proxy = server.proxy()) {
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_2")) {
				assertFile(client.get("/static/file"));
				client.command('R');
				assertThat(client.isAtEnd()).isFalse();
			}
			await().until(() -> server.statistics().getActive() == 0);
			// RFC 5246 section 7.2.2: no_renegotiation, fatal as of BoringSSL.
			assertThat(KernelServer.alerts(server.records(0, proxy.recording()))).containsExactly("2 100");
			assertThat(server.warnings()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenClientCouldSendEarlyDataNoTicketAllowsIt(KernelArm arm, @TempDir Path sessions) throws Exception {
		Path session = sessions.resolve("session");
		Path early = Files.writeString(sessions.resolve("early"), TlsClient.request("/hello"));
		try (KernelServer server = KernelServer.start(arm, files); RecordingProxy proxy = server.proxy()) {
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_3", "-sess_out",
					session.toString())) {
				assertFile(client.get("/static/file"));
				assertFile(client.get("/static/file"));
			}
			assertThat(output("openssl", "sess_id", "-in", session.toString(), "-text", "-noout"))
				.contains("Max Early Data: 0");
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_3", "-sess_in", session.toString(),
					"-early_data", early.toString())) {
				assertFile(client.get("/static/file"));
				assertFile(client.get("/static/file"));
			}
			assertThat(isResumed(proxy.recordings().get(1), ProtocolVersion.TLS_1_3)).isTrue();
			assertHandedOver(server, 2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenClientSendsEarlyDataNoneOfItIsRead(KernelArm arm, @TempDir Path sessions) throws Exception {
		// A session of somebody else's who allows it, so that the client begins with it.
		Path session = sessions.resolve("session");
		Path early = Files.writeString(sessions.resolve("early"), TlsClient.request("/hello").repeat(100));
		foreignSession(sessions, session);
		try (KernelServer server = KernelServer.start(arm, files); RecordingProxy proxy = server.proxy()) {
			try (OpenSslClient client = OpenSslClient.connect(proxy.port(), "-tls1_3", "-sess_in", session.toString(),
					"-early_data", early.toString())) {
				for (int i = 0; i < 3; i++) {
					assertFile(client.get("/static/file"));
					assertThat(client.get("/text?size=" + (i + 1)).length()).isEqualTo(i + 1);
				}
			}
			assertThat(isResumed(proxy.recording(), ProtocolVersion.TLS_1_3)).isFalse();
			// It was sent: the client's first records of data come before its Finished.
			assertThat(proxy.recording().fromClient().bytes().length).isGreaterThan((int) Files.size(early));
			assertHandedOver(server, 1);
		}
	}

	private static void foreignSession(Path directory, Path session) throws Exception {
		output("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
				directory.resolve("key").toString(), "-out", directory.resolve("certificate").toString(), "-subj",
				"/CN=localhost");
		Process server = new ProcessBuilder("openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1_3", "-key",
				directory.resolve("key").toString(), "-cert", directory.resolve("certificate").toString(),
				"-early_data", "-max_early_data", "16384")
			.redirectErrorStream(true)
			.start();
		try (BufferedReader reader = server.inputReader(StandardCharsets.ISO_8859_1)) {
			String line = reader.readLine();
			while (!line.startsWith("ACCEPT ")) {
				line = reader.readLine();
			}
			int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
			OpenSslClient client = OpenSslClient.connect(port, "-tls1_3", "-sess_out", session.toString());
			try (client) {
				// It is written when the ticket has come.
				await().until(() -> Files.exists(session) && Files.size(session) > 0);
			}
		}
		finally {
			server.destroy();
		}
	}

	private static String output(String... command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
		assertThat(process.waitFor()).as(output).isZero();
		return output;
	}

	private static OpenSslSessionTicketKey ticketKey(int seed) {
		byte[] name = new byte[OpenSslSessionTicketKey.NAME_SIZE];
		byte[] hmacKey = new byte[OpenSslSessionTicketKey.HMAC_KEY_SIZE];
		byte[] aesKey = new byte[OpenSslSessionTicketKey.AES_KEY_SIZE];
		for (byte[] bytes : List.of(name, hmacKey, aesKey)) {
			Arrays.fill(bytes, (byte) seed);
		}
		return new OpenSslSessionTicketKey(name, hmacKey, aesKey);
	}

	// As a user does it: a customizer of the server gets at the context that is there.
	private static HttpServer withTicketKeys(HttpServer http, List<OpenSslSessionTicketKey> keys) {
		((OpenSslSessionContext) http.configuration().sslProvider().getSslContext().sessionContext())
			.setTicketKeys(keys.toArray(OpenSslSessionTicketKey[]::new));
		return http;
	}

	private static void getToEnd(TlsClient client) throws IOException {
		assertFile(client.get("/static/file"));
		assertThat(client.get("/text?size=1000").length()).isEqualTo(1000);
		assertFile(client.get("/static/file", "Connection: close"));
		assertThat(client.isAtEnd()).isTrue();
	}

	private static void assertFile(TlsClient.Response response) {
		assertThat(response.status()).isEqualTo(200);
		assertThat(response.sha256()).isEqualTo(hash);
	}

	private static void assertHandedOver(KernelServer server, int connections) {
		await().until(() -> server.statistics().getActive() == 0);
		assertThat(server.statistics().getHandovers()).isEqualTo(connections);
		assertThat(server.kernel().of("TlsTxSw")).isEqualTo(connections);
		assertThat(server.kernel().of("TlsRxSw")).isEqualTo(server.arm().receive() ? connections : 0)
			.isEqualTo(server.statistics().getReceiveHandovers());
		assertThat(server.kernel().of("TlsDecryptError")).isZero();
		assertThat(server.warnings()).isEmpty();
	}

	private static void assertTickets(KernelServer server, RecordingProxy proxy, int index, ProtocolVersion version,
			boolean resumed) {
		RecordingProxy.Recording recording = proxy.recordings().get(index);
		List<Plaintext> records = server.records(index, recording);
		if (version == ProtocolVersion.TLS_1_2) {
			assertThat(messageTypes(recording, version).contains(NEW_SESSION_TICKET)).isEqualTo(!resumed);
			return;
		}
		List<Plaintext> tickets = records.stream()
			.filter((plaintext) -> plaintext.type() == ContentType.HANDSHAKE)
			.toList();
		assertThat(tickets).hasSizeBetween(1, 2).allMatch((plaintext) -> plaintext.content()[0] == NEW_SESSION_TICKET);
		// They are the first records under the key, and the engine's.
		assertThat(records.subList(0, tickets.size())).isEqualTo(tickets);
		int sequenceNumber = server.keys().keys().get(index).sequenceNumber();
		assertThat(sequenceNumber).isGreaterThanOrEqualTo(tickets.size());
		if (server.arm().activation() == Activation.ON_HANDSHAKE) {
			assertThat(sequenceNumber).isEqualTo(tickets.size());
		}
	}

	// There is no certificate if there is a session from before. With TLS 1.3 it is not
	// to
	// be seen, but it is large.
	private static boolean isResumed(RecordingProxy.Recording recording, ProtocolVersion version) {
		if (version == ProtocolVersion.TLS_1_2) {
			return !messageTypes(recording, version).contains(CERTIFICATE);
		}
		byte[] serverHello = recording.fromServer().plainHandshakeMessages(version).get(0);
		return hasPreSharedKey(serverHello);
	}

	// RFC 8446 section 4.1.3: header, version, random, session, suite, compression.
	private static boolean hasPreSharedKey(byte[] serverHello) {
		int offset = 4 + 2 + 32;
		offset += 1 + serverHello[offset] + 2 + 1 + 2;
		while (offset < serverHello.length) {
			if (serverHello[offset] == 0 && serverHello[offset + 1] == 41) {
				return true;
			}
			offset += 4 + ((serverHello[offset + 2] & 0xff) << 8) + (serverHello[offset + 3] & 0xff);
		}
		return false;
	}

	private static List<Integer> messageTypes(RecordingProxy.Recording recording, ProtocolVersion version) {
		return recording.fromServer()
			.plainHandshakeMessages(version)
			.stream()
			.map((message) -> (int) message[0])
			.toList();
	}

}
