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

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link OpenFiles}.
 */
class OpenFilesTests {

	private static final int SIZE = 100_000;

	private static final int THREADS = 16;

	private static final int ROUNDS = 200;

	@TempDir
	Path directory;

	private Path path = Path.of("");

	private byte[] content = {};

	private final OpenFiles files = new OpenFiles(3, new ChunkMemory(SentFile.CHUNK_SIZE));

	@BeforeEach
	void createFile() throws IOException {
		this.path = TestFiles.random(this.directory.resolve("file"), SIZE);
		this.content = Files.readAllBytes(this.path);
	}

	private void assertThatNothingIsOpen() {
		assertThat(this.files.count()).isZero();
		assertThat(SentFile.descriptors(this.directory)).isZero();
	}

	private void replace(int size) throws IOException {
		Files.move(TestFiles.random(this.directory.resolve("other"), size), this.path, StandardCopyOption.ATOMIC_MOVE);
	}

	@Test
	void responsesShareADescriptor() throws IOException {
		FileBody first = this.files.open(this.path);
		FileBody second = this.files.open(this.path);
		assertThat(second).isInstanceOf(SharedFile.class).isSameAs(first);
		assertThat(this.files.count()).isOne();
		assertThat(SentFile.descriptors(this.directory)).isOne();
		assertThat(SentFile.all(first)).isEqualTo(this.content);
		assertThat(this.files.count()).isOne();
		assertThat(SentFile.part(second, 12_345, 67_890))
			.isEqualTo(Arrays.copyOfRange(this.content, 12_345, 12_345 + 67_890));
		assertThatNothingIsOpen();
		FileBody third = this.files.open(this.path);
		assertThat(third).isNotSameAs(first);
		assertThat(SentFile.all(third)).isEqualTo(this.content);
		assertThatNothingIsOpen();
	}

