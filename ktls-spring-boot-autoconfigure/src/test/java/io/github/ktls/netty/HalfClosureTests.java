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
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HalfClosure} with Netty's epoll transport on real sockets.
 */
class HalfClosureTests {

	private static final int GUARD_MILLIS = 20_000;

	/** More than all buffers hold, so that the transport has to wait for room. */
	private static final int LENGTH = 24 * 1024 * 1024;

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

	@AfterEach
	void close() {
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
	}

	@Test
	void whenPeerHasClosedItsSideAllThatIsWrittenLaterArrives() throws IOException {
		Channel listener = new ServerBootstrap().group(this.group)
			.channel(EpollServerSocketChannel.class)
			// As Reactor Netty has it.
			.childOption(ChannelOption.AUTO_READ, false)
			.childHandler(new ChannelInitializer<SocketChannel>() {

				@Override
				protected void initChannel(SocketChannel channel) {
					channel.pipeline().addLast(new Answering());
				}

			})
			.bind(InetAddress.getLoopbackAddress(), 0)
			.syncUninterruptibly()
			.channel();
		InetSocketAddress address = (InetSocketAddress) listener.localAddress();
		try (Socket client = new Socket(address.getAddress(), address.getPort())) {
			client.setSoTimeout(GUARD_MILLIS);
			client.getOutputStream().write(1);
			client.shutdownOutput();
			InputStream in = client.getInputStream();
			assertThat(in.read()).isEqualTo(2);
			// The transport has written all it had, and has nothing to wait for.
			assertThat(in.readNBytes(LENGTH)).hasSize(LENGTH);
			assertThat(in.read()).isEqualTo(-1);
		}
	}

	@Test
	void otherTransportsAreOnlyAllowedTo() {
		EmbeddedChannel channel = new EmbeddedChannel();
		HalfClosure.allow(channel);
		assertThat(channel.isActive()).isTrue();
		channel.finishAndReleaseAll();
	}

	/**
	 * Answers at length when the peer has closed its side.
	 */
	private static final class Answering extends ChannelInboundHandlerAdapter {

		@Override
		public void channelActive(ChannelHandlerContext ctx) {
			ctx.read();
		}

		@Override
		public void channelRead(ChannelHandlerContext ctx, Object msg) {
			ReferenceCountUtil.release(msg);
			HalfClosure.allow(ctx.channel());
			ctx.read();
		}

		@Override
		public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
			if (evt == ChannelInputShutdownReadComplete.INSTANCE) {
				// Later, when the transport has taken note of it.
				ctx.executor().schedule(() -> answer(ctx), 100, TimeUnit.MILLISECONDS);
			}
		}

		private static void answer(ChannelHandlerContext ctx) {
			ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[] { 2 }));
			ctx.writeAndFlush(Unpooled.wrappedBuffer(new byte[LENGTH])).addListener((written) -> ctx.close());
		}

	}

}
