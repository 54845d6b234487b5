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

package io.github.ktls.web;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.stream.ChunkedNioFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.any;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ChunkedFiles}.
 */
class ChunkedFilesTests {

	@TempDir
	Path directory;

	private FileChannel file;

	@BeforeEach
	void openFile() throws IOException {
		this.file = FileChannel.open(TestFiles.random(this.directory.resolve("file"), 5_000), StandardOpenOption.READ);
	}

	@AfterEach
	void closeFile() throws IOException {
		this.file.close();
	}

	@Test
	void fileIsFoundAndNothingOfItIsRead() throws Exception {
		this.file.position(7);
		ChunkedNioFile input = new ChunkedNioFile(this.file, 100, 4_000, 1024);
		assertThat(ChunkedFiles.fileOf(input)).isSameAs(this.file);
		assertThat(input.currentOffset()).isEqualTo(100);
		assertThat(this.file.position()).isEqualTo(7);
		assertThat(this.file.isOpen()).isTrue();
		ByteBuf chunk = input.readChunk(UnpooledByteBufAllocator.DEFAULT);
		assertThat(chunk.readableBytes()).isEqualTo(1024);
		chunk.release();
	}

	@Test
	void whenInputIsPartlyReadFileIsStillFound() throws Exception {
		ChunkedNioFile input = new ChunkedNioFile(this.file, 0, 4_000, 1024);
		input.readChunk(UnpooledByteBufAllocator.DEFAULT).release();
		assertThat(ChunkedFiles.fileOf(input)).isSameAs(this.file);
		assertThat(input.currentOffset()).isEqualTo(1024);
	}

	@Test
	void whenInputIsEmptyThereIsNone() throws IOException {
		assertThat(ChunkedFiles.fileOf(new ChunkedNioFile(this.file, 0, 0, 1024))).isNull();
	}

	@Test
	void whenReadingFailsThereIsNone() throws Exception {
		ChunkedNioFile input = mock();
		given(input.readChunk(any(ByteBufAllocator.class))).willThrow(new IOException("broken"));
		assertThat(ChunkedFiles.fileOf(input)).isNull();
	}

}
