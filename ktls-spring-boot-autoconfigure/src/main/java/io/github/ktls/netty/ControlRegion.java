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

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;

/**
 * Something that is to be done at its place among the writes of an offloaded connection:
 * when everything written before is in the kernel, and nothing written after it. It takes
 * the form of a {@link FileRegion} of one byte, which is the one kind of message whose
 * writing Netty leaves to the message, and which it tries again when the socket's buffer
 * was full. Used on the event loop.
 */
final class ControlRegion extends AbstractReferenceCounted implements FileRegion {

	private static final int LENGTH = 1;

	private final Action action;

	private boolean done;

	ControlRegion(Action action) {
		this.action = action;
	}

	@Override
	public long transferTo(WritableByteChannel target, long position) throws IOException {
		if (!this.done && this.action.attempt()) {
			this.done = true;
			return LENGTH;
		}
		return 0;
	}

	@Override
	public long position() {
		return 0;
	}

	@Override
	public long transferred() {
		return this.done ? LENGTH : 0;
	}

	@Override
	@Deprecated
	public long transfered() {
		return this.done ? LENGTH : 0;
	}

	@Override
	public long count() {
		return LENGTH;
	}

	@Override
	protected void deallocate() {
		// It holds nothing.
	}

	@Override
	public ControlRegion retain() {
		super.retain();
		return this;
	}

	@Override
	public ControlRegion retain(int increment) {
		super.retain(increment);
		return this;
	}

	@Override
	public ControlRegion touch() {
		return this;
	}

	@Override
	public ControlRegion touch(Object hint) {
		return this;
	}

	/**
	 * What is to be done.
	 */
	@FunctionalInterface
	interface Action {

		/**
		 * Try to do it.
		 * @return whether it is done; {@code false} if the socket's buffer is full
		 * @throws IOException if it fails, whereupon Netty closes the channel
		 */
		boolean attempt() throws IOException;

	}

}
