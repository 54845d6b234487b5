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

package io.github.ktls.behaviour;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.util.internal.PlatformDependent;
import org.junit.jupiter.api.Test;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.HttpsConnection.Response;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Clients that ask for a file, read its beginning and then nothing: what they cost, and
 * that others are served. There may be more of them where somebody has the time.
 */
abstract class AbstractStoppedReaderTests extends AbstractBehaviourTests {

	private static final int COUNT = Integer.getInteger("ktls.test.stopped-readers", 200);

	private static final int FILES = COUNT / 2;

	private static final int MAX_OPEN = FILES / 2;

	/** More than the buffers of two sockets take. */
	private static final int SIZE = 32 * 1024 * 1024;

	/** So large that a few of them are too much. */
	private static final int CHUNK = 16 * 1024 * 1024;

	/**
	 * What the transport takes before it says that it is enough, and two small chunks.
	 */
	private static final long WAITING = (64 + 2 * 16) * 1024;

	private static final long RECORD = 16 * 1024;

	/** By how much a queue may be longer than its limit. */
	private static final long SEGMENTS = 128 * 1024;

	/** {@code TCP_ESTABLISHED}, {@code include/net/tcp_states.h}. */
	private static final String ESTABLISHED = "01";

	private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 0, 2, 8192, 9, 0, 0, false);

	AbstractStoppedReaderTests(Variant variant) {
		super(variant);
	}

	@Override
	void prepareFiles() {
		TestFiles.random(files.resolve("other"), 300_000);
		for (int i = 0; i < FILES; i++) {
			Path file = files.resolve("large-" + i);
			if (isChecked(i)) {
				TestFiles.random(file, SIZE);
			}
			else {
				TestFiles.sparse(file, SIZE);
			}
		}
	}

	// One that is open, and one that is not.
	private static boolean isChecked(int i) {
		return i == 0 || i == FILES - 1;
	}

	@Override
	String[] properties(Path certificate, Path privateKey) {
		return Stream
			.concat(Stream.of(super.properties(certificate, privateKey)), Stream
				.of("server.ssl.ktls.max-open-files=" + MAX_OPEN, "server.ssl.ktls.fallback-chunk-size=" + CHUNK + "B"))
			.toArray(String[]::new);
	}

	@Override
	void prepareContext(ConfigurableApplicationContext context) {
		((GenericApplicationContext) context).registerBean(NettyServerCustomizer.class,
				() -> (server) -> server.childOption(ChannelOption.ALLOCATOR, this.allocator));
	}

	@Test
	void whenManyStopReadingTheyKeepLittleAndOthersAreServed() throws IOException {
		List<HttpsConnection> readers = new ArrayList<>();
		List<Response> heads = new ArrayList<>();
		try {
			for (int i = 0; i < COUNT; i++) {
				HttpsConnection reader = connect();
				readers.add(reader);
				reader.send("GET", "/static/large-" + i % FILES);
				heads.add(reader.receiveHead());
			}
			assertOthersAreServed();
			assertSocketsHoldLittle();
			assertThat(openFiles()).isEqualTo(MAX_OPEN);
			// A large chunk may be there as it was read and as it was encrypted.
			assertThat(this.allocator.pinnedDirectMemory())
				.isLessThan(2 * (PlatformDependent.maxDirectMemory() / 8 + CHUNK) + COUNT * WAITING);
			for (int i = 0; i < FILES; i++) {
				if (isChecked(i)) {
					assertThat(TestFiles.sha256(readers.get(i).receiveBody(heads.get(i))))
						.isEqualTo(TestFiles.sha256(files.resolve("large-" + i)));
				}
			}
			assertOthersAreServed();
		}
		finally {
			for (HttpsConnection reader : readers) {
				reader.close();
			}
		}
		await().atMost(1, TimeUnit.MINUTES).untilAsserted(() -> {
			assertThat(openFiles()).as("open files").isZero();
			assertThat(this.allocator.pinnedDirectMemory()).as("buffers in use").isZero();
		});
	}

	private void assertOthersAreServed() throws IOException {
		try (HttpsConnection other = connect()) {
			assertThat(other.get("/static/other").sha256()).isEqualTo(TestFiles.sha256(files.resolve("other")));
			assertThat(other.get("/text?size=20000").body()).hasSize(20_000);
		}
	}

	// The first ones may hold what they want.
	private void assertSocketsHoldLittle() throws IOException {
		List<Long> queues = new ArrayList<>();
		for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
			for (String line : Files.readAllLines(Path.of(table))) {
				// Number, local address, remote address, state, queues, ...
				String[] columns = line.strip().split("\\s+", -1);
				if (columns[1].endsWith(":%04X".formatted(application().port())) && columns[3].equals(ESTABLISHED)) {
					queues.add(Long.parseLong(columns[4].split(":", 2)[0], 16));
				}
			}
		}
		assertThat(queues).hasSizeGreaterThanOrEqualTo(COUNT);
		long share = Math.max(PlatformDependent.maxDirectMemory() / 64 / (COUNT / 2), RECORD) + SEGMENTS;
		assertThat(queues.stream().filter((size) -> size <= share).count())
			.as(() -> "Those of %s that hold %d bytes at most".formatted(queues, share))
			.isGreaterThanOrEqualTo(COUNT / 2);
	}

	private static long openFiles() {
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.filter(AbstractStoppedReaderTests::isFile).count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static boolean isFile(Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).startsWith(files);
		}
		catch (IOException ex) {
			// It is closed in the meantime.
			return false;
		}
	}

}
