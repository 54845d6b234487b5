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

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

import io.github.ktls.netty.KtlsFileRegion;

/**
 * Stands for the bytes of a file among the HTTP handlers: as long as they are, so that
 * metrics and access logs count them, which know buffers but no regions, and without
 * content. {@link FileRegionHandler} puts the region in its place again. Used on the
 * event loop.
 */
final class FileContent extends UnpooledHeapByteBuf {

	private final int length;

	private @Nullable KtlsFileRegion region;

	/**
	 * Create a new instance.
	 * @param region the region, owned by this buffer from here on, or {@code null} if it
	 * is in the place of another one before
	 * @param length the length that this one stands for, in bytes
	 */
	FileContent(@Nullable KtlsFileRegion region, int length) {
		super(UnpooledByteBufAllocator.DEFAULT, 0, Integer.MAX_VALUE);
		this.region = region;
		this.length = length;
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
		super.deallocate();
	}

}
