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

package io.github.ktls.resource;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.test.TestFiles;
import io.github.ktls.web.FileResponses;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Resources inside a jar where the disk takes no copy of them. Where these tests run they
 * may mount a disk of their own.
 */
@Tag("kernel")
@ExtendWith(OutputCaptureExtension.class)
class FullDiskKernelTests {

	private static final String WARNING = "could not be copied";

	private static final int SIZE = 1024 * 1024;

	@TempDir
	Path directory;

	private Path disk = Path.of("");

	private final AtomicLong nanos = new AtomicLong();

	private final StagedResources staged = new StagedResources(4L * SIZE,
			() -> Files.createTempDirectory(this.disk, "staged"), this.nanos::get);

	private final FileResources files = new FileResources(new OpenFiles(10, new ChunkMemory(8192)), this.staged);

	private URLClassLoader loader = new URLClassLoader(new URL[0]);

	private DisposableServer server;

	@BeforeEach
	void start() throws Exception {
		this.disk = Files.createDirectory(this.directory.resolve("disk"));
		run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", this.disk.toString());
		Path jar = this.directory.resolve("web.jar");
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
			for (String name : new String[] { "one", "two" }) {
				out.putNextEntry(new JarEntry(name));
				Files.copy(TestFiles.random(this.directory.resolve(name), SIZE), out);
				out.closeEntry();
			}
		}
		this.loader = new URLClassLoader(new URL[] { jar.toUri().toURL() }, null);
		FileResourceHttpMessageWriter writer = new FileResourceHttpMessageWriter(this.files);
		HttpHandler handler = (request, response) -> {
			Resource resource = new ClassPathResource(request.getPath().value(), this.loader);
			return writer.write(Mono.just(resource), ResolvableType.forClass(Resource.class),
					ResolvableType.forClass(Resource.class), MediaType.APPLICATION_OCTET_STREAM, request, response,
					Map.of());
		};
		this.server = HttpServer.create()
			.childObserve(new FileResponses(new ChunkMemory(8192), new KtlsStatistics()))
			.host("127.0.0.1")
			.port(0)
			.handle(new ReactorHttpHandlerAdapter(handler))
			.bindNow();
	}

	@AfterEach
	void stop() throws Exception {
		this.server.disposeNow();
		this.files.close();
		this.loader.close();
		assertThat(SentFile.descriptors(this.disk)).isZero();
		run("umount", this.disk.toString());
	}

	private static void run(String... command) throws Exception {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
	}

	private void assertExact(String name) throws Exception {
		byte[] content = Files.readAllBytes(this.directory.resolve(name));
		URI uri = URI.create("http://127.0.0.1:" + this.server.port() + "/" + name);
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
		HttpResponse<byte[]> whole = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray());
		assertThat(whole.statusCode()).isEqualTo(200);
		assertThat(whole.headers().firstValueAsLong("Content-Length")).hasValue(SIZE);
		assertThat(whole.body()).isEqualTo(content);
		HttpResponse<byte[]> range = client.send(
				HttpRequest.newBuilder(uri).header("Range", "bytes=600000-700000").build(), BodyHandlers.ofByteArray());
		assertThat(range.statusCode()).isEqualTo(206);
		assertThat(range.body()).isEqualTo(Arrays.copyOfRange(content, 600_000, 700_001));
	}

	private void assertStaged(int count) throws IOException {
		assertThat(SentFile.descriptors(this.disk)).isEqualTo(count);
		assertThat(this.staged.size()).isEqualTo((long) count * SIZE);
		try (Stream<Path> left = Files.list(this.disk)) {
			assertThat(left).isEmpty();
		}
	}

	private void aMinutePasses() {
		this.nanos.addAndGet(TimeUnit.MINUTES.toNanos(1));
	}

	@Test
	void whenDiskIsFullResourcesAreStreamedUntilThereIsRoom(CapturedOutput output) throws Exception {
		assertExact("one");
		assertExact("two");
		assertStaged(0);
		assertThat(output).containsOnlyOnce(WARNING).contains("No space left on device");
		aMinutePasses();
		assertExact("one");
		assertStaged(0);
		assertThat(output.toString().split(WARNING, -1)).hasSize(3);
		run("mount", "-o", "remount,size=3m", this.disk.toString());
		assertExact("two");
		assertStaged(0);
		aMinutePasses();
		assertExact("one");
		assertExact("two");
		assertStaged(2);
		assertThat(output.toString().split(WARNING, -1)).hasSize(3);
	}

	@Test
	void whenDiskBecomesReadOnlyWhatIsStagedIsStillSent(CapturedOutput output) throws Exception {
		run("mount", "-o", "remount,size=3m", this.disk.toString());
		assertExact("one");
		assertStaged(1);
		run("umount", "--lazy", this.disk.toString());
		run("mount", "-t", "tmpfs", "-o", "ro,size=3m", "tmpfs", this.disk.toString());
		assertExact("one");
		assertExact("two");
		assertThat(this.staged.size()).isEqualTo(SIZE);
		assertThat(output).containsOnlyOnce(WARNING).contains("Read-only file system");
		run("mount", "-o", "remount,rw", this.disk.toString());
		aMinutePasses();
		assertExact("two");
		// One of them on the disk that is gone.
		assertThat(this.staged.size()).isEqualTo(2L * SIZE);
		assertThat(SentFile.descriptors(this.disk)).isOne();
	}

}
