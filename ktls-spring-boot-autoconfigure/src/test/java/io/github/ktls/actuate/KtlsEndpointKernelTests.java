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

package io.github.ktls.actuate;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

import io.github.ktls.autoconfigure.SystemCallsInitializer;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.TlsStat;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.test.ActuatorClient;
import io.github.ktls.test.ActuatorClient.Answer;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.FaultySystemCalls;
import io.github.ktls.test.Http2Connection;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.KernelSockets;
import io.github.ktls.test.KernelSockets.TlsSocket;
import io.github.ktls.test.OpenSslClient;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsStatDelta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the endpoint tells is what the kernel, the clients and the wire tell.
 */
@Tag("kernel")
@Tag("rekey")
class KtlsEndpointKernelTests {

	private static final int SIZE = 300_000;

	/** Connections that stay open, by version. */
	private static final Map<String, Integer> OPEN = Map.of("TLSv1.3", 3, "TLSv1.2", 2);

	private static final String[] MANAGEMENT = { "management.server.port=0", "management.server.ssl.enabled=false",
			"management.endpoints.web.exposure.include=ktls,health", "management.endpoint.ktls.access=unrestricted",
			"management.endpoint.health.show-components=always", "server.http2.enabled=true" };

	@TempDir
	static Path files;

	private static String hash = "";

	@BeforeAll
	static void makeFile() {
		hash = TestFiles.sha256(TestFiles.random(files.resolve("file"), SIZE));
	}

