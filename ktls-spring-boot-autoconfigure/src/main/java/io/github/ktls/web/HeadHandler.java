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

import java.util.concurrent.TimeUnit;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Has the head of an HTTP/1.1 response flushed together with the body behind it. Reactor
 * Netty flushes a head and waits until it is written before it writes the body, which
 * would cost a record and a packet; so the head counts as written at once, and the flush
 * waits for the next one. As a body may be long in coming, it waits no longer than until
 * the event loop is done with what it does now; or a little, where a response offers
 * ranges as those from files do, whose bodies Spring writes from another thread. The head
 * itself is on its way, in its place.
 */
final class HeadHandler extends ChannelOutboundHandlerAdapter {

	static final String NAME = "ktls.heads";

	/** As long as Linux keeps the end of a segment back for who has said TCP_CORK. */
	private static final long MAX_DELAY_MILLIS = 200;

	/** The last that was written is a head. */
	private boolean bodyAwaited;

	private long maxDelayMillis;

	private @Nullable Future<?> flushOwed;

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		this.bodyAwaited = false;
		if (!(msg instanceof HttpResponse response) || !isBodyToFollow(response)) {
			ctx.write(msg, promise);
			return;
		}
		ChannelPromise written = ctx.newPromise();
		ctx.write(msg, written);
		if (written.cause() != null) {
			promise.tryFailure(written.cause());
			return;
		}
		// Nobody else will hear of it.
		written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
		this.bodyAwaited = true;
		this.maxDelayMillis = response.headers().contains(HttpHeaderNames.ACCEPT_RANGES) ? MAX_DELAY_MILLIS : 0;
		// The body may be written by this call.
		promise.trySuccess();
	}

	private static boolean isBodyToFollow(HttpResponse response) {
		return !(response instanceof FullHttpResponse) && response.status().codeClass() != HttpStatusClass.INFORMATIONAL
				&& HttpUtil.getContentLength(response, 0L) > 0;
	}

	@Override
	public void flush(ChannelHandlerContext ctx) {
		if (!this.bodyAwaited) {
			settle();
			ctx.flush();
		}
		else if (this.flushOwed == null) {
			this.flushOwed = ctx.executor()
				.schedule(() -> flushIfOwed(ctx), this.maxDelayMillis, TimeUnit.MILLISECONDS);
		}
	}

	private void flushIfOwed(ChannelHandlerContext ctx) {
		this.bodyAwaited = false;
		if (settle()) {
			ctx.flush();
		}
	}

	// Return whether a flush was owed.
	private boolean settle() {
		Future<?> owed = this.flushOwed;
		this.flushOwed = null;
		if (owed != null) {
			owed.cancel(false);
		}
		return owed != null;
	}

	@Override
	public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
		flushIfOwed(ctx);
		ctx.disconnect(promise);
	}

	@Override
	public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
		flushIfOwed(ctx);
		ctx.close(promise);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		flushIfOwed(ctx);
	}

}
