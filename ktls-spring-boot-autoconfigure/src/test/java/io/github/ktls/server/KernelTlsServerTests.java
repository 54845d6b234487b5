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

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.netty.handler.ssl.SslContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.FakeNetwork;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.TlsFeature;
import io.github.ktls.linux.Errno;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.Curl;
import io.github.ktls.test.ServerTls;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KernelTlsServer} where nothing is handed over, whatever the machine's
 * own kernel can do.
 */
@ExtendWith(OutputCaptureExtension.class)
class KernelTlsServerTests {

	private static final KtlsEnvironment ABLE = KtlsEnvironment.of(KernelTls.probe(new FakeKernel()));

	private static final KtlsEnvironment UNABLE = KtlsEnvironment
		.of(KernelTls.probe(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT)));

	private static final Certificates certificates = Certificates.create("EC", "localhost");

	private static final UnaryOperator<HttpServer> OPEN_SSL = PlainServer.secured(ServerTls.openSsl(certificates));

	@TempDir
	static Path directory;

	private static Path file;

	private static String hash = "";

	private final KernelTlsOptions options = KernelTlsOptions.defaults();

	@BeforeAll
	static void makeFile() {
		file = TestFiles.random(directory.resolve("file"), 10L * 1024 * 1024);
		hash = TestFiles.sha256(file);
	}

	@ParameterizedTest
	@CsvSource({ "--tlsv1.3, 1.3", "--tlsv1.2, 1.2" })
	void whenKernelCannotServerSaysWhyAndSendsFilesInLargeChunks(String least, String most, CapturedOutput output) {
		try (PlainServer server = PlainServer.start(UNABLE, this.options, file, OPEN_SSL)) {
			Curl curl = new Curl("--http1.1", least, "--tls-max", most);
			assertThat(curl.sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(curl.text(server.url("/scheme"))).isEqualTo("https");
			assertThat(server.statistics().getFilesByChunks()).isOne();
			assertThat(server.statistics().getFallbacks(KtlsFallbackReason.MODULE_MISSING)).isOne();
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("Kernel TLS is not used: MODULE_MISSING (setsockopt(TCP_ULP) failed with ENOENT): ",
						"modprobe tls");
		}
	}

	@Test
	void whenKernelCanServerSaysOnceHowItIsUsed(CapturedOutput output) {
		PlainServer.start(ABLE, this.options.withRequired(true), file, OPEN_SSL).close();
		assertThat(lines(output)).singleElement()
			.asString()
			.contains("Kernel TLS is used for sending (TLSv1.2 AES_128_GCM",
					"handing connections over with the first file of at least 65536 bytes");
	}

	@Test
	void whenServerIsBoundToLoopbackNoNetworkCardIsSwitched(CapturedOutput output) {
		FakeNetwork network = new FakeNetwork();
		network.route("eth0").can(TlsFeature.TRANSMIT, false);
		KtlsEnvironment environment = KtlsEnvironment.of(KernelTls.probe(new FakeKernel().with(network)));
		PlainServer.start(environment, this.options, file, (server) -> OPEN_SSL.apply(server).host("127.0.0.1"))
			.close();
		assertThat(network.changes()).isEmpty();
		assertThat(lines(output)).singleElement().asString().contains("no (bound to a loopback address)");
	}

	@Test
	void whenHttp2IsNegotiatedConnectionStaysInUserSpace() {
		try (PlainServer server = PlainServer.start(ABLE, this.options, file, OPEN_SSL)) {
			assertThat(new Curl("--http2").sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(server.statistics().getFallbacks(KtlsFallbackReason.APPLICATION_PROTOCOL)).isOne();
			assertThat(server.statistics().getFilesByChunks()).isOne();
		}
	}

	@Test
	void whenTlsIsTheJdksServerSaysSoAndConnectionStaysInUserSpace(CapturedOutput output) {
		UnaryOperator<HttpServer> jdk = PlainServer.secured(ServerTls.jdk(certificates));
		try (PlainServer server = PlainServer.start(ABLE, this.options, file, jdk)) {
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("Kernel TLS is not used: KEY_LOG_UNAVAILABLE");
			assertThat(server.statistics().getFallbacks(KtlsFallbackReason.KEY_LOG_UNAVAILABLE)).isOne();
			assertThat(new Curl("--http1.1").sha256(server.url("/file"))).isEqualTo(hash);
			assertThat(server.statistics().getFallbacks(KtlsFallbackReason.KEY_LOG_UNAVAILABLE)).isEqualTo(2);
			assertThat(server.statistics().getFilesByChunks()).isOne();
		}
	}

	@Test
	void whenPlainHttpIsRedirectedBothGoOnWorking(CapturedOutput output) {
		SslContext context = ServerTls.openSsl(certificates);
		UnaryOperator<HttpServer> redirecting = (server) -> server.secure((spec) -> spec.sslContext(context), true);
		try (PlainServer server = PlainServer.start(ABLE, this.options, file, redirecting)) {
			assertThat(lines(output)).singleElement()
				.asString()
				.contains("Kernel TLS is not used: FOREIGN_TLS_HANDLER (plain HTTP is redirected)");
			assertThat(new Curl("--http1.1", "--location").sha256(server.url("/file").replace("https:", "http:")))
				.isEqualTo(hash);
		}
	}

	static Stream<Arguments> obstacles() {
		SslContext context = ServerTls.openSsl(certificates);
		LoopResources loops = LoopResources.create("nio", 1, true);
		return Stream.of(Arguments.of(UNABLE, KtlsFallbackReason.MODULE_MISSING, OPEN_SSL),
				Arguments.of(ABLE, KtlsFallbackReason.SSL_NOT_ENABLED, UnaryOperator.<HttpServer>identity()),
				Arguments.of(ABLE, KtlsFallbackReason.KEY_LOG_UNAVAILABLE,
						PlainServer.secured(ServerTls.jdk(certificates))),
				Arguments.of(ABLE, KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED,
						(UnaryOperator<HttpServer>) (server) -> OPEN_SSL.apply(server).runOn(loops, false)),
				Arguments.of(ABLE, KtlsFallbackReason.FOREIGN_TLS_HANDLER,
						(UnaryOperator<HttpServer>) (server) -> server.secure((spec) -> spec.sslContext(context),
								true)));
	}

	@ParameterizedTest(name = "{1}")
	@MethodSource("obstacles")
	void whenKernelTlsIsRequiredAndCannotBeHadBindFailsWithAdvice(KtlsEnvironment environment,
			KtlsFallbackReason reason, UnaryOperator<HttpServer> customizer) {
		KernelTlsOptions required = this.options.withRequired(true);
		assertThatExceptionOfType(KtlsRequiredException.class)
			.isThrownBy(() -> PlainServer.start(environment, required, file, customizer).close())
			.withMessageContaining(reason.getAdvice())
			.extracting(KtlsRequiredException::getFallback)
			.extracting(KtlsFallback::reason)
			.isEqualTo(reason);
	}

	@Test
	void whenReceivingIsRequiredAndCannotBeHadBindFailsWithAdvice() {
		KtlsEnvironment sender = KtlsEnvironment
			.of(KernelTls.probe(new FakeKernel().refuse(Call.INSTALL_RECEIVE, Errno.ENOPROTOOPT)));
		KernelTlsOptions required = this.options.withRequired(true)
			.withSettings(this.options.settings().withReceive(true));
		assertThatExceptionOfType(KtlsRequiredException.class)
			.isThrownBy(() -> PlainServer.start(sender, required, file, OPEN_SSL).close())
			.withMessageContaining(KtlsFallbackReason.RECEIVE_NOT_IN_KERNEL.getAdvice())
			.matches(KtlsRequiredException::isReceiving);
	}

	@Test
	void whenThereIsNoSpringOnTheClassPathServerServesAllTheSame() throws IOException {
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((
					entry) -> !Path.of(entry).getFileName().toString().matches("(spring|commons-logging|micrometer).*"))
			.collect(Collectors.joining(File.pathSeparator));
		assertThat(classPath).doesNotContain("org/springframework").contains("reactor-netty-http");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(), "-cp",
				classPath, ReadmeExample.class.getName(), certificates.writeCertificate(directory).toString(),
				certificates.writePrivateKey(directory).toString(), file.toString())
			.redirectErrorStream(true)
			.start();
		try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
			StringBuilder log = new StringBuilder();
			String line = out.readLine();
			while (line != null && !line.startsWith("PORT ")) {
				log.append(line).append('\n');
				line = out.readLine();
			}
			assertThat(line).as(log.toString()).isNotNull();
			assertThat(log).containsPattern("Kernel TLS is (not )?used");
			assertThat(new Curl().sha256("https://localhost:" + line.substring(5) + "/file")).isEqualTo(hash);
		}
		finally {
			process.destroy();
			process.onExit().join();
		}
	}

	@Test
	void examplesOfTheReadmeAreThoseThatAreCompiled() throws IOException {
		String readme = withoutIndent(Files.readString(Path.of("../README.md")));
		String source = Files
			.readString(Path.of("src/test/java", ReadmeExample.class.getName().replace('.', '/') + ".java"));
		Matcher example = Pattern.compile("// README begins\\n(.*?)\\s*// README ends", Pattern.DOTALL).matcher(source);
		List<String> examples = example.results().map((result) -> withoutIndent(result.group(1))).toList();
		assertThat(examples).hasSize(2).allSatisfy((text) -> assertThat(readme).contains(text));
	}

	private static String withoutIndent(String text) {
		return text.lines().map(String::strip).collect(Collectors.joining("\n"));
	}

	private static List<String> lines(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("ernel TLS")).toList();
	}

}
