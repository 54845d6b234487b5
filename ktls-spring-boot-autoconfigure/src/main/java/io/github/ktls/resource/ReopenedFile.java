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

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import org.jspecify.annotations.Nullable;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.web.FileResponses;

/**
 * A file that is not held open, but opened for each chunk of it that is sent: a client
 * that stops reading occupies no descriptor. That it is still the same file is looked at
 * before and after each chunk.
 */
final class ReopenedFile implements FileBody {

	private final Path path;

	private final FileIdentity identity;

	private final ChunkMemory chunkMemory;

	/**
	 * Create a new instance.
	 * @param path the file
	 * @param identity what it was when the response was begun
	 * @param chunkMemory decides how much of it is read at once
	 */
	ReopenedFile(Path path, FileIdentity identity, ChunkMemory chunkMemory) {
		this.path = path;
		this.identity = identity;
		this.chunkMemory = chunkMemory;
	}

	@Override
	public long size() {
		return this.identity.size();
	}

	@Override
	public ByteBuf content(long position, long count) {
		return FileResponses.content(new Chunks(position, count));
	}

	@Override
	public void done() {
		// Nothing is held.
	}

	private ByteBuf read(long position, int length, ByteBufAllocator allocator) throws IOException {
		checkIdentity();
		ByteBuf chunk = allocator.directBuffer(length);
		try (FileChannel file = FileChannel.open(this.path, StandardOpenOption.READ)) {
			while (chunk.readableBytes() < length) {
				int read = chunk.writeBytes(file, position + chunk.readableBytes(), length - chunk.readableBytes());
				if (read < 0) {
					throw new EOFException("'%s' has become shorter".formatted(this.path));
				}
			}
			checkIdentity();
			return chunk;
		}
		catch (IOException | RuntimeException | Error ex) {
			chunk.release();
			throw ex;
		}
	}

	private void checkIdentity() throws IOException {
		if (!FileIdentity.of(this.path).equals(this.identity)) {
			throw new IOException("'%s' was changed while it was sent".formatted(this.path));
		}
	}

	/**
	 * A part of the file. Used on the event loop.
	 */
	private final class Chunks implements ChunkedInput<ByteBuf> {

		private final long count;

		private final long end;

		private long position;

		private int kept;

		private boolean closed;

		Chunks(long position, long count) {
			this.position = position;
			this.count = count;
			this.end = position + count;
		}

		@Override
		public boolean isEndOfInput() {
			return this.closed || this.position >= this.end;
		}

		@Override
		public void close() {
			this.closed = true;
			keep(0);
		}

		private void keep(int size) {
			ReopenedFile.this.chunkMemory.replaced(this.kept, size);
			this.kept = size;
		}

		@Override
		@Deprecated
		@SuppressWarnings("InlineMeSuggester")
		public @Nullable ByteBuf readChunk(ChannelHandlerContext ctx) throws Exception {
			return readChunk(ctx.alloc());
		}

		@Override
		public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) throws Exception {
			if (isEndOfInput()) {
				return null;
			}
			int length = (int) Math.min(ReopenedFile.this.chunkMemory.chunkSize(), this.end - this.position);
			ByteBuf chunk = read(this.position, length, allocator);
			this.position += length;
			keep(length);
			return chunk;
		}

		@Override
		public long length() {
			return this.count;
		}

		@Override
		public long progress() {
			return this.count - (this.end - this.position);
		}

	}

}
