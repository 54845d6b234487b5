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
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsSocket;

/**
 * Sees to it that the kernel does not hold back what it has of a file that the socket has
 * no room for ({@link KtlsSocket#push}): once when Netty has written as much as it can,
 * and then, ever more seldom, while nothing moves. For a record that found no room the
 * kernel gives to TCP later, in a thread of its own and as something that more follows;
 * if that leaves the socket full with nothing under way, nobody is told. Used on the
 * event loop.
 */
final class SocketPush {

	private static final long MIN_DELAY_MILLIS = 200;

	/** For a client that does not read. */
	private static final long MAX_DELAY_MILLIS = 10_000;

	private final Channel channel;

	private final KtlsSocket socket;

	private final Consumer<Throwable> failed;

	private final Runnable push = this::push;

	private boolean queued;

	private long attempts;

	private long attemptsBefore;

	private @Nullable ScheduledFuture<?> watch;

	/**
	 * Create a new instance.
	 * @param channel the connection
	 * @param socket its kernel TLS
	 * @param failed is told when the kernel refuses
	 */
	SocketPush(Channel channel, KtlsSocket socket, Consumer<Throwable> failed) {
		this.channel = channel;
		this.socket = socket;
		this.failed = failed;
	}

	/**
	 * Have it done when Netty has written as much as the socket has room for. To be
	 * called before each sendfile(2).
	 */
	void afterwards() {
		this.attempts++;
		if (!this.queued) {
			this.channel.eventLoop().execute(this.push);
			this.queued = true;
		}
	}

	private void push() {
		this.queued = false;
		if (isHeldBack() && pushNow() && this.watch == null) {
			this.attemptsBefore = this.attempts;
			watchAfter(MIN_DELAY_MILLIS);
		}
	}

	private boolean isHeldBack() {
		ChannelOutboundBuffer outbound = this.channel.unsafe().outboundBuffer();
		return outbound != null && !outbound.isEmpty() && this.channel.isActive();
	}

	private boolean pushNow() {
		try {
			this.socket.push();
			return true;
		}
		catch (IOException | RuntimeException | Error ex) {
			this.failed.accept(ex);
			return false;
		}
	}

	private void watch(long delayMillis) {
		this.watch = null;
		if (!isHeldBack()) {
			return;
		}
		if (this.attempts != this.attemptsBefore) {
			this.attemptsBefore = this.attempts;
			watchAfter(MIN_DELAY_MILLIS);
		}
		else if (pushNow()) {
			watchAfter(Math.min(2 * delayMillis, MAX_DELAY_MILLIS));
		}
	}

	private void watchAfter(long millis) {
		this.watch = this.channel.eventLoop().schedule(() -> watch(millis), millis, TimeUnit.MILLISECONDS);
	}

	/**
	 * Do nothing more. To be called when the connection is closed.
	 */
	void cancel() {
		if (this.watch != null) {
			this.watch.cancel(false);
			this.watch = null;
		}
	}

}
