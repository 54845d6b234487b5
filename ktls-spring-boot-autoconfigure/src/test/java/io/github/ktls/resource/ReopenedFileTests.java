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
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReopenedFile}.
 */
class ReopenedFileTests {

	private static final int SIZE = 5 * SentFile.CHUNK_SIZE / 2;

	@TempDir
	Path directory;

	private Path path = Path.of("");

	private byte[] content = {};

	@BeforeEach
	void createFile() throws IOException {
		this.path = TestFiles.random(this.directory.resolve("file"), SIZE);
		this.content = Files.readAllBytes(this.path);
	}

	private ReopenedFile open() throws IOException {
		return new ReopenedFile(this.path, FileIdentity.of(this.path), new ChunkMemory(SentFile.CHUNK_SIZE));
	}

	@Test
	void eachChunkIsReadByOpeningTheFile() throws IOException {
		ReopenedFile file = open();
		assertThat(file.size()).isEqualTo(SIZE);
		ByteBuf content = file.content(1, SIZE - 1);
		assertThat(content.readableBytes()).isEqualTo(SIZE - 1);
		file.done();
		List<Integer> chunks = new ArrayList<>();
		SentFile sent = SentFile.send(content, (chunk) -> {
			chunks.add(chunk.readableBytes());
			assertThat(SentFile.descriptors(this.directory)).isZero();
		});
		assertThat(sent.future().isSuccess()).isTrue();
		assertThat(chunks).containsExactly(SentFile.CHUNK_SIZE, SentFile.CHUNK_SIZE, SentFile.CHUNK_SIZE / 2 - 1);
		assertThat(sent.content().toByteArray()).isEqualTo(Arrays.copyOfRange(this.content, 1, SIZE));
		assertThat(content.refCnt()).isZero();
	}

	@Test
	void severalPartsAreReadIndependently() throws IOException {
		ReopenedFile file = open();
		assertThat(SentFile.part(file, SIZE - 1, 1)).containsExactly(this.content[SIZE - 1]);
		assertThat(SentFile.part(file, 0, SIZE)).isEqualTo(this.content);
	}

	@Test
	void contentThatIsNotSentReadsNothing() throws IOException {
		ByteBuf content = open().content(0, SIZE);
		Files.delete(this.path);
		assertThat(content.release()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Change.class)
	void whenFileIsChangedBetweenChunksSendingFails(Change change) throws IOException {
		ByteBuf content = open().content(0, SIZE);
		List<Integer> chunks = new ArrayList<>();
		SentFile sent = SentFile.send(content, (chunk) -> {
			if (chunks.isEmpty()) {
				change.apply(this.path);
			}
			chunks.add(chunk.readableBytes());
		});
		assertThat(sent.future().isDone()).isTrue();
		assertThat(sent.future().cause()).isInstanceOf(IOException.class);
		assertThat(sent.content().toByteArray()).isEqualTo(Arrays.copyOfRange(this.content, 0, SentFile.CHUNK_SIZE));
		assertThat(content.refCnt()).isZero();
		assertThat(SentFile.descriptors(this.directory)).isZero();
	}

	@ParameterizedTest
	@EnumSource(Change.class)
	void whenFileIsChangedBeforeItIsSentNothingIs(Change change) throws IOException {
		ByteBuf content = open().content(0, SIZE);
		change.apply(this.path);
		SentFile sent = SentFile.send(content, (chunk) -> {
		});
		assertThat(sent.future().cause()).isInstanceOf(IOException.class);
		assertThat(sent.content().size()).isZero();
	}

	/**
	 * What may happen to a file.
	 */
	enum Change {

		DELETED {
			@Override
			void perform(Path file) throws IOException {
				Files.delete(file);
			}
		},

		APPENDED {
			@Override
			void perform(Path file) throws IOException {
				Files.write(file, new byte[] { 1 }, StandardOpenOption.APPEND);
			}
		},

		TRUNCATED {
			@Override
			void perform(Path file) throws IOException {
				try (RandomAccessFile truncated = new RandomAccessFile(file.toFile(), "rw")) {
					truncated.setLength(SIZE - 1);
				}
			}
		},

		OVERWRITTEN {
			@Override
			void perform(Path file) throws IOException {
				Files.write(file, new byte[SIZE]);
				Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
			}
		},

		REPLACED {
			@Override
			void perform(Path file) throws IOException {
				FileTime modified = Files.getLastModifiedTime(file);
				Path other = file.resolveSibling("other");
				Files.write(other, new byte[SIZE]);
				Files.setLastModifiedTime(other, modified);
				Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
			}
		},

		MADE_A_DIRECTORY {
			@Override
			void perform(Path file) throws IOException {
				Files.delete(file);
				Files.createDirectory(file);
			}
		};

		abstract void perform(Path file) throws IOException;

		void apply(Path file) {
			try {
				perform(file);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
