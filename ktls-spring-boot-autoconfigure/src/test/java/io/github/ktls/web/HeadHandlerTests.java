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

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HeadHandler}. What it lets through is told as {@code head},
 * {@code body}, {@code end}, {@code flush} and {@code close}.
 */
class HeadHandlerTests {

	private final List<String> passed = new ArrayList<>();

	private final Recorder recorder = new Recorder();

	private final EmbeddedChannel channel = new EmbeddedChannel(this.recorder, new HeadHandler());

	@AfterEach
	void close() {
		this.channel.finishAndReleaseAll();
	}

	// As Reactor Netty does it
	@Test
	void whenBodyFollowsHeadIsFlushedWithIt() {
		this.channel.eventLoop().execute(() -> {
			this.channel.pipeline().writeAndFlush(head(3)).addListener((sent) -> {
				assertThat(sent.isSuccess()).isTrue();
				this.channel.pipeline().writeAndFlush(body());
				this.channel.pipeline().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
			});
		});
		this.channel.runPendingTasks();
		assertThat(this.passed).containsExactly("head", "body", "flush", "end", "flush");
	}

	@Test
	void whenBodyDoesNotFollowAtOnceHeadIsFlushedNevertheless() {
		ChannelFuture written = inOneGo(() -> this.channel.pipeline().writeAndFlush(head(3)));
		assertThat(written.isSuccess()).isTrue();
		assertThat(this.passed).containsExactly("head", "flush");
		this.channel.pipeline().writeAndFlush(body());
		assertThat(this.passed).containsExactly("head", "flush", "body", "flush");
	}

	@Test
	void whenBodyFollowsWithoutAFlushThatOfTheHeadIsMadeUpFor() {
		inOneGo(() -> {
			this.channel.pipeline().writeAndFlush(head(3));
			return this.channel.pipeline().write(body());
		});
		assertThat(this.passed).containsExactly("head", "body", "flush");
	}

	@Test
	void whenHeadIsNotFlushedNothingIs() {
		inOneGo(() -> this.channel.pipeline().write(head(3)));
		assertThat(this.passed).containsExactly("head");
	}

	@Test
	void whenThereIsNoBodyHeadIsFlushedWithTheEnd() {
		inOneGo(() -> {
			this.channel.pipeline().writeAndFlush(head(3));
			return this.channel.pipeline().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
		});
		assertThat(this.passed).containsExactly("head", "end", "flush");
	}

	@Test
	void responsesOneAfterTheOtherAreFlushedWithTheirBodies() {
		inOneGo(() -> {
			for (int i = 0; i < 2; i++) {
				this.channel.pipeline().writeAndFlush(head(3));
				this.channel.pipeline().write(body());
				this.channel.pipeline().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
			}
			return this.channel.newSucceededFuture();
		});
		assertThat(this.passed).containsExactly("head", "body", "end", "flush", "head", "body", "end", "flush");
	}

	@Test
	void whenClosedHeadIsFlushedBefore() {
		inOneGo(() -> {
			this.channel.pipeline().writeAndFlush(head(3));
			return this.channel.pipeline().close();
		});
		assertThat(this.passed).containsExactly("head", "flush", "close");
	}

	@Test
	void whenRemovedHeadIsFlushed() {
		inOneGo(() -> {
			this.channel.pipeline().writeAndFlush(head(3));
			this.channel.pipeline().remove(HeadHandler.class);
			assertThat(this.passed).containsExactly("head", "flush");
			return this.channel.newSucceededFuture();
		});
		assertThat(this.passed).containsExactly("head", "flush");
	}

	@Test
	void whenHeadCannotBeWrittenItsPromiseFails() {
		IllegalStateException refusal = new IllegalStateException("refused");
		this.recorder.refusal = refusal;
		ChannelFuture written = inOneGo(() -> this.channel.pipeline().writeAndFlush(head(3)));
		assertThat(written.cause()).isSameAs(refusal);
		assertThat(this.channel.isOpen()).isTrue();
	}

	@Test
	void whenHeadFailsLaterConnectionIsClosed() {
		ChannelFuture written = inOneGo(() -> this.channel.pipeline().writeAndFlush(head(3)));
		assertThat(written.isSuccess()).isTrue();
		assertThat(this.channel.isOpen()).isTrue();
		this.recorder.promises.get(0).tryFailure(new IllegalStateException("lost"));
		assertThat(this.channel.isOpen()).isFalse();
	}

	@Test
	void otherResponsesAreFlushedAtOnce() {
		HttpResponse chunked = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
		chunked.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
		HttpResponse hints = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.EARLY_HINTS);
		hints.headers().set(HttpHeaderNames.CONTENT_LENGTH, 3);
		HttpResponse full = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body());
		full.headers().set(HttpHeaderNames.CONTENT_LENGTH, 3);
		for (HttpResponse response : List.of(chunked, hints, full, head(0))) {
			this.passed.clear();
			ChannelFuture written = inOneGo(() -> {
				ChannelFuture future = this.channel.pipeline().writeAndFlush(response);
				assertThat(this.passed).containsExactly("head", "flush");
				return future;
			});
			assertThat(written.isDone()).isFalse();
			assertThat(this.passed).containsExactly("head", "flush");
		}
	}

	// A turn of the event loop: what it is given meanwhile is done afterwards.
	private ChannelFuture inOneGo(Supplier<ChannelFuture> turn) {
		List<ChannelFuture> results = new ArrayList<>();
		this.channel.eventLoop().execute(() -> results.add(turn.get()));
		this.channel.runPendingTasks();
		return results.get(0);
	}

	private static HttpResponse head(int contentLength) {
		HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
		response.headers().set(HttpHeaderNames.CONTENT_LENGTH, contentLength);
		return response;
	}

	private static ByteBuf body() {
		return Unpooled.wrappedBuffer(new byte[3]);
	}

	/**
	 * Keeps promises, as a socket does until there is a flush.
	 */
	private final class Recorder extends ChannelOutboundHandlerAdapter {

		private final List<ChannelPromise> promises = new ArrayList<>();

		private @Nullable Throwable refusal;

		@Override
		public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
			HeadHandlerTests.this.passed
				.add((msg instanceof HttpResponse) ? "head" : (msg instanceof ByteBuf) ? "body" : "end");
			ReferenceCountUtil.release(msg);
			if (this.refusal != null) {
				promise.setFailure(this.refusal);
			}
			this.promises.add(promise);
		}

		@Override
		public void flush(ChannelHandlerContext ctx) {
			HeadHandlerTests.this.passed.add("flush");
		}

		@Override
		public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
			HeadHandlerTests.this.passed.add("close");
			ctx.close(promise);
		}

	}

}