	@ParameterizedTest
	@EnumSource
	void whenConnectionsComeAndGoThenEachNumberIsThatOfTheKernel(KernelArm arm) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files, MANAGEMENT);
				RecordingProxy proxy = server.proxy();
				Load load = new Load(server, proxy)) {
			ActuatorClient client = client(server.application());
			load.run();
			await().untilAsserted(() -> assertThat(sum(client.get("/ktls").at("/connections/transmit/active")))
				.isEqualTo(load.open()));
			Answer answer = client.get("/ktls");
			assertConnectionsAreCounted(answer, server, load);
			assertFilesAreCounted(answer, load);
			assertKeyUpdatesAreCounted(answer, server, load);
			assertThat(answer.at("/fallbacks")).hasToString("{\"total\":1,\"reasons\":{\"APPLICATION_PROTOCOL\":1}}");
			assertThat(answer.at("/receiveFallbacks/total").asLong()).isZero();
			assertThat(answer.at("/truncations").asLong()).isZero();
			assertConnectionsAreListed(client, server, proxy, load);
			load.end();
			await().untilAsserted(() -> {
				Answer after = client.get("/ktls");
				assertThat(sum(after.at("/connections/transmit/active"))).isZero();
				assertThat(sum(after.at("/connections/receive/active"))).isZero();
				assertThat(counters(after)).isEqualTo(TlsStat.read());
				assertThat(kernel(server, "TlsCurrTx")).isZero();
				assertThat(kernel(server, "TlsCurrRx")).isZero();
			});
			assertThat(client.get("/ktls/connections").body()).isEqualTo("{\"connections\":[]}");
		}
	}

	private static void assertConnectionsAreCounted(Answer answer, KernelServer server, Load load) {
		boolean receive = server.arm().receive();
		assertThat(answer.at("/available").asBoolean()).isTrue();
		assertThat(answer.at("/used").asBoolean()).isTrue();
		assertThat(sum(answer.at("/connections/transmit/active"))).isEqualTo(kernel(server, "TlsCurrTx"));
		assertThat(sum(answer.at("/connections/transmit/total"))).isEqualTo(kernel(server, "TlsTx"))
			.isEqualTo(load.handedOver());
		assertThat(sum(answer.at("/connections/receive/active"))).isEqualTo(kernel(server, "TlsCurrRx"))
			.isEqualTo(receive ? load.open() : 0);
		assertThat(sum(answer.at("/connections/receive/total"))).isEqualTo(kernel(server, "TlsRx"))
			.isEqualTo(receive ? load.handedOver() : 0);
		assertThat(answer.at("/connections/transmit/total/SOFTWARE").asLong()).isEqualTo(server.kernel().of("TlsTxSw"));
		assertThat(answer.at("/connections/receive/total/SOFTWARE").asLong()).isEqualTo(server.kernel().of("TlsRxSw"));
		assertThat(answer.at("/handovers/count").asLong()).isEqualTo(load.handedOver());
		assertThat(Duration.parse(answer.at("/handovers/meanDuration").asString())).isPositive();
		assertThat(answer.at("/handovers/recent/attempts").asLong()).isLessThanOrEqualTo(load.handedOver());
		assertThat(answer.at("/handovers/recent/failures").asLong()).isZero();
		assertThat(counters(answer)).isNotEmpty().isEqualTo(TlsStat.read());
	}

	private static void assertFilesAreCounted(Answer answer, Load load) {
		assertThat(answer.at("/files/sendfile/files").asLong()).isEqualTo(load.files());
		assertThat(answer.at("/files/sendfile/bytes").asLong()).isEqualTo((long) load.files() * SIZE);
		assertThat(answer.at("/files/chunks/files").asLong()).isOne();
		assertThat(answer.at("/files/chunks/bytes").asLong()).isEqualTo(SIZE);
		assertThat(answer.at("/files/open").asLong()).isZero();
	}

	// Where keys cannot be replaced, the connection has ended.
	private static void assertKeyUpdatesAreCounted(Answer answer, KernelServer server, Load load) {
		boolean rekey = TlsStatDelta.canRekey();
		boolean receive = server.arm().receive();
		assertThat(answer.at("/keyUpdates/sent").asLong()).isEqualTo(server.kernel().of("TlsTxRekeyOk"))
			.isEqualTo(rekey ? 1 : 0);
		assertThat(answer.at("/keyUpdates/received").asLong()).isEqualTo(receive ? 1 : 0);
		assertThat(server.kernel().of("TlsRxRekeyOk")).isEqualTo((rekey && receive) ? 1 : 0);
		assertThat(answer.at("/keyUpdates/floods").asLong()).isZero();
		for (KtlsDrainEvent.Reason reason : KtlsDrainEvent.Reason.values()) {
			assertThat(answer.at("/drains/" + reason).asLong()).as(reason.name())
				.isEqualTo((!rekey && reason == KtlsDrainEvent.Reason.KEY_UPDATE) ? 1 : 0);
		}
		for (JsonNode cipher : answer.at("/ciphers")) {
			boolean expected = rekey && cipher.get("protocol").asString().equals("TLSv1.3");
			assertThat(cipher.at("/transmit/supported").asBoolean()).isTrue();
			assertThat(cipher.at("/transmit/rekey").asBoolean()).isEqualTo(expected);
			assertThat(cipher.at("/receive/supported").asBoolean()).isTrue();
			assertThat(cipher.at("/receive/rekey").asBoolean()).isEqualTo(expected);
		}
		assertThat(load.open()).isEqualTo(load.handedOver() - (rekey ? 1 : 2));
	}

	private static void assertConnectionsAreListed(ActuatorClient client, KernelServer server, RecordingProxy proxy,
			Load load) {
		List<JsonNode> listed = list(client, 1000);
		assertThat(list(client, 2)).extracting((connection) -> connection.get("id").asLong())
			.containsExactlyElementsOf(listed.stream().map((connection) -> connection.get("id").asLong()).toList())
			.isSorted();
		Map<String, TlsSocket> sockets = KernelSockets.of(server.port());
		assertThat(listed).extracting((connection) -> connection.get("peer").asString())
			.containsExactlyInAnyOrderElementsOf(sockets.keySet())
			.hasSize(load.open());
		for (JsonNode connection : listed) {
			String peer = connection.get("peer").asString();
			TlsSocket socket = Objects.requireNonNull(sockets.get(peer));
			assertThat(connection.get("protocol").asString()).isEqualTo("TLSv" + socket.version());
			assertThat(connection.get("cipherSuite").asString().toLowerCase(Locale.ROOT).replace('_', '-'))
				.contains(socket.cipher().replaceFirst("(aes)-gcm-(128|256)", "$1-$2-gcm"));
			assertThat(connection.get("transmit").asString()).isEqualTo("SOFTWARE");
			assertThat(socket.transmit()).isEqualTo("sw");
			assertThat(connection.path("receive").asString("none"))
				.isEqualTo(server.arm().receive() ? "SOFTWARE" : "none");
			assertThat(socket.receive()).isEqualTo(server.arm().receive() ? "sw" : "none");
			assertThat(connection.get("recordsSent").asLong()).isEqualTo(recordsOnTheWire(server, proxy, peer));
			assertThat(Duration.parse(connection.get("age").asString())).isPositive();
		}
		assertThat(listed).extracting((connection) -> connection.get("cipherSuite").asString())
			.containsAll(load.suites());
	}

	// Connections were handed over in the order in which they were made.
	private static long recordsOnTheWire(KernelServer server, RecordingProxy proxy, String peer) {
		for (int i = 0; i < proxy.recordings().size(); i++) {
			RecordingProxy.Recording recording = proxy.recordings().get(i);
			if (recording.peer().equals(peer)) {
				long underTheKey = server.records(i, recording).size();
				return underTheKey - server.keys().keys().get(i).sequenceNumber();
			}
		}
		throw new AssertionError("No connection of " + peer);
	}

	private static List<JsonNode> list(ActuatorClient client, int limit) {
		List<JsonNode> all = new ArrayList<>();
		for (long after = 0; after >= 0;) {
			JsonNode page = client.get("/ktls/connections?after=%d&limit=%d".formatted(after, limit)).json();
			page.get("connections").forEach(all::add);
			assertThat(page.get("connections").size()).isLessThanOrEqualTo(limit);
			after = page.has("next") ? page.get("next").asLong() : -1;
		}
		return all;
	}

	@ParameterizedTest
	@EnumSource
	void whenHandoversAreStoppedThenOnlyNewConnectionsStayInUserSpaceUntilTheyAreResumed(KernelArm arm)
			throws IOException {
		try (KernelServer server = KernelServer.start(arm, files, MANAGEMENT);
				TlsClient before = connect(server, "TLSv1.3")) {
			ActuatorClient client = client(server.application());
			download(before);
			assertThat(client.post("/ktls", "{\"handovers\":\"stop\"}").status()).isEqualTo(200);
			try (TlsClient meanwhile = connect(server, "TLSv1.2")) {
				download(meanwhile);
				assertThat(kernel(server, "TlsTx")).isOne();
				assertThat(reason(client, KtlsFallbackReason.HANDOVERS_STOPPED)).isOne();
				download(before);
				assertThat(client.get("/ktls").at("/files/sendfile/files").asLong()).isEqualTo(2);
				assertThat(client.get("/ktls").at("/files/chunks/files").asLong()).isOne();
				assertThat(client.post("/ktls", "{\"handovers\":\"resume\"}").status()).isEqualTo(200);
				download(meanwhile);
				assertThat(kernel(server, "TlsTx")).isOne();
				try (TlsClient after = connect(server, "TLSv1.3")) {
					download(after);
					assertThat(kernel(server, "TlsTx")).isEqualTo(2);
				}
				Answer answer = client.get("/ktls");
				assertThat(answer.at("/fallbacks")).hasToString("{\"total\":1,\"reasons\":{\"HANDOVERS_STOPPED\":1}}");
				assertThat(answer.at("/files/sendfile/files").asLong()).isEqualTo(3);
				assertThat(answer.at("/files/chunks/files").asLong()).isEqualTo(2);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SENDING_ON_HANDSHAKE", "RECEIVING_ON_FIRST_FILE" })
	void whenAPercentageIsRolledOutThenExactlySoManyConnectionsAreHandedOver(KernelArm arm) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files, MANAGEMENT)) {
			ActuatorClient client = client(server.application());
			assertThat(client.post("/ktls", "{\"percentage\":25}").status()).isEqualTo(200);
			for (int i = 0; i < 100; i++) {
				try (TlsClient connection = connect(server, (i % 2 == 0) ? "TLSv1.3" : "TLSv1.2")) {
					download(connection);
				}
			}
			Answer answer = client.get("/ktls");
			assertThat(kernel(server, "TlsTx")).isEqualTo(25);
			assertThat(answer.at("/handovers/count").asLong()).isEqualTo(25);
			assertThat(answer.at("/fallbacks")).hasToString("{\"total\":75,\"reasons\":{\"NOT_ROLLED_OUT\":75}}");
			assertThat(answer.at("/files/sendfile/files").asLong()).isEqualTo(25);
			assertThat(answer.at("/files/chunks/files").asLong()).isEqualTo(75);
		}
	}

	@Test
	void whenRequiredAndHandoversFailThenServerIsOutOfServiceUntilTheyDoNotAnyMore(@TempDir Path keys)
			throws IOException {
		FaultySystemCalls systemCalls = new FaultySystemCalls(new JnaSystemCalls());
		Certificates certificates = Certificates.create("EC", "localhost");
		List<String> properties = KernelArm.SENDING_ON_FIRST_FILE.propertiesAnd(MANAGEMENT);
		properties.add("server.ssl.certificate=" + certificates.writeCertificate(keys));
		properties.add("server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys));
		try (RunningApplication application = RunningApplication.start(files, properties,
				new SystemCallsInitializer(systemCalls))) {
			ActuatorClient client = client(application);
			systemCalls.refuse("setsockopt(TLS_TX)", Errno.EINVAL);
			for (int i = 0; i < KtlsHealthIndicator.MIN_ATTEMPTS; i++) {
				assertThat(client.get("/health").status()).isEqualTo(200);
				download(application, certificates);
			}
			assertThat(client.get("/health").status()).isEqualTo(503);
			assertThat(client.get("/health").at("/components/ktls/status").asString()).isEqualTo("OUT_OF_SERVICE");
			assertThat(client.get("/ktls").at("/handovers/recent/failures").asInt())
				.isEqualTo(KtlsHealthIndicator.MIN_ATTEMPTS);
			systemCalls.heal();
			for (int i = 0; i <= KtlsHealthIndicator.MIN_ATTEMPTS; i++) {
				download(application, certificates);
			}
			assertThat(client.get("/health").status()).isEqualTo(200);
			assertThat(client.get("/health").at("/components/ktls/status").asString()).isEqualTo("UP");
			assertThat(client.get("/ktls").at("/handovers/count").asInt())
				.isEqualTo(KtlsHealthIndicator.MIN_ATTEMPTS + 1);
		}
	}

	private static void download(RunningApplication application, Certificates certificates) throws IOException {
		try (TlsClient connection = TlsClient.connect(TlsClient.context(certificates), "TLSv1.3", application.port())) {
			download(connection);
		}
	}

	private static void download(TlsClient connection) throws IOException {
		assertThat(connection.get("/static/file").sha256()).isEqualTo(hash);
	}

	private static TlsClient connect(KernelServer server, String protocol) throws IOException {
		return TlsClient.connect(KernelServer.clientContext(), protocol, server.port());
	}

	private static ActuatorClient client(RunningApplication application) {
		String port = application.context().getEnvironment().getProperty("local.management.port");
		return ActuatorClient.of("http", Integer.parseInt(Objects.requireNonNull(port)));
	}

	private static long reason(ActuatorClient client, KtlsFallbackReason reason) {
		return client.get("/ktls").at("/fallbacks/reasons/" + reason).asLong();
	}

	private static long sum(JsonNode counts) {
		return StreamSupport.stream(counts.spliterator(), false).mapToLong(JsonNode::asLong).sum();
	}

	// Whoever encrypts.
	private static long kernel(KernelServer server, String prefix) {
		return server.kernel().of(prefix + "Sw") + server.kernel().of(prefix + "Device");
	}

	private static Map<String, Long> counters(Answer answer) {
		Map<String, Long> counters = new LinkedHashMap<>();
		answer.at("/kernel/counters")
			.properties()
			.forEach((entry) -> counters.put(entry.getKey(), entry.getValue().asLong()));
		return counters;
	}

	/**
	 * Clients that come, some of which go.
	 */
	private static final class Load implements AutoCloseable {

		private final KernelServer server;

		private final RecordingProxy proxy;

		private final List<TlsClient> clients = new ArrayList<>();

		private final List<String> suites = new ArrayList<>();

		private final OpenSslClient keyChanger;

		private int files;

		Load(KernelServer server, RecordingProxy proxy) {
			this.server = server;
			this.proxy = proxy;
			this.keyChanger = OpenSslClient.connect(proxy.port(), "-tls1_3");
		}

		void run() throws IOException {
			get(this.keyChanger);
			this.keyChanger.keyUpdate('K');
			if (TlsStatDelta.canRekey()) {
				get(this.keyChanger);
			}
			else {
				assertThat(this.keyChanger.isAtEnd()).isTrue();
			}
			for (Map.Entry<String, Integer> versions : OPEN.entrySet()) {
				for (int i = 0; i < versions.getValue(); i++) {
					TlsClient client = TlsClient.connect(KernelServer.clientContext(), versions.getKey(),
							this.proxy.port());
					this.clients.add(client);
					this.suites.add(client.session().getCipherSuite());
					for (int j = 0; j <= i; j++) {
						download(client);
						this.files++;
					}
				}
			}
			try (TlsClient gone = TlsClient.connect(KernelServer.clientContext(), "TLSv1.3", this.proxy.port())) {
				download(gone);
				this.files++;
			}
			try (Http2Connection other = Http2Connection.open(this.server.port(), Map.of()).keepWindowsOpen()) {
				assertThat(other.receive(other.send("GET", "/static/file")).sha256()).isEqualTo(hash);
			}
		}

		private void get(OpenSslClient client) throws IOException {
			assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
			this.files++;
		}

		int handedOver() {
			return this.clients.size() + 2;
		}

		int open() {
			return this.clients.size() + (TlsStatDelta.canRekey() ? 1 : 0);
		}

		int files() {
			return this.files;
		}

		List<String> suites() {
			return this.suites;
		}

		void end() throws IOException {
			for (TlsClient client : this.clients) {
				client.close();
			}
			this.keyChanger.close();
		}

		@Override
		public void close() throws IOException {
			end();
		}

	}

}
