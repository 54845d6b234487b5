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

package io.github.ktls.test;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.LastHttpContent;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServer;

/**
 * Spares a server without the starter what the starter does away with, so that the two
 * can be compared: a connection of Reactor Netty's hangs now and then when a request
 * comes right behind a file and is answered at once.
 */
@Sharable
final class ReadResumer extends ChannelInboundHandlerAdapter implements ConnectionObserver {

	private static final String NAME = "test.reads";

	static HttpServer customize(HttpServer server) {
		return server.childObserve(new ReadResumer());
	}

	@Override
	public void onStateChange(Connection connection, State newState) {
		ChannelPipeline pipeline = connection.channel().pipeline();
		if (newState == State.CONFIGURED && pipeline.get(NettyPipeline.ReactiveBridge) != null
				&& pipeline.get(NAME) == null) {
			pipeline.addBefore(NettyPipeline.ReactiveBridge, NAME, this);
		}
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		ctx.fireChannelRead(msg);
		if (msg instanceof LastHttpContent && ChannelOperations.get(ctx.channel()) == null) {
			ctx.read();
		}
	}

}
