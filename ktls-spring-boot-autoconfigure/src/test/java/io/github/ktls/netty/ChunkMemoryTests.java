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

package io.github.ktls.netty;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ChunkMemory}.
 */
class ChunkMemoryTests {

	private static final int LARGE = 50_000;

	private static final int SMALL = ChunkMemory.SMALL_CHUNK;

	private final LongAdder read = new LongAdder();

	private final ChunkMemory memory = new ChunkMemory(LARGE, 120_000, new LongAdder(), this.read::add);

	@Test
	void whenMuchIsKeptChunksAreSmall() {
		assertThat(this.memory.chunkSize()).isEqualTo(LARGE);
		this.memory.replaced(0, 70_000);
		assertThat(this.memory.chunkSize()).isEqualTo(LARGE);
		this.memory.replaced(0, 1);
		assertThat(this.memory.chunkSize()).isEqualTo(SMALL);
		this.memory.replaced(70_000, 69_999);
		assertThat(this.memory.chunkSize()).isEqualTo(LARGE);
	}

	@Test
	void whatIsReadIsTold() {
		this.memory.replaced(0, 10);
		this.memory.replaced(10, 20);
		this.memory.replaced(20, 0);
		assertThat(this.read.sum()).isEqualTo(30);
	}

	@Test
	void chunksAreNeverLargerThanAskedFor() {
		ChunkMemory none = new ChunkMemory(1000, 0, new LongAdder(), this.read::add);
		assertThat(none.chunkSize()).isEqualTo(1000);
		assertThat(none.largestChunkSize()).isEqualTo(1000);
	}

	@Test
	void whatFilesKeepIsGivenBackWhenTheyAreClosed(@TempDir Path directory) throws IOException {
		Path file = TestFiles.random(directory.resolve("file"), LARGE + 10);
		List<FileChunks> files = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			files.add(new FileChunks(new KtlsFileRegion(FileChannel.open(file), 0, LARGE + 10), this.memory,
					() -> LARGE));
		}
		assertThat(read(files.get(0))).isEqualTo(LARGE);
		assertThat(read(files.get(1))).isEqualTo(LARGE);
		assertThat(read(files.get(2))).isEqualTo(SMALL);
		assertThat(this.memory.kept()).isEqualTo(2 * LARGE + SMALL);
		assertThat(read(files.get(1))).isEqualTo(10);
		assertThat(this.memory.kept()).isEqualTo(LARGE + 10 + SMALL);
		assertThat(read(files.get(2))).isEqualTo(LARGE + 10 - SMALL);
		for (FileChunks chunks : files) {
			chunks.close();
			chunks.close();
		}
		assertThat(this.memory.kept()).isZero();
	}

	private static int read(FileChunks chunks) throws IOException {
		ByteBuf chunk = chunks.readChunk(UnpooledByteBufAllocator.DEFAULT);
		assertThat(chunk).isNotNull();
		int length = chunk.readableBytes();
		chunk.release();
		return length;
	}

}
