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

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

import io.netty.util.internal.PlatformDependent;

/**
 * The memory of the chunks in which files are read that do not leave by sendfile(2). A
 * client that stops reading keeps the chunk that waits for it, and there may be thousands
 * of them; so the more is kept already, the less is read at once. Thread-safe.
 */
public final class ChunkMemory {

	/** Fills a record, and is less than Netty keeps for such a client anyway. */
	static final int SMALL_CHUNK = 16 * 1024;

	/** Which part of the memory outside the heap is for large chunks. */
	private static final int SHARE = 8;

	/** By all servers of this process, as they share the memory. */
	private static final LongAdder KEPT = new LongAdder();

	private final int largeChunk;

	private final long forLargeChunks;

	private final LongAdder kept;

	private final LongConsumer read;

	/**
	 * Create a new instance.
	 * @param largeChunk the size of chunks as long as there is plenty of memory, in bytes
	 */
	public ChunkMemory(int largeChunk) {
		this(largeChunk, (bytes) -> {
		});
	}

	/**
	 * Create a new instance that has counted what is read.
	 * @param largeChunk the size of chunks as long as there is plenty of memory, in bytes
	 * @param read is told the size of each chunk that was read, in bytes
	 */
	public ChunkMemory(int largeChunk, LongConsumer read) {
		this(largeChunk, PlatformDependent.maxDirectMemory() / SHARE, KEPT, read);
	}

	ChunkMemory(int largeChunk, long forLargeChunks, LongAdder kept, LongConsumer read) {
		this.read = read;
		this.largeChunk = largeChunk;
		this.forLargeChunks = forLargeChunks;
		this.kept = kept;
	}

	/**
	 * Return the size of the next chunk.
	 * @return the size at most, in bytes
	 */
	public int chunkSize() {
		return (this.kept.sum() + this.largeChunk <= this.forLargeChunks) ? this.largeChunk
				: Math.min(this.largeChunk, SMALL_CHUNK);
	}

	/**
	 * Return the size of chunks as long as there is plenty of memory.
	 * @return the size, in bytes
	 */
	public int largestChunkSize() {
		return this.largeChunk;
	}

	/**
	 * Take note of a chunk that was read when the one before it was sent.
	 * @param before the size of the one before, in bytes, 0 if there was none
	 * @param now the size of the one that was read, in bytes, 0 if no further is
	 */
	public void replaced(int before, int now) {
		this.kept.add((long) now - before);
		if (now > 0) {
			this.read.accept(now);
		}
	}

	/**
	 * Return how much is kept.
	 * @return the size of all chunks that wait to be sent, in bytes
	 */
	public long kept() {
		return this.kept.sum();
	}

}
