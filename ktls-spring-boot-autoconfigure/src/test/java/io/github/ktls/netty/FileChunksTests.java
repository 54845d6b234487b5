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

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.stream.ChunkedWriteHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.AdditionalAnswers;

import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link FileChunks}.
 */
class FileChunksTests {

	private static final int SIZE = 100_000;

	/** Takes memory from the heap unless it is told not to. */
	private final PooledByteBufAllocator allocator = new PooledByteBufAllocator(false);

	@TempDir
	Path directory;

	private Path path;

	private FileChannel file;

	@BeforeEach
	void openFile() throws IOException {
		this.path = TestFiles.random(this.directory.resolve("file"), SIZE);
		this.file = FileChannel.open(this.path, StandardOpenOption.READ, StandardOpenOption.WRITE);
	}

	@AfterEach
	void closeFile() throws IOException {
		this.file.close();
	}

	@Test
	void chunksAreOutsideOfTheHeap() throws IOException {
		FileChunks chunks = chunks(0, SIZE, 30_000);
		for (PooledByteBufAllocator preferring : List.of(this.allocator, new PooledByteBufAllocator(true))) {
			ByteBuf chunk = chunks.readChunk(preferring);
			assertThat(chunk.isDirect()).isTrue();
			chunk.release();
		}
		ByteBuf chunk = chunks.readChunk(new UnpooledByteBufAllocator(false));
		assertThat(chunk.isDirect()).isTrue();
		chunk.release();
		assertThat(this.allocator.metric().usedHeapMemory()).isZero();
	}

	@Test
	void chunkIsAsLargeAsIsAskedForAtThatTime() throws IOException {
		Iterator<Integer> sizes = List.of(1, 70_000, 20_000, 20_000).iterator();
		byte[] content = Files.readAllBytes(this.path);
		FileChunks chunks = new FileChunks(new KtlsFileRegion(this.file, 10, 99_000), new ChunkMemory(SIZE),
				sizes::next);
		assertThat(chunks.length()).isEqualTo(99_000);
		int position = 10;
		for (int length : new int[] { 1, 70_000, 20_000, 8_999 }) {
			assertThat(chunks.isEndOfInput()).isFalse();
			ByteBuf chunk = chunks.readChunk(this.allocator);
			assertThat(ByteBufUtil.getBytes(chunk)).isEqualTo(Arrays.copyOfRange(content, position, position + length));
			chunk.release();
			position += length;
			assertThat(chunks.progress()).isEqualTo(position - 10);
		}
		assertThat(chunks.isEndOfInput()).isTrue();
		assertThat(chunks.readChunk(this.allocator)).isNull();
		chunks.close();
		assertThat(this.file.isOpen()).isFalse();
	}

	@Test
	void whenFileGetsShorterWhatIsLeftIsFollowedByAnError() throws IOException {
		FileChunks chunks = chunks(0, SIZE, 30_000);
		this.file.truncate(10_000);
		ByteBuf chunk = chunks.readChunk(this.allocator);
		assertThat(chunk.readableBytes()).isEqualTo(10_000);
		chunk.release();
		assertThat(chunks.isEndOfInput()).isFalse();
		assertThatExceptionOfType(EOFException.class).isThrownBy(() -> chunks.readChunk(this.allocator))
			.withMessageContaining("10000");
		assertThat(this.allocator.pinnedDirectMemory()).isZero();
	}

	@Test
	void whenFileIsClosedThatIsNotTheEnd() throws IOException {
		FileChunks chunks = chunks(0, SIZE, 30_000);
		this.file.close();
		assertThat(chunks.isEndOfInput()).isFalse();
		assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> chunks.readChunk(this.allocator));
		assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> chunks(0, SIZE, 30_000));
		assertThat(this.allocator.pinnedDirectMemory()).isZero();
	}

	@Test
	void whenSomebodyClosesTheFileBehindAChunkTheWriteFails() throws IOException {
		FileChannel closing = mock(FileChannel.class, AdditionalAnswers.delegatesTo(this.file));
		willAnswer((call) -> {
			int read = this.file.read(call.<ByteBuffer>getArgument(0), call.<Long>getArgument(1));
			this.file.close();
			return read;
		}).given(closing).read(any(), anyLong());
		EmbeddedChannel channel = new EmbeddedChannel(new ChunkedWriteHandler());
		ChannelFuture written = channel.writeOneOutbound(
				new FileChunks(new KtlsFileRegion(closing, 0, SIZE), new ChunkMemory(30_000), () -> 30_000));
		channel.flushOutbound();
		ByteBuf chunk = channel.readOutbound();
		assertThat(chunk.readableBytes()).isEqualTo(30_000);
		chunk.release();
		assertThat(channel.<ByteBuf>readOutbound()).isNull();
		assertThat(written.cause()).isInstanceOf(ClosedChannelException.class);
		channel.finish();
	}

	@Test
	void whenInputIsClosedNothingIsReadEvenIfOthersUseTheFile() throws IOException {
		FileChunks chunks = new FileChunks(new KtlsFileRegion(this.file, 0, SIZE, () -> {
		}), new ChunkMemory(30_000), () -> 30_000);
		chunks.close();
		assertThat(this.file.isOpen()).isTrue();
		assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> chunks.readChunk(this.allocator));
	}

	private FileChunks chunks(long position, long count, int chunkSize) throws IOException {
		return new FileChunks(new KtlsFileRegion(this.file, position, count), new ChunkMemory(chunkSize), () -> SIZE);
	}

}
