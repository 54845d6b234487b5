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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.test.BootArchive;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.HttpsConnection.Response;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Static content of an application as it is deployed, in a process of its own: from a jar
 * with jars inside, and from the same unpacked.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class AbstractBootArchiveTests {

	private static final String OWN = "own.bin";

	private static final String OF_LIBRARY = "library.bin";

	private static final int SIZE = 1024 * 1024;

	@TempDir
	static Path directory;

	private final Variant variant;

	private final Set<Packaging> packagings;

	private final Map<Packaging, CompletableFuture<ServerProcess>> servers = new EnumMap<>(Packaging.class);

	private Path own = Path.of("");

	private Path ofLibrary = Path.of("");

	AbstractBootArchiveTests(Variant variant, Set<Packaging> packagings) {
		this.variant = variant;
		this.packagings = packagings;
	}

	@BeforeAll
	void start() throws IOException {
		Path content = directory.resolve("content");
		Path library = directory.resolve("library");
		this.own = TestFiles.random(Files.createDirectories(content.resolve("static")).resolve(OWN), SIZE);
		this.ofLibrary = TestFiles
			.random(Files.createDirectories(library.resolve("META-INF/resources")).resolve(OF_LIBRARY), SIZE + 1);
		BootArchive jar = BootArchive.create(directory, content, library);
		Certificates certificates = Certificates.create("EC", "localhost");
		List<String> properties = this.variant.propertiesAnd(
				"server.ssl.certificate=" + certificates.writeCertificate(directory),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory));
		for (Packaging packaging : this.packagings) {
			// They take longer to start than to answer.
			this.servers.put(packaging, CompletableFuture.supplyAsync(() -> ServerProcess.start(directory, properties,
					(packaging == Packaging.JAR) ? jar : jar.explode(directory.resolve("exploded")))));
		}
	}

	@AfterAll
	void stop() {
		this.servers.values().forEach((server) -> server.thenAccept(ServerProcess::close).join());
	}

	Set<Packaging> packagings() {
		return this.packagings;
	}

	@ParameterizedTest
	@MethodSource("packagings")
	void staticContentIsSentFromAFile(Packaging packaging) throws IOException {
		ServerProcess server = Objects.requireNonNull(this.servers.get(packaging)).join();
		watch(server, () -> {
			try (HttpsConnection connection = HttpsConnection.open(server.port())) {
				for (int i = 0; i < 2; i++) {
					assertExact(connection, OWN, this.own);
					assertExact(connection, OF_LIBRARY, this.ofLibrary);
				}
				assertThat(connection.get("/missing.bin").status()).isEqualTo(404);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}, 2L * (SIZE + 1000) + 2L * (SIZE + 1 + 1000));
		assertThat(copies(server)).isEqualTo(packaging.entries);
	}

	private static void assertExact(HttpsConnection connection, String name, Path file) throws IOException {
		Response whole = connection.get("/" + name);
		assertThat(whole.status()).isEqualTo(200);
		assertThat(whole.header("Content-Length")).isEqualTo(String.valueOf(Files.size(file)));
		assertThat(whole.header("Last-Modified")).isNotEmpty();
		assertThat(whole.sha256()).isEqualTo(TestFiles.sha256(file));
		Response range = connection.get("/" + name, "Range: bytes=16000-16999");
		assertThat(range.status()).isEqualTo(206);
		assertThat(range.body()).isEqualTo(Arrays.copyOfRange(Files.readAllBytes(file), 16000, 17000));
		assertThat(connection.get("/" + name, "If-Modified-Since: " + whole.header("Last-Modified")).status())
			.isEqualTo(304);
	}

	// How many files without a name the process has open.
	private static long copies(ServerProcess server) throws IOException {
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + server.pid() + "/fd"))) {
			return descriptors.filter(AbstractBootArchiveTests::isCopy).count();
		}
	}

	private static boolean isCopy(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).toString().contains("/ktls-");
		}
		catch (IOException ex) {
			// It is closed in the meantime.
			return false;
		}
	}

	/**
	 * Watch what the server does.
	 * @param server the server
	 * @param requests has it send files
	 * @param bytes how many bytes of files it sends
	 */
	abstract void watch(ServerProcess server, Runnable requests, long bytes);

	/**
	 * How the application is deployed.
	 */
	enum Packaging {

		/** One jar. */
		JAR(2),

		/** A directory, with the application's own content in files. */
		EXPLODED(1);

		/** How much of the content is inside a jar. */
		private final int entries;

		Packaging(int entries) {
			this.entries = entries;
		}

	}

}
