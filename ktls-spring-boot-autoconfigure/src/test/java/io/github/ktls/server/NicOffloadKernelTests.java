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

package io.github.ktls.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.buffer.ByteBufUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.kernel.FeatureState;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.NetworkInterfaceFeatures;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.kernel.TlsFeature;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.Curl;
import io.github.ktls.test.FaultySystemCalls;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.NetworkNamespace;
import io.github.ktls.test.OpenSslClient;
import io.github.ktls.test.ServerTls;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsNic;
import io.github.ktls.test.TlsStatDelta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A network card encrypts what the server sends to a client in another network namespace.
 * The card is one that the lab kernel makes up; it takes keys of TLS 1.2 only.
 */
@Tag("kernel")
@Tag("nic")
@ExtendWith(OutputCaptureExtension.class)
class NicOffloadKernelTests {

	private static final String[] TLS_1_2 = { "--http1.1", "--tls-max", "1.2", "--ciphers",
			"ECDHE-ECDSA-AES128-GCM-SHA256" };

	private static final String[] OPENSSL_1_2 = { "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256" };

	private static final int FILE_SIZE = 16 * 1024 * 1024;

	private static final Certificates certificates = Certificates.create("EC", "localhost");

	@TempDir
	static Path directory;

	private static Path file;

	private static String hash = "";

	private static TlsNic nic;

	private final FaultySystemCalls systemCalls = new FaultySystemCalls(new JnaSystemCalls());

	private final KtlsEnvironment environment = KtlsEnvironment.of(KernelTls.probe(this.systemCalls));

	private final TlsStatDelta kernel = TlsStatDelta.start();

	@BeforeAll
	static void setUp() {
		file = TestFiles.random(directory.resolve("file"), FILE_SIZE);
		hash = TestFiles.sha256(file);
		nic = TlsNic.setUp();
	}

	@AfterAll
	static void takeDown() {
		nic.close();
	}

	@BeforeEach
	void switchOff() {
		nic.set(TlsNic.TX, false);
		nic.set(TlsNic.RX, false);
	}

	@AfterEach
	void repair() {
		nic.useCard();
	}

	@Test
	void whenFeatureIsOffItIsSwitchedOnAndPutBack(CapturedOutput output) throws IOException {
		long packets = nic.statistic("tx_tls_encrypted_packets");
		long bytes = nic.statistic("tx_tls_encrypted_bytes");
		KernelTlsOptions options = options(NicOffloadMode.AUTO, false);
		try (Server server = start(options)) {
			assertThat(nic.isOn(TlsNic.TX)).isTrue();
			assertThat(nic.isOn(TlsNic.RX)).isFalse();
			assertThat(lines(output)).contains("INFO",
					"; network card: tlsnic0 (tls-hw-tx-offload switched on); " + this.environment.kernel().release());
			try (OpenSslClient client = server.connect(OPENSSL_1_2)) {
				assertThat(client.get("/file").sha256()).isEqualTo(hash);
				assertThat(TlsStatDelta.start().toString()).contains("TlsCurrTxDevice=1");
				assertThat(options.statistics().getActive(OffloadMode.DEVICE)).isOne();
			}
			assertThat(options.statistics().getHandovers(OffloadMode.DEVICE)).isOne();
			assertThat(options.statistics().getHandovers(OffloadMode.UNKNOWN)).isZero();
			assertThat(options.statistics().getFilesBySendfile()).isOne();
			assertThat(this.kernel.of("TlsTxDevice")).isOne();
			assertThat(this.kernel.of("TlsTxSw")).isZero();
		}
		assertThat(nic.isOn(TlsNic.TX)).isFalse();
		assertThat(nic.statistic("tx_tls_encrypted_packets")).isGreaterThan(packets);
		assertThat(nic.statistic("tx_tls_encrypted_bytes") - bytes).isGreaterThan(FILE_SIZE);
	}

