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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.handler.stream.ChunkedInput;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

import io.github.ktls.netty.KtlsFileRegion;

/**
 * Stands for the bytes of a file among the HTTP handlers: as long as they are, so that
 * metrics and access logs count them, which know buffers but no regions, and without
 * content. {@link FileResponseHandler} or {@link FileRegionHandler} put the file in its
 * place again.
 */
final class FileContent extends UnpooledHeapByteBuf {

	private final int length;

	private @Nullable KtlsFileRegion region;

	private @Nullable ChunkedInput<ByteBuf> chunks;

	private FileContent(@Nullable KtlsFileRegion region, @Nullable ChunkedInput<ByteBuf> chunks, long length) {
		super(UnpooledByteBufAllocator.DEFAULT, 0, Integer.MAX_VALUE);
		this.region = region;
		this.chunks = chunks;
		this.length = (int) Math.min(length, Integer.MAX_VALUE);
	}

	/**
	 * Create a buffer for a region. If it is longer than a buffer can be, so is not the
	 * buffer.
	 * @param region the region, owned by the buffer from here on
	 * @return the buffer
	 */
	static FileContent of(KtlsFileRegion region) {
		return new FileContent(region, null, region.count());
	}

	/**
	 * Create a buffer for a file that has to be read.
	 * @param chunks the file, owned by the buffer from here on
	 * @return the buffer
	 */
	static FileContent of(ChunkedInput<ByteBuf> chunks) {
		return new FileContent(null, chunks, chunks.length());
	}

	/**
	 * Create a buffer for a part of what is in the place of another one before.
	 * @param length the length of the part, in bytes
	 * @return the buffer
	 */
	static FileContent ofLength(int length) {
		return new FileContent(null, null, length);
	}

	/**
	 * Take the region out.
	 * @return the region, owned by the caller from here on, or {@code null}
	 */
	@Nullable KtlsFileRegion takeRegion() {
		KtlsFileRegion taken = this.region;
		this.region = null;
		return taken;
	}

	/**
	 * Take out what has to be read.
	 * @return the file, owned by the caller from here on, or {@code null}
	 */
	@Nullable ChunkedInput<ByteBuf> takeChunks() {
		ChunkedInput<ByteBuf> taken = this.chunks;
		this.chunks = null;
		return taken;
	}

	@Override
	public int readableBytes() {
		return this.length;
	}

	@Override
	public boolean isReadable() {
		return this.length > 0;
	}

	@Override
	protected void deallocate() {
		ReferenceCountUtil.release(takeRegion());
		ChunkedInput<ByteBuf> unread = takeChunks();
		if (unread != null) {
			FileResponses.close(unread);
		}
		super.deallocate();
	}

}
