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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2SettingsFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamChannelOption;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FrameDistributor}, with Netty as the client, which minds the windows.
 */
class FrameDistributorTests {

	private final EmbeddedChannel client = new EmbeddedChannel(
			Http2FrameCodecBuilder.forClient().initialSettings(new Http2Settings().initialWindowSize(100)).build(),
			new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));

	private final EmbeddedChannel server = new EmbeddedChannel();

	private @Nullable Http2FrameStream stream;

	@BeforeEach
	void connect() {
		Http2FrameCodec codec = Http2FrameCodecBuilder.forServer().build();
		this.server.pipeline().addLast(NettyPipeline.H2OrHttp11Codec, new ChannelInboundHandlerAdapter());
		Http2FlowHandler.install(this.server, 16 * 1024);
		this.server.pipeline().addLast(codec);
		this.server.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
		assertThat(this.server.pipeline().get(Http2FlowHandler.class)).isNull();
		exchange();
	}

	@AfterEach
	void close() {
		this.client.finishAndReleaseAll();
		this.server.finishAndReleaseAll();
	}

	@Test
	void whenWindowIsLessThanEmptyAnEmptyFrameWaits() {
		Http2StreamChannel request = new Http2StreamChannelBootstrap(this.client)
			.option(Http2StreamChannelOption.AUTO_STREAM_FLOW_CONTROL, false)
			.handler(new ChannelInboundHandlerAdapter())
			.open()
			.getNow();
		Response response = new Response();
		request.pipeline().addLast(response);
		request.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().method("GET").path("/"), true));
		exchange();
		write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")).stream(this.stream));
		write(new DefaultHttp2DataFrame(Unpooled.buffer().writeZero(100)).stream(this.stream));
		limitWindow(0);
		limitWindow(10);
		ChannelFuture end = write(new DefaultHttp2DataFrame(true).stream(this.stream));
		assertThat(response.length).isEqualTo(100);
		assertThat(end.isDone()).isFalse();
		limitWindow(100);
		assertThat(response.failure).isNull();
		assertThat(response.isComplete).isTrue();
		assertThat(end.isSuccess()).isTrue();
	}

	private ChannelFuture write(Object frame) {
		ChannelFuture written = this.server.writeOneOutbound(frame);
		this.server.flushOutbound();
		exchange();
		return written;
	}

	private void limitWindow(int size) {
		this.client.writeAndFlush(new DefaultHttp2SettingsFrame(new Http2Settings().initialWindowSize(size)));
		exchange();
	}

	private void exchange() {
		boolean isQuiet = false;
		while (!isQuiet) {
			boolean isAsked = pass(this.client, this.server);
			isQuiet = !pass(this.server, this.client) && !isAsked;
			for (Object frame = this.server.readInbound(); frame != null; frame = this.server.readInbound()) {
				if (frame instanceof Http2HeadersFrame headers) {
					this.stream = headers.stream();
				}
				ReferenceCountUtil.release(frame);
			}
		}
	}

	private static boolean pass(EmbeddedChannel from, EmbeddedChannel to) {
		ByteBuf bytes = from.readOutbound();
		boolean isAny = bytes != null;
		for (; bytes != null; bytes = from.readOutbound()) {
			to.writeInbound(bytes);
		}
		return isAny;
	}

	/**
	 * What the client receives.
	 */
	private static final class Response extends ChannelInboundHandlerAdapter {

		private int length;

		private boolean isComplete;

		private @Nullable Throwable failure;

		@Override
		public void channelRead(ChannelHandlerContext ctx, Object msg) {
			if (msg instanceof Http2DataFrame data) {
				this.length += data.content().readableBytes();
				this.isComplete |= data.isEndStream();
			}
			ReferenceCountUtil.release(msg);
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
			this.failure = cause;
		}

	}

}
