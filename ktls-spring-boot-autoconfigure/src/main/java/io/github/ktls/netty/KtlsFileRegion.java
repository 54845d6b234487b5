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

import java.nio.channels.FileChannel;

import io.netty.channel.DefaultFileRegion;
import org.jspecify.annotations.Nullable;

/**
 * {@link DefaultFileRegion} that still knows its file, so that it can be sent in chunks
 * where the kernel does not encrypt.
 */
public final class KtlsFileRegion extends DefaultFileRegion {

	private final FileChannel file;

	private final @Nullable Runnable released;

	private @Nullable FileHead head;

	/**
	 * Create a new region, which closes the file when it is released.
	 * @param file the file, which the region owns from here
	 * @param position where the region begins, in bytes
	 * @param count the length of the region, in bytes
	 */
	public KtlsFileRegion(FileChannel file, long position, long count) {
		this(file, position, count, null);
	}

	/**
	 * Create a new region of a file that others use, too.
	 * @param file the file
	 * @param position where the region begins, in bytes
	 * @param count the length of the region, in bytes
	 * @param released is run when the region needs the file no more, by whichever thread
	 * releases it; without it the file is closed then
	 */
	public KtlsFileRegion(FileChannel file, long position, long count, @Nullable Runnable released) {
		super(file, position, count);
		this.file = file;
		this.released = released;
	}

	FileChannel file() {
		return this.file;
	}

	/**
	 * Have something go with the file.
	 * @param preceding what was written directly before, which the region owns from here
	 */
	void precededBy(FileHead preceding) {
		this.head = preceding;
	}

	/**
	 * Return how long what goes with the file is.
	 * @return the length in bytes, 0 if there is nothing
	 */
	int headLength() {
		return (this.head != null) ? this.head.bytes().readableBytes() : 0;
	}

	/**
	 * Take what goes with the file.
	 * @return what is to be written directly before, owned by the caller from here on, or
	 * {@code null}
	 */
	@Nullable FileHead takeHead() {
		FileHead taken = this.head;
		this.head = null;
		return taken;
	}

	@Override
	protected void deallocate() {
		FileHead left = takeHead();
		if (left != null) {
			left.bytes().release();
		}
		if (this.released != null) {
			this.released.run();
		}
		else {
			super.deallocate();
		}
	}

}
