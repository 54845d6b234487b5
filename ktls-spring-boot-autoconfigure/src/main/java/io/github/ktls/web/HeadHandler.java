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

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;

/**
 * Has the head of an HTTP/1.1 response flushed together with the body behind it. Reactor
 * Netty flushes a head and waits until it is written before it writes the body, which
 * would cost a record and a packet; so the head counts as written in the next turn of the
 * event loop, and its flush waits for the body. As that may be long in coming, it waits
 * no longer than that turn. The head itself is on its way, in its place.
 */
final class HeadHandler extends ChannelOutboundHandlerAdapter {

	static final String NAME = "ktls.heads";

	/** The last that was written is a head. */
	private boolean bodyAwaited;

	private boolean flushOwed;

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		this.bodyAwaited = false;
		if (!(msg instanceof HttpResponse response) || !isBodyToFollow(response)) {
			ctx.write(msg, promise);
			return;
		}
		ChannelPromise written = ctx.newPromise();
		ctx.write(msg, written);
		this.bodyAwaited = true;
		// Not at once: a thread of the application's that finds the head written before
		// it waits for that writes the body itself, and the end of the response comes
		// late then, perhaps behind the next request.
		ctx.executor().execute(() -> {
			succeed(written, promise);
			flushIfOwed(ctx);
		});
	}

	// The body may be written by this call.
	private static void succeed(ChannelPromise written, ChannelPromise promise) {
		Throwable failure = written.cause();
		if (failure != null) {
			promise.tryFailure(failure);
			return;
		}
		// Nobody else will hear of it.
		written.addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
		promise.trySuccess();
	}

	private static boolean isBodyToFollow(HttpResponse response) {
		return !(response instanceof FullHttpResponse) && response.status().codeClass() != HttpStatusClass.INFORMATIONAL
				&& HttpUtil.getContentLength(response, 0L) > 0;
	}

	@Override
	public void flush(ChannelHandlerContext ctx) {
		if (!this.bodyAwaited) {
			this.flushOwed = false;
			ctx.flush();
		}
		else {
			this.flushOwed = true;
		}
	}

	private void flushIfOwed(ChannelHandlerContext ctx) {
		this.bodyAwaited = false;
		if (this.flushOwed) {
			this.flushOwed = false;
			ctx.flush();
		}
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
