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

import java.nio.channels.FileChannel;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.handler.stream.ChunkedNioFile;
import org.jspecify.annotations.Nullable;

/**
 * Finds the file of a {@link ChunkedNioFile}, for which it has no getter. A chunk is read
 * by a buffer that the caller's allocator provides
 * ({@link ByteBuf#writeBytes(FileChannel, long, int)}); so it is asked for a chunk with a
 * buffer that takes note of the file and reads nothing.
 */
final class ChunkedFiles {

	private ChunkedFiles() {
	}

	/**
	 * Return the file of a chunked input, whose position is not changed.
	 * @param input the input
	 * @return the file, or {@code null} if the input is at its end or does not read as
	 * expected
	 */
	static @Nullable FileChannel fileOf(ChunkedNioFile input) {
		Probe probe = new Probe();
		try {
			ByteBuf chunk = input.readChunk(new ProbeAllocator(probe));
			if (chunk != null) {
				chunk.release();
			}
			return probe.file;
		}
		catch (Exception ex) {
			return null;
		}
	}

	/**
	 * A buffer that remembers which file it was to read.
	 */
	private static final class Probe extends UnpooledHeapByteBuf {

		private @Nullable FileChannel file;

		Probe() {
			super(UnpooledByteBufAllocator.DEFAULT, 0, Integer.MAX_VALUE);
		}

		@Override
		public int writeBytes(FileChannel in, long position, int length) {
			this.file = in;
			return -1;
		}

	}

	/**
	 * Gives out the one buffer.
	 */
	private static final class ProbeAllocator extends AbstractByteBufAllocator {

		private final Probe probe;

		ProbeAllocator(Probe probe) {
			this.probe = probe;
		}

		@Override
		protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
			return this.probe;
		}

		@Override
		protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
			return this.probe;
		}

		@Override
		public boolean isDirectBufferPooled() {
			return false;
		}

	}

}
