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
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.function.IntSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.stream.ChunkedInput;
import org.jspecify.annotations.Nullable;

/**
 * Part of a file in chunks, which are read into memory outside of the Java heap, where
 * the TLS engine wants them. It ends with an error if the file turns out to be shorter
 * than it was. The file is read and not mapped: a mapped file that somebody shortens is a
 * signal in the TLS engine, which ends the process.
 */
public final class FileChunks implements ChunkedInput<ByteBuf> {

	private final FileChannel file;

	private final long start;

	private final long end;

	private final ChunkMemory memory;

	private final IntSupplier chunkSize;

	private long position;

	private final KtlsFileRegion region;

	private int kept;

	private boolean closed;

	/**
	 * Create a new instance.
	 * @param region the part, which is released when this input is closed
	 * @param memory decides on the size of the next chunk
	 * @param chunkSize decides on it, too: the smaller size counts, in bytes
	 * @throws IOException if the file is closed; the region is still the caller's then
	 */
	public FileChunks(KtlsFileRegion region, ChunkMemory memory, IntSupplier chunkSize) throws IOException {
		this.file = region.file();
		if (!this.file.isOpen()) {
			throw new ClosedChannelException();
		}
		this.region = region;
		this.start = region.position();
		this.end = this.start + region.count();
		this.memory = memory;
		this.chunkSize = chunkSize;
		this.position = this.start;
	}

	@Override
	public boolean isEndOfInput() {
		// Not if the file is closed by somebody else: what is missing has to be an error.
		return this.position >= this.end || this.closed;
	}

	@Override
	public void close() {
		if (!this.closed) {
			this.closed = true;
			keep(0);
			this.region.release();
		}
	}

	@Deprecated
	@Override
	@SuppressWarnings("InlineMeSuggester")
	public @Nullable ByteBuf readChunk(ChannelHandlerContext ctx) throws IOException {
		return readChunk(ctx.alloc());
	}

	@Override
	public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) throws IOException {
		if (this.position >= this.end) {
			return null;
		}
		if (this.closed || !this.file.isOpen()) {
			throw new ClosedChannelException();
		}
		int limit = Math.min(this.chunkSize.getAsInt(), this.memory.chunkSize());
		ByteBuf chunk = allocator.directBuffer((int) Math.min(limit, this.end - this.position));
		try {
			fill(chunk);
			if (!chunk.isReadable()) {
				throw new EOFException(
						"The file ends before %d, although %d bytes were promised".formatted(this.position, this.end));
			}
			keep(chunk.readableBytes());
			return chunk.retain();
		}
		finally {
			chunk.release();
		}
	}

	private void fill(ByteBuf chunk) throws IOException {
		while (chunk.isWritable()) {
			int read = chunk.writeBytes(this.file, this.position, chunk.writableBytes());
			if (read < 0) {
				return;
			}
			this.position += read;
		}
	}

	private void keep(int size) {
		this.memory.replaced(this.kept, size);
		this.kept = size;
	}

	@Override
	public long length() {
		return this.end - this.start;
	}

	@Override
	public long progress() {
		return this.position - this.start;
	}

}
