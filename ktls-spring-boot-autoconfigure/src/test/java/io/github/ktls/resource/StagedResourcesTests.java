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

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.URL;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.AbstractResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link StagedResources}.
 */
class StagedResourcesTests {

	private static final int MAX_SIZE = 100_000;

	private static final int THREADS = 16;

	@TempDir
	Path directory;

	private final AtomicInteger created = new AtomicInteger();

	private final StagedResources staged = new StagedResources(MAX_SIZE, this::create, System::nanoTime);

	@AfterEach
	void close() throws IOException {
		this.staged.close();
		assertThat(this.staged.size()).isZero();
		assertThat(SentFile.descriptors(this.directory)).isZero();
		try (Stream<Path> left = Files.list(this.directory)) {
			assertThat(left).isEmpty();
		}
	}

	private Path create() throws IOException {
		this.created.incrementAndGet();
		return Files.createTempDirectory(this.directory, "staged");
	}

	private FileBody open(TestResource resource) throws IOException {
		return Objects.requireNonNull(this.staged.open(resource));
	}

	private byte[] read(TestResource resource) throws IOException {
		return SentFile.all(open(resource));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 16384, 65536, 65537, MAX_SIZE })
	void resourceIsCopiedOnce(int size) throws IOException {
		TestResource resource = new TestResource("a", size);
		for (int i = 0; i < 3; i++) {
			assertThat(read(resource)).isEqualTo(resource.content);
		}
		assertThat(this.created).hasValue(1);
		assertThat(resource.opened).hasValue(1);
		assertThat(this.staged.size()).isEqualTo(size);
		assertThat(SentFile.descriptors(this.directory)).isOne();
	}

	@Test
	void fileHasNoName() throws IOException {
		read(new TestResource("a", 10));
		try (Stream<Path> left = Files.list(this.directory)) {
			assertThat(left).isEmpty();
		}
	}

	@Test
	void whenManyAskForAResourceItIsCopiedOnce() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		TestResource resource = new TestResource("a", MAX_SIZE);
		resource.gate = release;
		TestResource same = new TestResource("a", MAX_SIZE);
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		try {
			Future<byte[]> first = executor.submit(() -> read(resource));
			resource.opening.await();
			List<Future<byte[]>> others = new ArrayList<>();
			CountDownLatch asked = new CountDownLatch(THREADS - 1);
			for (int i = 1; i < THREADS; i++) {
				others.add(executor.submit(() -> {
					asked.countDown();
					return read(same);
				}));
			}
			asked.await();
			release.countDown();
			assertThat(first.get()).isEqualTo(resource.content);
			for (Future<byte[]> other : others) {
				assertThat(other.get()).isEqualTo(resource.content);
			}
		}
		finally {
			release.countDown();
			executor.shutdown();
		}
		assertThat(resource.opened).hasValue(1);
		assertThat(same.opened).hasValue(0);
		assertThat(this.created).hasValue(1);
	}

	@Test
	void leastRecentlyUsedMakesRoom() throws IOException {
		TestResource a = new TestResource("a", MAX_SIZE / 2);
		TestResource b = new TestResource("b", MAX_SIZE / 2);
		TestResource c = new TestResource("c", 1);
		read(a);
		read(b);
		read(a);
		read(c);
		assertThat(this.staged.size()).isEqualTo(MAX_SIZE / 2 + 1);
		read(a);
		assertThat(a.opened).hasValue(1);
		assertThat(read(b)).isEqualTo(b.content);
		assertThat(b.opened).hasValue(2);
		// Now c was the one that had not been used for longest.
		read(a);
		assertThat(a.opened).hasValue(1);
		read(c);
		assertThat(c.opened).hasValue(2);
	}

	@Test
	void whenAResourceIsGivenUpResponseGoesOn() throws IOException {
		TestResource a = new TestResource("a", MAX_SIZE);
		FileBody slow = open(a);
		ByteBuf content = slow.content(1, MAX_SIZE - 1);
		TestResource b = new TestResource("b", MAX_SIZE);
		assertThat(read(b)).isEqualTo(b.content);
		assertThat(this.staged.size()).isEqualTo(MAX_SIZE);
		assertThat(SentFile.descriptors(this.directory)).isEqualTo(2);
		assertThat(SentFile.all(slow)).isEqualTo(a.content);
		SentFile sent = SentFile.send(content, (chunk) -> {
		});
		assertThat(sent.content().toByteArray()).hasSize(MAX_SIZE - 1).endsWith(a.content[MAX_SIZE - 1]);
		assertThat(SentFile.descriptors(this.directory)).isOne();
	}

	@ParameterizedTest
	@ValueSource(ints = { MAX_SIZE / 3, MAX_SIZE / 2, MAX_SIZE })
	void whenResourceIsChangedItIsCopiedAgain(int size) throws IOException {
		TestResource resource = new TestResource("a", MAX_SIZE / 3);
		FileBody before = open(resource);
		TestResource changed = new TestResource("a", size);
		changed.lastModified = 2000;
		assertThat(read(changed)).isEqualTo(changed.content);
		assertThat(this.staged.size()).isEqualTo(size);
		assertThat(SentFile.all(before)).isEqualTo(resource.content);
		assertThat(SentFile.descriptors(this.directory)).isOne();
	}

	@Test
	void whenResourceIsTooLargeItIsNotCopied() throws IOException {
		TestResource small = new TestResource("small", 10);
		read(small);
		TestResource large = new TestResource("large", MAX_SIZE + 1);
		assertThat(this.staged.open(large)).isNull();
		assertThat(large.opened).hasValue(0);
		read(small);
		assertThat(small.opened).hasValue(1);
	}

	@Test
	void whenLengthIsUnknownResourceIsNotCopied() throws IOException {
		TestResource resource = new TestResource("a", 10);
		resource.length = -1;
		assertThat(this.staged.open(resource)).isNull();
		assertThat(resource.opened).hasValue(0);
	}

	@Test
	void numberOfFilesIsBounded() throws IOException {
		for (int i = 0; i < 1030; i++) {
			read(new TestResource("r" + i, 1));
		}
		assertThat(this.staged.size()).isEqualTo(1024);
		assertThat(SentFile.descriptors(this.directory)).isEqualTo(1024);
	}

	@ParameterizedTest
	@ValueSource(longs = { 9, 11, 0, 1000 })
	void whenLengthIsWrongOpeningFails(long length) {
		TestResource resource = new TestResource("a", 10);
		resource.length = length;
		assertThatExceptionOfType(EOFException.class).isThrownBy(() -> this.staged.open(resource))
			.withMessageContaining("instead of " + length);
		assertThat(this.staged.size()).isZero();
		assertThat(SentFile.descriptors(this.directory)).isZero();
	}

	@Test
	void whenResourceCannotBeReadOpeningFailsAndIsTriedAgain() throws IOException {
		TestResource resource = new TestResource("a", 10);
		resource.failure = new IOException("expected");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.staged.open(resource))
			.withMessage("expected");
		assertThat(this.staged.size()).isZero();
		assertThat(SentFile.descriptors(this.directory)).isZero();
		resource.failure = null;
		assertThat(read(resource)).isEqualTo(resource.content);
	}

	@Test
	void whenResourceCannotBeOpenedOpeningFails() {
		TestResource resource = new TestResource("a", 10);
		resource.missing = true;
		assertThatExceptionOfType(FileNotFoundException.class).isThrownBy(() -> this.staged.open(resource));
		assertThat(this.staged.size()).isZero();
	}

	@Test
	void whenResourceCannotBeReadThoseWhoWaitDoNotWaitForEver() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		TestResource resource = new TestResource("a", 10);
		resource.failure = new IOException("expected");
		resource.gate = release;
		ExecutorService executor = Executors.newFixedThreadPool(2);
		try {
			Future<?> first = executor.submit(() -> this.staged.open(resource));
			resource.opening.await();
			TestResource same = new TestResource("a", 10);
			Future<FileBody> second = executor.submit(() -> this.staged.open(same));
			release.countDown();
			assertThatExceptionOfType(ExecutionException.class).isThrownBy(first::get)
				.withRootCauseInstanceOf(IOException.class);
			FileBody body = second.get();
			if (body != null) {
				// It came after the failure.
				assertThat(SentFile.all(body)).isEqualTo(same.content);
			}
		}
		finally {
			release.countDown();
			executor.shutdown();
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenDirectoryCannotBeMadeNothingIsCopiedForAWhile(CapturedOutput output) throws IOException {
		AtomicInteger attempts = new AtomicInteger();
		try (StagedResources refused = new StagedResources(MAX_SIZE, () -> {
			attempts.incrementAndGet();
			throw new IOException("read-only");
		}, System::nanoTime)) {
			TestResource resource = new TestResource("a", 10);
			for (int i = 0; i < 3; i++) {
				assertThat(refused.open(resource)).isNull();
			}
			assertThat(attempts).hasValue(1);
			assertThat(refused.size()).isZero();
			assertThat(output).containsOnlyOnce("read-only").contains("java.io.tmpdir", "resource-cache.max-size");
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whenFileCannotBeMadeNothingIsCopiedForAWhile(CapturedOutput output) throws IOException {
		AtomicInteger attempts = new AtomicInteger();
		try (StagedResources refused = new StagedResources(MAX_SIZE, () -> {
			attempts.incrementAndGet();
			Path made = Files.createTempDirectory(this.directory, "gone");
			Files.delete(made);
			return made;
		}, System::nanoTime)) {
			assertThat(refused.open(new TestResource("a", 10))).isNull();
			assertThat(refused.open(new TestResource("b", 10))).isNull();
		}
		assertThat(attempts).hasValue(1);
		assertThat(output).containsOnlyOnce("could not be copied");
	}

	// What a client that goes away does to the thread that copies for it.
	@Test
	void whenCopyingIsInterruptedTheNextOneCopies() throws IOException {
		TestResource resource = new TestResource("a", 10);
		resource.interrupts = true;
		assertThatExceptionOfType(ClosedByInterruptException.class).isThrownBy(() -> this.staged.open(resource));
		assertThat(Thread.interrupted()).isTrue();
		assertThat(this.staged.size()).isZero();
		assertThat(SentFile.descriptors(this.directory)).isZero();
		resource.interrupts = false;
		assertThat(read(resource)).isEqualTo(resource.content);
		assertThat(this.staged.size()).isEqualTo(10);
	}

	@Test
	void afterTheEndNothingIsCopied() throws IOException {
		TestResource resource = new TestResource("a", 10);
		FileBody underWay = open(resource);
		this.staged.close();
		assertThat(this.staged.size()).isZero();
		assertThat(this.staged.open(resource)).isNull();
		assertThat(SentFile.all(underWay)).isEqualTo(resource.content);
		assertThat(SentFile.descriptors(this.directory)).isZero();
	}

	@Test
	void whenItEndsWhileAResourceIsCopiedNothingStaysOpen() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		TestResource resource = new TestResource("a", 10);
		resource.gate = release;
		ExecutorService executor = Executors.newSingleThreadExecutor();
		try {
			Future<FileBody> copying = executor.submit(() -> this.staged.open(resource));
			resource.opening.await();
			this.staged.close();
			release.countDown();
			assertThat(copying.get()).isNull();
		}
		finally {
			release.countDown();
			executor.shutdown();
		}
		assertThat(SentFile.descriptors(this.directory)).isZero();
	}

	@Test
	void underPressureEachResponseHasItsBytes() throws Exception {
		List<TestResource> resources = new ArrayList<>();
		for (int i = 0; i < 12; i++) {
			resources.add(new TestResource("r" + i, MAX_SIZE / 4 + i));
		}
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		Set<Integer> streamed = new HashSet<>();
		try {
			List<Future<Integer>> readers = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				Random random = new Random(i);
				readers.add(executor.submit(() -> {
					int without = 0;
					for (int round = 0; round < 100; round++) {
						TestResource resource = resources.get(random.nextInt(resources.size()));
						FileBody file = this.staged.open(resource);
						if (file == null) {
							without++;
						}
						else {
							assertThat(Arrays.equals(SentFile.all(file), resource.content)).isTrue();
						}
						assertThat(this.staged.size()).isLessThanOrEqualTo(MAX_SIZE);
					}
					return without;
				}));
			}
			for (Future<Integer> reader : readers) {
				streamed.add(reader.get());
			}
		}
		finally {
			executor.shutdown();
		}
		// Room is short only where all of it is being filled.
		assertThat(streamed).allMatch((without) -> without < 100);
		assertThat(SentFile.descriptors(this.directory)).isLessThanOrEqualTo(3);
	}

	/**
	 * A resource that is no file.
	 */
	private static final class TestResource extends AbstractResource {

		private final String name;

		private final byte[] content;

		private final AtomicInteger opened = new AtomicInteger();

		private final CountDownLatch opening = new CountDownLatch(1);

		private long length;

		private long lastModified = 1000;

		private CountDownLatch gate = new CountDownLatch(0);

		private IOException failure;

		private boolean missing;

		private boolean interrupts;

		TestResource(String name, int size) {
			this.name = name;
			this.content = new byte[size];
			new Random(size).nextBytes(this.content);
			this.length = size;
		}

		@Override
		public String getDescription() {
			return this.name;
		}

		@Override
		public URL getURL() throws IOException {
			return URI.create("jar:file:/some.jar!/" + this.name).toURL();
		}

		@Override
		public long contentLength() {
			return this.length;
		}

		@Override
		public long lastModified() {
			return this.lastModified;
		}

		@Override
		public InputStream getInputStream() throws IOException {
			this.opened.incrementAndGet();
			this.opening.countDown();
			if (this.missing) {
				throw new FileNotFoundException(this.name);
			}
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
			InputStream whole = new ByteArrayInputStream(this.content) {

				@Override
				public synchronized int read(byte[] bytes, int offset, int length) {
					if (TestResource.this.interrupts) {
						Thread.currentThread().interrupt();
					}
					return super.read(bytes, offset, length);
				}

			};
			IOException thrown = this.failure;
			if (thrown == null) {
				return whole;
			}
			return new SequenceInputStream(new ByteArrayInputStream(this.content, 0, 5), new InputStream() {

				@Override
				public int read() throws IOException {
					throw thrown;
				}

				@Override
				public int read(byte[] bytes, int offset, int length) throws IOException {
					throw thrown;
				}

			});
		}

	}

}
