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

package io.github.ktls.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.test.Certificates;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.Strace;
import io.github.ktls.test.SystemCall;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every way to a file, each response on a connection of its own, and each kind of server
 * in a process of its own, which is watched from outside.
 */
@Tag("kernel")
@TestInstance(Lifecycle.PER_CLASS)
class RouteTableKernelTests {

	private static final List<Variant> VARIANTS = List.of(Variant.STOCK, Variant.USER_SPACE, Variant.ON_HANDSHAKE);

	private static final int SIZE = 1024 * 1024;

	@TempDir
	static Path files;

	@TempDir
	static Path directory;

	private final RouteTable table = new RouteTable();

	private final Map<FileRoute, byte[]> contents = new EnumMap<>(FileRoute.class);

	private final Map<Variant, Map<Row, Download>> downloads = new EnumMap<>(Variant.class);

	private final Map<Variant, Map<Row, Exception>> failures = new EnumMap<>(Variant.class);

	private final Map<Variant, List<SystemCall>> calls = new EnumMap<>(Variant.class);

	@BeforeAll
	void download() throws IOException {
		TestFiles.random(files.resolve(FileRoute.NAME), SIZE);
		TestFiles.random(files.resolve(FileRoute.ENCODED_NAME), SIZE + 1);
		for (FileRoute route : FileRoute.values()) {
			this.contents.put(route, route.content(files));
		}
		Certificates certificates = Certificates.create("EC", "localhost");
		String[] properties = { "server.ssl.certificate=" + certificates.writeCertificate(directory),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory),
				"server.http2.enabled=true" };
		Map<Variant, CompletableFuture<ServerProcess>> servers = new EnumMap<>(Variant.class);
		for (Variant variant : VARIANTS) {
			List<String> all = variant.propertiesAnd(properties);
			if (variant == Variant.USER_SPACE) {
				all.add(ServerProcess.WITHOUT_KERNEL_TLS);
			}
			// They take longer to start than to answer.
			servers.put(variant, CompletableFuture.supplyAsync(() -> ServerProcess.start(files, all)));
		}
		try {
			servers.forEach((variant, server) -> download(variant, server.join()));
		}
		finally {
			servers.values().forEach((server) -> server.thenAccept(ServerProcess::close));
		}
	}

	private void download(Variant variant, ServerProcess server) {
		Strace strace = Strace.attach(server.pid(), directory.resolve(variant + ".trace"));
		try {
			download(variant, server.port());
		}
		finally {
			this.calls.put(variant, strace.stop());
		}
	}

	private void download(Variant variant, int port) {
		Map<Row, Download> made = new LinkedHashMap<>();
		Map<Row, Exception> failed = new HashMap<>();
		for (Row row : Row.all()) {
			if (row.isAskable(variant)) {
				try {
					made.put(row, Download.of(row, port, Files.createTempDirectory(directory, "download")));
				}
				catch (IOException | RuntimeException ex) {
					failed.put(row, ex);
				}
			}
		}
		this.downloads.put(variant, made);
		this.failures.put(variant, failed);
	}

	@AfterAll
	void publish() throws IOException {
		this.table.publish(System.getProperty("os.version"), VARIANTS);
	}

	static Stream<Arguments> responses() {
		return VARIANTS.stream()
			.flatMap((variant) -> Row.all()
				.stream()
				.filter((row) -> row.isAskable(variant))
				.map((row) -> Arguments.of(variant, row)));
	}

	@ParameterizedTest(name = "{0}: {1}")
	@MethodSource("responses")
	void bodyIsExactAndLeavesByTheCallThatItShould(Variant variant, Row row) throws IOException {
		assertThat(this.failures.getOrDefault(variant, Map.of()).get(row)).isNull();
		Download download = Objects.requireNonNull(this.downloads.getOrDefault(variant, Map.of()).get(row));
		// A port may be used again.
		List<Download> ofPort = this.downloads.getOrDefault(variant, Map.of())
			.values()
			.stream()
			.filter((other) -> other.port() == download.port())
			.toList();
		Sent sent = Sent.to(Objects.requireNonNull(this.calls.get(variant)), download.port(), ofPort.indexOf(download),
				ofPort.size());
		byte[] content = Objects.requireNonNull(this.contents.get(row.route()));
		List<RangeKind.Part> parts = row.range().parts(content);
		this.table.add(row, variant, sent, isExact(row, download, content, parts));
		assertThat(download.status()).isEqualTo(row.range().status());
		assertThat(download.http()).isEqualTo(row.http2() ? "2" : "1.1");
		assertThat(download.header("Content-Encoding")).isEqualTo((row.route() == FileRoute.ENCODED) ? "gzip" : "");
		assertThat(isExact(row, download, content, parts)).isTrue();
		assertThat(sent.isOffloaded()).isEqualTo(row.isOffloaded(variant));
		assertThat(Carrier.of(sent)).as(sent.describe()).isEqualTo(row.carrier(variant));
		long promised = parts.stream().mapToLong(RangeKind.Part::length).sum();
		if (row.carrier(variant) == Carrier.SENDFILE) {
			assertThat(sent.bytes(Carrier.SENDFILE)).isEqualTo(promised);
		}
		else {
			assertThat(sent.bytes(Carrier.SENDFILE)).isZero();
			assertThat(sent.bytes()).isGreaterThan(promised);
		}
	}

	private static boolean isExact(Row row, Download download, byte[] content, List<RangeKind.Part> parts)
			throws IOException {
		if (row.range() != RangeKind.SEVERAL) {
			RangeKind.Part part = parts.get(0);
			return TestFiles.sha256(download.file()).equals(TestFiles.sha256(part.of(content)))
					&& download.header("Content-Range")
						.equals((row.range() == RangeKind.ONE) ? part.contentRange(content.length) : "");
		}
		List<Download.BodyPart> received = download.parts();
		boolean exact = received.size() == parts.size();
		for (int i = 0; exact && i < parts.size(); i++) {
			exact = received.get(i).head().contains("Content-Range: " + parts.get(i).contentRange(content.length))
					&& TestFiles.sha256(received.get(i).content()).equals(TestFiles.sha256(parts.get(i).of(content)));
		}
		return exact;
	}

}
