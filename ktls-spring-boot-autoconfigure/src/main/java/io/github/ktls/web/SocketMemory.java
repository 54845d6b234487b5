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

import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.AttributeKey;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;

/**
 * How much of their files sockets take in advance. A socket's send buffer grows with the
 * speed of the connection, up to some megabytes ({@code net.ipv4.tcp_wmem}); when the
 * client then stops reading, the kernel keeps all of it, and a few hundred such clients
 * use up what the kernel has for all connections ({@code net.ipv4.tcp_mem}). So the more
 * connections there are that have sent files, the less the socket of each takes beyond
 * what is on its way to the client ({@code TCP_NOTSENT_LOWAT}), which does not slow down
 * a client that reads. A few may take what they want. A limit that the user has set
 * ({@code EpollChannelOption.TCP_NOTSENT_LOWAT}) stays. Other transports than epoll have
 * no such limit. Thread-safe.
 */
final class SocketMemory {

	/** As far as a send buffer grows by itself: {@code net/ipv4/tcp.c}, tcp_init. */
	static final long MAX_QUEUE = 4 * 1024 * 1024;

	/** A record. With less it would be another system call for each part of one. */
	static final long MIN_QUEUE = 16 * 1024;

	/** {@code TCP_NOTSENT_LOWAT} of a socket that takes what it wants. */
	private static final long UNLIMITED = 0;

	/** Which part of what the JVM may have outside the heap is for all queues. */
	private static final int SHARE = 64;

	/** Of all servers of this process, as the kernel has one memory for them. */
	static final SocketMemory SHARED = new SocketMemory(PlatformDependent.maxDirectMemory() / SHARE);

	private static final AttributeKey<Queue> QUEUE = AttributeKey.valueOf(SocketMemory.class, "QUEUE");

	private final long forQueues;

	private final AtomicInteger connections = new AtomicInteger();

	SocketMemory(long forQueues) {
		this.forQueues = forQueues;
	}

	/**
	 * Limit what a socket takes of the file that comes next. Called on the event loop.
	 * @param channel the connection, or a stream of one
	 */
	void beforeFile(Channel channel) {
		EpollSocketChannel socket = socketOf(channel);
		if (socket == null) {
			return;
		}
		Queue queue = socket.attr(QUEUE).get();
		if (queue == null) {
			// Until it is closed: what it holds when all is written nobody tells.
			queue = new Queue();
			socket.attr(QUEUE).set(queue);
			this.connections.incrementAndGet();
			socket.closeFuture().addListener((closed) -> this.connections.decrementAndGet());
		}
		queue.limit(socket, limit(this.connections.get()));
	}

	private static @Nullable EpollSocketChannel socketOf(Channel channel) {
		if (channel instanceof EpollSocketChannel socket) {
			return socket;
		}
		return (channel.parent() instanceof EpollSocketChannel socket) ? socket : null;
	}

	/**
	 * Return how much each of so many sockets may take.
	 * @param count the number of connections that have sent files
	 * @return the limit, in bytes, or 0 if there is none
	 */
	long limit(int count) {
		long share = this.forQueues / Math.max(count, 1);
		// A power of two: then it seldom changes.
		return (share >= MAX_QUEUE) ? UNLIMITED : Math.max(Long.highestOneBit(share), MIN_QUEUE);
	}

	/**
	 * Return the number of connections that have sent files.
	 * @return the number of those that are open
	 */
	int connections() {
		return this.connections.get();
	}

	/**
	 * The send queue of one socket.
	 */
	private static final class Queue {

		private long limit = UNLIMITED;

		private boolean limitedByUser;

		void limit(EpollSocketChannel socket, long wanted) {
			if (wanted == this.limit || this.limitedByUser) {
				return;
			}
			try {
				if (this.limit == UNLIMITED && socket.config().getTcpNotSentLowAt() != UNLIMITED) {
					this.limitedByUser = true;
					return;
				}
				socket.config().setTcpNotSentLowAt(wanted);
				this.limit = wanted;
			}
			catch (ChannelException ex) {
				// It is closed, or it goes on with the limit that it has.
			}
		}

	}

}
