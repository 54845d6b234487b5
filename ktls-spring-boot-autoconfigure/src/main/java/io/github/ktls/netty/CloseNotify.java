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

import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.PromiseNotifier;
import org.jspecify.annotations.Nullable;

/**
 * The orderly end of an offloaded connection: the alert that ends the stream (RFC 8446
 * section 6.1) goes out behind everything that was written, then the connection is
 * closed. As {@link io.netty.handler.ssl.SslHandler} does, this doesn't wait for ever for
 * a peer that does not read. Used on the event loop.
 */
final class CloseNotify {

	private static final long MIN_LINGER_MILLIS = 1_000;

	private final KtlsConnection connection;

	private @Nullable ChannelPromise closed;

	CloseNotify(KtlsConnection connection) {
		this.connection = connection;
	}

	/**
	 * Send the alert and close.
	 * @param outlet the connection's sending side
	 * @param timeoutMillis how long the alert may wait for the peer to read, in
	 * milliseconds; 0 for ever
	 * @param promise is notified when the connection is closed
	 */
	void sendAndClose(KernelOutlet outlet, long timeoutMillis, ChannelPromise promise) {
		if (this.closed != null) {
			// What was written before the first time is still on its way.
			PromiseNotifier.cascade(false, this.closed, promise);
			return;
		}
		ChannelPromise done = promise.unvoid();
		this.closed = done;
		outlet.closing();
		ChannelHandlerContext wire = outlet.wire();
		ChannelPromise notified = wire.newPromise();
		outlet.write(new ControlRegion(() -> Alerts.closeNotify(outlet.socket())), notified);
		outlet.flush();
		Future<?> timer = (timeoutMillis > 0 && !notified.isDone())
				? wire.executor().schedule(() -> wire.close(), timeoutMillis, TimeUnit.MILLISECONDS) : null;
		notified.addListener((future) -> {
			if (timer != null) {
				timer.cancel(false);
			}
			if (future.isSuccess() && outlet.isLingering()) {
				outlet.outputEnded();
				// Another request that is on its way must not be begun.
				this.connection.discardInput();
				linger(wire, timeoutMillis, done);
			}
			else if (outlet.isEnded()) {
				// An alert may wait for room; the connection is closed behind it.
				PromiseNotifier.cascade(false, wire.channel().closeFuture(), done);
			}
			else {
				PromiseNotifier.cascade(false, wire.close(wire.newPromise()), done);
			}
		});
	}

	// What the peer is sending meanwhile would have the kernel reset the connection, and
	// a peer that is reset may lose what it has not read yet. So only this side's end is
	// told, and the peer is given time to tell its own.
	private static void linger(ChannelHandlerContext wire, long timeoutMillis, ChannelPromise done) {
		Channel channel = wire.channel();
		if (channel instanceof SocketChannel socket) {
			socket.shutdownOutput();
		}
		Future<?> timer = wire.executor()
			.schedule(() -> wire.close(), Math.max(timeoutMillis, MIN_LINGER_MILLIS), TimeUnit.MILLISECONDS);
		PromiseNotifier.cascade(false, channel.closeFuture().addListener((closed) -> timer.cancel(false)), done);
		wire.read();
	}

}