	@Test
	void whenOpenedByManyAtOnceThereIsOneDescriptor() throws Exception {
		OpenFiles many = new OpenFiles(THREADS, new ChunkMemory(SentFile.CHUNK_SIZE));
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		try {
			for (int i = 0; i < 300; i++) {
				CyclicBarrier start = new CyclicBarrier(THREADS);
				List<Future<FileBody>> opened = new ArrayList<>();
				for (int j = 0; j < THREADS; j++) {
					opened.add(executor.submit(() -> {
						start.await();
						return many.open(this.path);
					}));
				}
				Set<FileBody> different = new HashSet<>();
				for (Future<FileBody> file : opened) {
					different.add(file.get());
				}
				assertThat(different).hasSize(1);
				assertThat(many.count()).isOne();
				for (Future<FileBody> file : opened) {
					file.get().done();
				}
				assertThat(many.count()).isZero();
				assertThatNothingIsOpen();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void whileContentIsNotSentFileStaysOpen() throws IOException {
		FileBody file = this.files.open(this.path);
		ByteBuf one = file.content(0, 10);
		ByteBuf other = file.content(10, 20);
		assertThat(one.readableBytes()).isEqualTo(10);
		assertThat(other.readableBytes()).isEqualTo(20);
		file.done();
		one.release();
		assertThat(SentFile.descriptors(this.directory)).isOne();
		SentFile sent = SentFile.send(other, (chunk) -> {
		});
		assertThat(sent.content().toByteArray()).isEqualTo(Arrays.copyOfRange(this.content, 10, 30));
		assertThatNothingIsOpen();
	}

	@ParameterizedTest
	@ValueSource(ints = { SIZE, SIZE / 2, 2 * SIZE })
	void whenFileIsReplacedEachResponseHasItsOwn(int size) throws IOException {
		FileBody before = this.files.open(this.path);
		replace(size);
		FileBody after = this.files.open(this.path);
		assertThat(this.files.open(this.path)).isSameAs(after).isNotSameAs(before);
		after.done();
		assertThat(this.files.count()).isEqualTo(2);
		assertThat(SentFile.all(before)).isEqualTo(this.content);
		// The end of the old one is not that of the new one.
		assertThat(this.files.open(this.path)).isSameAs(after);
		after.done();
		assertThat(SentFile.all(after)).isEqualTo(Files.readAllBytes(this.path)).hasSize(size);
		assertThatNothingIsOpen();
	}

	@Test
	void whenFileGrowsNextResponseSeesIt() throws IOException {
		FileBody before = this.files.open(this.path);
		Files.write(this.path, new byte[] { 1 }, StandardOpenOption.APPEND);
		FileBody after = this.files.open(this.path);
		assertThat(before.size()).isEqualTo(SIZE);
		assertThat(after.size()).isEqualTo(SIZE + 1);
		assertThat(SentFile.all(before)).isEqualTo(this.content);
		assertThat(SentFile.all(after)).isEqualTo(Files.readAllBytes(this.path));
		assertThatNothingIsOpen();
	}

	@Test
	void whenFileIsModifiedItIsNotShared() throws IOException {
		FileBody before = this.files.open(this.path);
		Files.setLastModifiedTime(this.path, FileTime.fromMillis(1_000_000));
		FileBody after = this.files.open(this.path);
		assertThat(after).isNotSameAs(before);
		before.done();
		after.done();
		assertThatNothingIsOpen();
	}

	@Test
	void whenLinkLeadsElsewhereItsFileIsNotShared() throws IOException {
		Path link = Files.createSymbolicLink(this.directory.resolve("link"), this.path);
		FileBody before = this.files.open(link);
		Path other = TestFiles.random(this.directory.resolve("other"), SIZE + 1);
		Files.delete(link);
		Files.createSymbolicLink(link, other);
		FileBody after = this.files.open(link);
		assertThat(SentFile.all(before)).isEqualTo(this.content);
		assertThat(SentFile.all(after)).isEqualTo(Files.readAllBytes(other));
		assertThatNothingIsOpen();
	}

	@Test
	void beyondTheBoundFilesAreOpenedForEachChunk() throws IOException {
		List<FileBody> open = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			open.add(this.files.open(TestFiles.random(this.directory.resolve("open-" + i), SIZE)));
		}
		FileBody fourth = this.files.open(this.path);
		assertThat(fourth).isInstanceOf(ReopenedFile.class);
		assertThat(this.files.count()).isEqualTo(3);
		assertThat(SentFile.descriptors(this.directory)).isEqualTo(3);
		assertThat(SentFile.part(fourth, 1, SIZE - 2)).isEqualTo(Arrays.copyOfRange(this.content, 1, SIZE - 1));
		// One that is open already needs no further descriptor.
		assertThat(this.files.open(this.directory.resolve("open-1"))).isSameAs(open.get(1));
		open.get(1).done();
		open.get(0).done();
		FileBody fifth = this.files.open(this.path);
		assertThat(fifth).isInstanceOf(SharedFile.class);
		assertThat(SentFile.all(fifth)).isEqualTo(this.content);
		open.get(1).done();
		open.get(2).done();
		assertThatNothingIsOpen();
	}

	@Test
	void whenNoneMayBeOpenNoneIs() throws IOException {
		OpenFiles none = new OpenFiles(0, new ChunkMemory(SentFile.CHUNK_SIZE));
		FileBody file = none.open(this.path);
		assertThat(none.count()).isZero();
		assertThat(SentFile.descriptors(this.directory)).isZero();
		assertThat(SentFile.all(file)).isEqualTo(this.content);
	}

	@Test
	void whatIsNoRegularFileIsRefused() throws Exception {
		Path fifo = this.directory.resolve("fifo");
		assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
		for (Path path : List.of(this.directory, fifo, Path.of("/dev/zero"))) {
			assertThatExceptionOfType(FileNotFoundException.class).isThrownBy(() -> this.files.open(path))
				.withMessage("'%s' is not a regular file", path);
		}
		assertThatExceptionOfType(NoSuchFileException.class)
			.isThrownBy(() -> this.files.open(this.directory.resolve("missing")));
		assertThatNothingIsOpen();
	}

	@Test
	void whenFileIsReplacedAgainAndAgainEachResponseHasOneOfThem() throws Exception {
		byte[] other = Files.readAllBytes(TestFiles.random(this.directory.resolve("other"), 2 * SIZE));
		Path next = this.directory.resolve("next");
		AtomicBoolean stopped = new AtomicBoolean();
		ExecutorService executor = Executors.newFixedThreadPool(THREADS + 1);
		try {
			Future<?> replacing = executor.submit(() -> {
				for (int i = 0; !stopped.get(); i++) {
					Files.write(next, (i % 2 == 0) ? other : this.content);
					Files.move(next, this.path, StandardCopyOption.ATOMIC_MOVE);
				}
				return null;
			});
			Callable<Void> reading = () -> {
				for (int i = 0; i < ROUNDS; i++) {
					FileBody file = this.files.open(this.path);
					long size = file.size();
					if (file instanceof ReopenedFile) {
						// It may be changed before it is read.
						file.done();
						continue;
					}
					byte[] sent = SentFile.all(file);
					assertThat(Arrays.equals(sent, (size == SIZE) ? this.content : other)).isTrue();
				}
				return null;
			};
			List<Future<Void>> readers = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				readers.add(executor.submit(reading));
			}
			for (Future<Void> reader : readers) {
				reader.get();
			}
			stopped.set(true);
			replacing.get();
		}
		finally {
			stopped.set(true);
			executor.shutdown();
		}
		assertThatNothingIsOpen();
	}

	@Test
	void manyThreadsHaveNoMoreFilesOpenThanTheBound() throws Exception {
		List<Path> paths = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			paths.add(TestFiles.random(this.directory.resolve("file-" + i), SIZE + i));
		}
		List<byte[]> contents = new ArrayList<>();
		for (Path each : paths) {
			contents.add(Files.readAllBytes(each));
		}
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		try {
			List<Callable<Void>> tasks = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				int first = i;
				tasks.add(() -> {
					for (int round = 0; round < ROUNDS; round++) {
						int index = (first + round) % paths.size();
						FileBody file = this.files.open(paths.get(index));
						assertThat(SentFile.descriptors(this.directory)).isLessThanOrEqualTo(3 + THREADS);
						assertThat(Arrays.equals(SentFile.all(file), contents.get(index))).isTrue();
					}
					return null;
				});
			}
			for (Future<Void> done : executor.invokeAll(tasks)) {
				done.get();
			}
		}
		finally {
			executor.shutdown();
		}
		assertThatNothingIsOpen();
	}

}
