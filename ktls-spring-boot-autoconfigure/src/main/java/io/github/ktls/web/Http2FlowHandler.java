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

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import reactor.netty.NettyPipeline;

/**
 * Has an HTTP/2 connection send full frames: gives its codec another flow controller when
 * the protocol is negotiated, before the first stream, and leaves.
 */
public final class Http2FlowHandler extends ChannelInboundHandlerAdapter {

	private static final String NAME = "ktls.http2Flow";

	private final int maxFrameSize;

	private Http2FlowHandler(int maxFrameSize) {
		this.maxFrameSize = maxFrameSize;
	}

	/**
	 * Install the handler where HTTP/2 may be negotiated.
	 * @param channel the connection
	 * @param maxFrameSize the size of the largest frame for a peer that takes larger ones
	 * than all have to, in bytes
	 */
	public static void install(Channel channel, int maxFrameSize) {
		if (channel.pipeline().get(NettyPipeline.H2OrHttp11Codec) != null) {
			channel.pipeline().addAfter(NettyPipeline.H2OrHttp11Codec, NAME, new Http2FlowHandler(maxFrameSize));
		}
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object evt) throws Http2Exception {
		if (evt instanceof SslHandshakeCompletionEvent) {
			Http2FrameCodec codec = ctx.pipeline().get(Http2FrameCodec.class);
			if (codec != null && codec.connection().numActiveStreams() == 0) {
				replaceFlowController(codec, ctx.pipeline().context(codec));
			}
			ctx.pipeline().remove(this);
		}
		ctx.fireUserEventTriggered(evt);
	}

	private void replaceFlowController(Http2FrameCodec codec, ChannelHandlerContext context) throws Http2Exception {
		Http2Connection connection = codec.connection();
		DefaultHttp2RemoteFlowController flow = new DefaultHttp2RemoteFlowController(connection,
				new FrameDistributor(connection, new FrameSize(codec, this.maxFrameSize)));
		connection.remote().flowController(flow);
		flow.channelHandlerContext(context);
	}

}