	@ParameterizedTest
	@CsvSource({ "ECDHE-ECDSA-AES128-GCM-SHA256, 1.2, DEVICE", "ECDHE-ECDSA-AES256-GCM-SHA384, 1.2, DEVICE",
			"ECDHE-ECDSA-CHACHA20-POLY1305, 1.2, SOFTWARE", "ECDHE-ECDSA-AES128-GCM-SHA256, 1.3, SOFTWARE" })
	void whatKernelDecidesIsToldOfEachConnection(String cipher, String version, OffloadMode mode) {
		KernelTlsOptions options = options(NicOffloadMode.AUTO, false);
		try (Server server = start(options, "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
				"ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_AES_128_GCM_SHA256")) {
			Curl curl = Curl.in(TlsNic.PEER, "--http1.1", "--tls-max", version, "--ciphers", cipher);
			assertThat(curl.sha256(server.url("/file"))).isEqualTo(hash);
			assertOne(options.statistics(), mode);
			assertThat(this.kernel.of((mode == OffloadMode.DEVICE) ? "TlsTxDevice" : "TlsTxSw")).isOne();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { TlsNic.ADDRESS, TlsNic.CARD_ADDRESS, "[" + TlsNic.CARD_ADDRESS_6 + "]" })
	void whenCountersDoNotTellKernelIsAskedAboutTheSocket(String address) {
		for (boolean on : new boolean[] { true, false, true }) {
			nic.set(TlsNic.TX, on);
			this.systemCalls.refuse("readFile(/proc/net/tls_stat)", Errno.ENOENT);
			KernelTlsOptions options = options(NicOffloadMode.OBSERVE, false);
			try (Server server = start(options)) {
				assertThat(Curl.in(TlsNic.PEER, TLS_1_2).sha256(server.url(address, "/file"))).isEqualTo(hash);
			}
			assertOne(options.statistics(), on ? OffloadMode.DEVICE : OffloadMode.SOFTWARE);
		}
	}

	@Test
	void whenAddressIsOfTheLinkKernelFindsTheSocketToo() {
		nic.set(TlsNic.TX, true);
		this.systemCalls.refuse("readFile(/proc/net/tls_stat)", Errno.ENOENT);
		String address = NetworkNamespace.run("ip -6 -brief addr show dev tlsnic0 scope link")
			.replaceAll("(?s).*(fe80::[0-9a-f:]*)/.*", "$1");
		KernelTlsOptions options = options(NicOffloadMode.OBSERVE, false);
		try (Server server = start(options)) {
			Curl curl = Curl.in(TlsNic.PEER, TLS_1_2);
			assertThat(curl.sha256(server.url("[" + address + "%25tlsnic1]", "/file"))).isEqualTo(hash);
		}
		assertOne(options.statistics(), OffloadMode.DEVICE);
	}

	@Test
	void whenKernelDoesNotTellOfSocketsItsCountersDo() {
		nic.set(TlsNic.TX, true);
		this.systemCalls.refuse("getsockopt(SO_COOKIE)", Errno.EPERM);
		KernelTlsOptions options = options(NicOffloadMode.OBSERVE, false);
		try (Server server = start(options)) {
			Curl curl = Curl.in(TlsNic.PEER, TLS_1_2);
			// What was counted before the first one nobody has noted.
			curl.sha256(server.url("/file"));
			assertThat(curl.sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(options.statistics().getHandovers(OffloadMode.DEVICE)).isPositive();
			nic.set(TlsNic.TX, false);
			assertThat(curl.sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(options.statistics().getHandovers(OffloadMode.SOFTWARE)).isOne();
		}
	}

	@Test
	void whenFeatureGoesOffWhileFileIsSentEveryByteArrives() throws IOException {
		KernelTlsOptions options = options(NicOffloadMode.AUTO, false);
		try (Server server = start(options)) {
			assertExactDespite(server, () -> nic.set(TlsNic.TX, false));
			assertThat(options.statistics().getHandovers(OffloadMode.DEVICE)).isOne();
			assertThat(Curl.in(TlsNic.PEER, TLS_1_2).sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(options.statistics().getHandovers(OffloadMode.SOFTWARE)).isOne();
		}
	}

	@Test
	void whenRouteChangesWhileFileIsSentEveryByteArrives() throws IOException {
		KernelTlsOptions options = options(NicOffloadMode.AUTO, false);
		try (Server server = start(options)) {
			long before = secondPackets();
			assertExactDespite(server, nic::useSecond);
			assertThat(secondPackets()).isGreaterThan(before + 100);
			assertThat(options.statistics().getHandovers(OffloadMode.DEVICE)).isOne();
			assertThat(Curl.in(TlsNic.PEER, TLS_1_2).sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(options.statistics().getHandovers(OffloadMode.SOFTWARE)).isOne();
		}
	}

	@Test
	void whenCardGoesDownWhileFileIsSentEveryByteArrives() throws IOException {
		KernelTlsOptions options = options(NicOffloadMode.AUTO, false);
		try (Server server = start(options)) {
			assertExactDespite(server, () -> {
				nic.shutDown();
				nic.useSecond();
			});
			assertThat(options.statistics().getHandovers(OffloadMode.DEVICE)).isOne();
		}
	}

	private void assertExactDespite(Server server, Runnable event) throws IOException {
		AtomicInteger reads = new AtomicInteger();
		try (OpenSslClient client = server.connect(OPENSSL_1_2)) {
			client.send("/file");
			TlsClient.Response response = client.receive(() -> {
				if (reads.incrementAndGet() == 20) {
					event.run();
				}
			});
			assertThat(response.sha256()).isEqualTo(hash);
		}
		assertThat(reads).hasValueGreaterThan(20);
	}

	private static long secondPackets() {
		return Long.parseLong(NetworkNamespace.run("cat /sys/class/net/second0/statistics/tx_packets").trim());
	}

	@Test
	void whenPacketsAreLostEveryByteArrives() throws IOException {
		Path drop = Path.of("/sys/module/tlsnic/parameters/drop_every");
		Files.writeString(drop, "50");
		try (Server server = start(options(NicOffloadMode.AUTO, false))) {
			assertThat(Curl.in(TlsNic.PEER, TLS_1_2).sha256(server.url("/file"))).isEqualTo(hash);
		}
		finally {
			Files.writeString(drop, "0");
		}
	}

	@Test
	void whenCardRefusesKeysKernelTakesThem() throws IOException {
		Path refusal = Path.of("/sys/module/tlsnic/parameters/fail_add");
		Files.writeString(refusal, String.valueOf(Errno.ENOMEM));
		KernelTlsOptions options = options(NicOffloadMode.AUTO, false);
		try (Server server = start(options)) {
			assertThat(Curl.in(TlsNic.PEER, TLS_1_2).sha256(server.url("/file"))).isEqualTo(hash);
			assertOne(options.statistics(), OffloadMode.SOFTWARE);
		}
		finally {
			Files.writeString(refusal, "0");
		}
	}

	@Test
	void whenReceivingIsWantedCardIsMadeToReceiveToo(CapturedOutput output) {
		KernelTlsOptions options = options(NicOffloadMode.AUTO, true);
		try (Server server = start(options)) {
			assertThat(nic.isOn(TlsNic.RX)).isTrue();
			assertThat(lines(output)).contains("; network card: tlsnic0 (tls-hw-tx-offload switched on), "
					+ "tlsnic0 (tls-hw-rx-offload switched on); ");
			Curl curl = Curl.in(TlsNic.PEER, TLS_1_2);
			assertThat(curl.text("--data-binary", "@" + file, server.url("/hash"))).isEqualTo(hash);
			assertThat(options.statistics().getReceiveHandovers(OffloadMode.DEVICE)).isOne();
			assertThat(options.statistics().getReceiveHandovers(OffloadMode.UNKNOWN)).isZero();
			assertThat(this.kernel.of("TlsRxDevice")).isOne();
			assertThat(this.kernel.of("TlsDecryptError")).isZero();
		}
		assertThat(nic.isOn(TlsNic.RX)).isFalse();
		assertThat(nic.isOn(TlsNic.TX)).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "true, -tls1_2, true", "false, -tls1_2, false", "true, -tls1_3, false" })
	void whenFilesAreImmutableCardReadsThemInPlace(boolean immutable, String version, boolean inPlace)
			throws IOException {
		KernelTlsOptions options = options(NicOffloadMode.AUTO, false);
		try (Server server = start(options.withSettings(options.settings().withImmutableFiles(immutable)));
				OpenSslClient client = server.connect(version)) {
			assertThat(client.get("/file").sha256()).isEqualTo(hash);
			String sockets = NetworkNamespace.run("ss -Htine state established sport = :" + server.port());
			assertThat(sockets).contains("tcp-ulp-tls")
				.contains("txconf: " + (version.equals("-tls1_2") ? "hw" : "sw"));
			assertThat(sockets.contains("zc_ro_tx")).isEqualTo(inPlace);
		}
	}

	@Test
	void whenFeatureIsNotWantedItIsSwitchedOffAndPutBack(CapturedOutput output) {
		nic.set(TlsNic.TX, true);
		KernelTlsOptions options = options(NicOffloadMode.OFF, false);
		try (Server server = start(options)) {
			assertThat(nic.isOn(TlsNic.TX)).isFalse();
			assertThat(lines(output)).contains("; network card: no (tlsnic0 (tls-hw-tx-offload switched off)); ");
			assertThat(Curl.in(TlsNic.PEER, TLS_1_2).sha256(server.url("/file"))).isEqualTo(hash);
			assertOne(options.statistics(), OffloadMode.SOFTWARE);
		}
		assertThat(nic.isOn(TlsNic.TX)).isTrue();
	}

	@Test
	void whenSomebodyElseSwitchesMeanwhileNothingIsPutBack() {
		nic.set(TlsNic.TX, true);
		try (Server server = start(options(NicOffloadMode.OFF, false))) {
			assertThat(server.port()).isPositive();
			nic.set(TlsNic.TX, true);
			nic.set(TlsNic.RX, true);
		}
		assertThat(nic.isOn(TlsNic.TX)).isTrue();
		assertThat(nic.isOn(TlsNic.RX)).isTrue();
	}

	@Test
	void whenTwoServersWantItThenTheLastOnePutsItBack() {
		Server first = start(options(NicOffloadMode.AUTO, false));
		Server second = start(options(NicOffloadMode.AUTO, false));
		first.close();
		assertThat(nic.isOn(TlsNic.TX)).isTrue();
		second.close();
		assertThat(nic.isOn(TlsNic.TX)).isFalse();
	}

	@Test
	void whenServerCannotBindItIsPutBackAtItsNextTry() {
		HttpServer server = new KtlsServerConfigurer(options(NicOffloadMode.AUTO, false), this.environment)
			.apply(server());
		try (Server first = new Server(server().bindNow())) {
			assertThatExceptionOfType(ChannelBindException.class).isThrownBy(() -> server.port(first.port()).bindNow());
		}
		Server second = new Server(server.bindNow());
		assertThat(nic.isOn(TlsNic.TX)).isTrue();
		second.close();
		assertThat(nic.isOn(TlsNic.TX)).isFalse();
	}

	@Test
	void whenApplicationEndsItIsPutBack() {
		// One that is bound to loopback, as usual here, needs no card.
		KernelServer server = KernelServer.start(KernelArm.SENDING_ON_FIRST_FILE, directory,
				(customized) -> customized.host("0.0.0.0"));
		assertThat(nic.isOn(TlsNic.TX)).isTrue();
		server.close();
		assertThat(nic.isOn(TlsNic.TX)).isFalse();
	}

	@Test
	void whenProcessEndsWithoutStoppingItIsPutBack() throws Exception {
		assertThat(runProcess()).contains("tlsnic0 (tls-hw-tx-offload switched on)");
		assertThat(nic.isOn(TlsNic.TX)).isFalse();
	}

	@Test
	void whenProcessMayNotItSaysWhatToRun() throws Exception {
		assertThat(runProcess("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"))
			.contains("no (tlsnic0 could, run 'ethtool -K tlsnic0 tls-hw-tx-offload on')");
		assertThat(nic.isOn(TlsNic.TX)).isFalse();
	}

	private static String runProcess(String... prefix) throws Exception {
		List<String> command = new ArrayList<>(List.of(prefix));
		command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				System.getProperty("java.class.path"), NicOffloadMain.class.getName()));
		Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).isZero();
		return output;
	}

	@Test
	void whatInterfacesDoIsTold() {
		nic.set(TlsNic.RX, true);
		Optional<NetworkInterfaceFeatures> card = NetworkInterfaceFeatures.all()
			.stream()
			.filter((found) -> found.name().equals(TlsNic.CARD))
			.findFirst();
		assertThat(card).hasValueSatisfying((found) -> {
			assertThat(found.driver()).isEqualTo("tlsnic");
			assertThat(found.uppers()).isEmpty();
			assertThat(found.state(TlsFeature.TRANSMIT)).isEqualTo(FeatureState.OFF);
			assertThat(found.state(TlsFeature.RECEIVE)).isEqualTo(FeatureState.ON);
			// Newer kernels have it no more.
			assertThat(found.state(TlsFeature.RECORD)).isIn(FeatureState.OFF_FIXED, FeatureState.UNKNOWN);
			assertThat(found.counters()).containsEntry("tx_tls_encrypted_packets",
					nic.statistic("tx_tls_encrypted_packets"));
			assertThat(found.counters()).hasSize(11);
		});
		assertThat(NetworkInterfaceFeatures.all()).extracting(NetworkInterfaceFeatures::name)
			.contains("second0")
			.doesNotContain("lo");
	}

	private static void assertOne(KtlsStatistics statistics, OffloadMode mode) {
		assertThat(statistics.getHandovers(mode)).isOne();
		assertThat(statistics.getHandovers()).isOne();
	}

	private static String lines(CapturedOutput output) {
		return output.getAll().lines().filter((line) -> line.contains("Kernel TLS")).reduce("", String::concat);
	}

	private static KernelTlsOptions options(NicOffloadMode mode, boolean receive) {
		KtlsSettings settings = new KtlsSettings(receive ? Activation.ON_HANDSHAKE : Activation.ON_FIRST_FILE, 0,
				64 * 1024);
		return KernelTlsOptions.defaults()
			.withRequired(true)
			.withReceiveDespiteAdvisories(true)
			.withNicOffload(mode)
			.withSettings(settings.withReceive(receive));
	}

	private Server start(KernelTlsOptions options, String... ciphers) {
		HttpServer server = server(ciphers);
		return new Server(new KtlsServerConfigurer(options, this.environment).apply(server).bindNow());
	}

	private static HttpServer server(String... ciphers) {
		return HttpServer.create()
			.host("::")
			.port(0)
			.secure((spec) -> spec.sslContext(ServerTls.openSsl(certificates, ciphers)))
			.route((routes) -> routes
				.get("/file",
						(request, response) -> response.header("Content-Length", String.valueOf(FILE_SIZE))
							.sendFile(file))
				.post("/hash", (request, response) -> response
					.sendString(request.receive().reduce(TestFiles.hasher(), (hasher, buffer) -> {
						hasher.update(ByteBufUtil.getBytes(buffer));
						return hasher;
					}).map(TestFiles::hash).flatMapMany(Mono::just))));
	}

	/**
	 * A running server.
	 *
	 * @param server the server
	 */
	private record Server(DisposableServer server) implements AutoCloseable {

		int port() {
			return this.server.port();
		}

		String url(String path) {
			return url(TlsNic.ADDRESS, path);
		}

		String url(String host, String path) {
			return "https://" + host + ":" + port() + path;
		}

		OpenSslClient connect(String... options) {
			return OpenSslClient.connectFrom(TlsNic.PEER, TlsNic.ADDRESS + ":" + port(), options);
		}

		@Override
		public void close() {
			this.server.disposeNow(Duration.ofSeconds(30));
		}

	}

}
