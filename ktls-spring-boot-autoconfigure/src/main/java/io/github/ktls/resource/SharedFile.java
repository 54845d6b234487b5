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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;

import io.netty.buffer.ByteBuf;
import io.netty.util.AbstractReferenceCounted;
import io.netty.util.IllegalReferenceCountException;
import io.netty.util.ReferenceCounted;

import io.github.ktls.netty.KtlsFileRegion;
import io.github.ktls.web.FileResponses;

/**
 * An open file that any number of responses send from, each at positions of its own. It
 * is closed when the last of them is done. Thread-safe.
 */
final class SharedFile extends AbstractReferenceCounted implements FileBody {

	private final FileChannel channel;

	private final long size;

	private final Runnable closed;

	/**
	 * Create a new instance, with one reference, which is the caller's.
	 * @param channel the file, owned by this object from here on
	 * @param size the size that responses promise, in bytes
	 * @param closed is run when the file is closed
	 */
	SharedFile(FileChannel channel, long size, Runnable closed) {
		this.channel = channel;
		this.size = size;
		this.closed = closed;
	}

	/**
	 * Take a reference, if the file is still open. It is closed under everybody's hands
	 * if a thread is interrupted that reads from it.
	 * @return whether it is
	 */
	boolean tryRetain() {
		if (!this.channel.isOpen()) {
			return false;
		}
		try {
			retain();
			return true;
		}
		catch (IllegalReferenceCountException ex) {
			return false;
		}
	}

	@Override
	public long size() {
		return this.size;
	}

	@Override
	public ByteBuf content(long position, long count) {
		retain();
		return FileResponses.content(new KtlsFileRegion(this.channel, position, count, this::release));
	}

	@Override
	public void done() {
		release();
	}

	@Override
	public ReferenceCounted touch(Object hint) {
		return this;
	}

	@Override
	protected void deallocate() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		finally {
			this.closed.run();
		}
	}

}
