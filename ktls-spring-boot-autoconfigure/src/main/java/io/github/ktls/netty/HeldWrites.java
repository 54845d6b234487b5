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

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * Writes that wait for something, and whether they are to be flushed then. They count as
 * pending for the channel's writability. Used on the event loop.
 */
final class HeldWrites {

	private final PendingWriteQueue queue;

	private boolean flush;

	HeldWrites(ChannelHandlerContext ctx) {
		this.queue = new PendingWriteQueue(ctx);
	}

	void add(Object msg, ChannelPromise promise) {
		this.queue.add(msg, promise);
	}

	void flushLater() {
		this.flush = true;
	}

	boolean isEmpty() {
		return this.queue.isEmpty();
	}

	/**
	 * Return how many bytes the channel counts as pending because of these writes.
	 * @return the number of bytes
	 */
	long bytes() {
		return this.queue.bytes();
	}

	/**
	 * Return the write that waits longest.
	 * @return the message, which stays in the queue, or {@code null} if there is none
	 */
	@Nullable Object first() {
		return this.queue.current();
	}

	/**
	 * Write the message that waits longest.
	 * @param target takes it over, with its promise
	 */
	void writeFirst(Target target) {
		Object msg = this.queue.current();
		ReferenceCountUtil.retain(msg);
		ChannelPromise promise = this.queue.remove();
		target.write(msg, promise);
	}

	/**
	 * Return whether there was a flush that is still to be done.
	 * @return whether to flush now; the next call says {@code false}
	 */
	boolean takeFlush() {
		boolean taken = this.flush;
		this.flush = false;
		return taken;
	}

	/**
	 * Fail all that wait.
	 * @param cause why
	 */
	void fail(Throwable cause) {
		this.queue.removeAndFailAll(cause);
	}

	/**
	 * Takes a write.
	 */
	@FunctionalInterface
	interface Target {

		/**
		 * Write.
		 * @param msg the message, which the target owns from here
		 * @param promise is notified when it is written
		 */
		void write(Object msg, ChannelPromise promise);

	}

}
