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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one place where Netty's epoll transport lets somebody else do something right
 * before it receives: when it asks for a buffer. Asked there, a {@link Reader} can see to
 * it that the transport receives no byte too many, or nothing at all. Used on the event
 * loop.
 */
final class ReceiveHook implements MaxMessagesRecvByteBufAllocator {

	private final RecvByteBufAllocator delegate;

	private @Nullable Reader reader;

	private boolean live;

	private ReceiveHook(RecvByteBufAllocator delegate) {
		this.delegate = delegate;
	}

	/**
	 * Install a hook. Called before the channel receives for the first time.
	 * @param channel the channel
	 * @return the hook, which does nothing yet
	 */
	static ReceiveHook install(Channel channel) {
		ChannelConfig config = channel.config();
		ReceiveHook hook = new ReceiveHook(config.getRecvByteBufAllocator());
		config.setRecvByteBufAllocator(hook);
		return hook;
	}

	/**
	 * Return whether the transport has asked for a buffer here, so that it is certain to
	 * do so again.
	 * @return whether this hook works
	 */
	boolean isLive() {
		return this.live;
	}

	/**
	 * Have somebody asked from now on.
	 * @param reader who is asked, or {@code null} for nobody
	 */
	void ask(@Nullable Reader reader) {
		this.reader = reader;
	}

	@Override
	@SuppressWarnings("deprecation")
	public RecvByteBufAllocator.Handle newHandle() {
		return new Handle((ExtendedHandle) this.delegate.newHandle());
	}

	@Override
	public int maxMessagesPerRead() {
		return maxMessages().maxMessagesPerRead();
	}

	@Override
	public MaxMessagesRecvByteBufAllocator maxMessagesPerRead(int maxMessagesPerRead) {
		maxMessages().maxMessagesPerRead(maxMessagesPerRead);
		return this;
	}

	private MaxMessagesRecvByteBufAllocator maxMessages() {
		return (MaxMessagesRecvByteBufAllocator) this.delegate;
	}

	/**
	 * Is asked before each time that the transport receives.
	 */
	interface Reader {

		/** The transport may receive as many bytes as it likes. */
		int ANY = Integer.MAX_VALUE;

		/**
		 * Decide what may be received.
		 * @return how many bytes at most, or {@link #ANY}
		 * @throws NothingToReceiveException if nothing may be received now
		 */
		int beforeReceive();

		/**
		 * Take note that something was received, before anybody else does.
		 */
		default void received() {
		}

	}

	private final class Handle implements ExtendedHandle {

		private final ExtendedHandle handle;

		Handle(ExtendedHandle handle) {
			this.handle = handle;
		}

		@Override
		public ByteBuf allocate(ByteBufAllocator alloc) {
			ReceiveHook.this.live = true;
			Reader asked = ReceiveHook.this.reader;
			int limit = (asked != null) ? asked.beforeReceive() : Reader.ANY;
			return (limit == Reader.ANY) ? this.handle.allocate(alloc) : alloc.ioBuffer(limit, limit);
		}

		@Override
		public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
			return this.handle.continueReading(maybeMoreDataSupplier);
		}

		@Override
		public boolean continueReading() {
			return this.handle.continueReading();
		}

		@Override
		public int guess() {
			return this.handle.guess();
		}

		@Override
		public void reset(ChannelConfig config) {
			this.handle.reset(config);
		}

		@Override
		public void incMessagesRead(int messages) {
			this.handle.incMessagesRead(messages);
		}

		@Override
		public void lastBytesRead(int bytes) {
			Reader asked = ReceiveHook.this.reader;
			if (bytes > 0 && asked != null) {
				asked.received();
			}
			this.handle.lastBytesRead(bytes);
		}

		@Override
		public int lastBytesRead() {
			return this.handle.lastBytesRead();
		}

		@Override
		public void attemptedBytesRead(int bytes) {
			this.handle.attemptedBytesRead(bytes);
		}

		@Override
		public int attemptedBytesRead() {
			return this.handle.attemptedBytesRead();
		}

		@Override
		public void readComplete() {
			this.handle.readComplete();
		}

	}

}
