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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.stream.ChunkedNioFile;

/**
 * Part of a file in chunks, which ends with an error if the file turns out to be shorter
 * than it was: its base class would give out empty chunks for ever.
 */
public final class FileChunks extends ChunkedNioFile {

	private final KtlsFileRegion region;

	private boolean closed;

	/**
	 * Create a new instance.
	 * @param region the part, which is released when this input is closed
	 * @param chunkSize the size of a chunk, in bytes
	 * @throws IOException if the file is closed; the region is still the caller's then
	 */
	public FileChunks(KtlsFileRegion region, int chunkSize) throws IOException {
		super(region.file(), region.position(), region.count(), chunkSize);
		this.region = region;
	}

	@Override
	public void close() {
		if (!this.closed) {
			this.closed = true;
			this.region.release();
		}
	}

	@Override
	public ByteBuf readChunk(ByteBufAllocator allocator) throws Exception {
		ByteBuf chunk = super.readChunk(allocator);
		if (chunk != null && !chunk.isReadable()) {
			chunk.release();
			throw new EOFException(
					"The file ends before %d, although %d bytes were promised".formatted(currentOffset(), endOffset()));
		}
		return chunk;
	}

}
