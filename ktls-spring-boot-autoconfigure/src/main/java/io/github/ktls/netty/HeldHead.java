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

import java.nio.channels.ClosedChannelException;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Holds the last short buffer back that was written, until it is known whether a file
 * follows directly; the next write tells, or a flush. Used on the event loop.
 */
final class HeldHead {

	private @Nullable FileHead head;

	/**
	 * Hold a message back. Nothing else may be held.
	 * @param msg the message, owned by this object if it is taken
	 * @param promise its promise
	 * @return whether it was taken
	 */
	boolean hold(Object msg, ChannelPromise promise) {
		if (!FileHead.mayBe(msg)) {
			return false;
		}
		this.head = new FileHead((ByteBuf) msg, promise);
		return true;
	}

	/**
	 * Have what is held, if anything is, go with a file.
	 * @param file the file that follows
	 * @param promise the file's promise
	 * @return the promise to write the file with
	 */
	ChannelPromise joinTo(KtlsFileRegion file, ChannelPromise promise) {
		FileHead joined = this.head;
		// A file without a byte would leave the head in the kernel. And who could still
		// cancel one of the two would get the other one sent alone.
		if (joined == null || file.count() == 0 || !joined.written().setUncancellable()
				|| !promise.setUncancellable()) {
			return promise;
		}
		this.head = null;
		file.precededBy(joined);
		if (joined.written().isVoid()) {
			return promise;
		}
		return promise.unvoid().addListener((written) -> {
			if (!written.isSuccess()) {
				joined.written().tryFailure(written.cause());
			}
		});
	}

	/**
	 * Write what is held, if anything is. Nothing is held then, even if writing had
	 * somebody write again.
	 * @param target takes it over, with its promise
	 */
	void release(HeldWrites.Target target) {
		for (FileHead released = this.head; released != null; released = this.head) {
			this.head = null;
			target.write(released.bytes(), released.written());
		}
	}

	/**
	 * Fail what is held, if anything is, as the channel is closed.
	 */
	void fail() {
		release((msg, promise) -> {
			((ByteBuf) msg).release();
			promise.tryFailure(new ClosedChannelException());
		});
	}

}
