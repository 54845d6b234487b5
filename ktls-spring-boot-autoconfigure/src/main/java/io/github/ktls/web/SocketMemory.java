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

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
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
 * what is on its way to the client ({@code TCP_NOTSENT_LOWAT}): a client that reads has
 * its full window all the same. A few may take what they want. A limit that the user has
 * set ({@code EpollChannelOption.TCP_NOTSENT_LOWAT}) stays, and one of the machine
 * ({@code net.ipv4.tcp_notsent_lowat}) is not raised. Other transports than epoll have no
 * such limit. Thread-safe.
 */
final class SocketMemory {

	/** As far as a send buffer grows by itself, unless the machine says otherwise. */
	private static final long DEFAULT_MAX_QUEUE = 4 * 1024 * 1024;

	/**
	 * The largest number that a limit can be: {@code net/ipv4/tcp_ipv4.c}, tcp_sk_init.
	 */
	private static final long NO_LIMIT = 0xffffffffL;

	/** A record. With less it would be another system call for each part of one. */
	static final long MIN_QUEUE = 16 * 1024;

	/** {@code TCP_NOTSENT_LOWAT} of a socket that takes what it wants. */
	private static final long UNLIMITED = 0;

	/** Which part of what the JVM may have outside the heap is for all queues. */
	private static final int SHARE = 64;

	/** Of all servers of this process, as the kernel has one memory for them. */
	static final SocketMemory SHARED = new SocketMemory(PlatformDependent.maxDirectMemory() / SHARE,
			lastNumber("tcp_wmem", DEFAULT_MAX_QUEUE), lastNumber("tcp_notsent_lowat", NO_LIMIT));

	private static final AttributeKey<Queue> QUEUE = AttributeKey.valueOf(SocketMemory.class, "QUEUE");

	private final long forQueues;

	private final long maxQueue;

	private final long limitOfMachine;

	private final AtomicInteger connections = new AtomicInteger();

	/**
	 * Create a new instance.
	 * @param forQueues what all queues together may hold, in bytes; as they are limited
	 * one after the other, it may become some times as much
	 * @param maxQueue as far as a send buffer grows by itself, in bytes
	 * @param limitOfMachine the limit of sockets that have none of their own, in bytes
	 */
	SocketMemory(long forQueues, long maxQueue, long limitOfMachine) {
		this.forQueues = forQueues;
		this.maxQueue = maxQueue;
		this.limitOfMachine = limitOfMachine;
	}

	// The largest of some numbers is the last one.
	static long lastNumber(String parameter, long otherwise) {
		// Read at once: the kernel gives numbers to the first read only.
		try (BufferedReader reader = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4", parameter))) {
			String line = Objects.requireNonNullElse(reader.readLine(), "");
			return Long.parseLong(line.substring(line.lastIndexOf('\t') + 1).strip());
		}
		catch (IOException | RuntimeException ex) {
			return otherwise;
		}
	}

	/**
	 * Limit what a socket takes of the file that comes next. Called on the event loop.
	 * @param channel the connection, or a stream of one
	 */
	void beforeFile(Channel channel) {
		EpollSocketChannel socket = socketOf(channel);
		if (socket == null || !socket.isActive()) {
			// The number of a closed descriptor may be somebody else's.
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
		long limit = Math.max(Long.highestOneBit(share), MIN_QUEUE);
		return (share >= this.maxQueue || limit >= this.limitOfMachine) ? UNLIMITED : limit;
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
