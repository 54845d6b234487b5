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

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/**
 * Gives the TLS session of a connection an id when the handshake is done, before anybody
 * above hears of it, and leaves.
 */
public final class SessionIdHandler extends ChannelInboundHandlerAdapter {

	private static final String NAME = "ktls.sessionId";

	private SessionIdHandler() {
	}

	/**
	 * Install the handler. Called on the event loop, before the first byte arrives.
	 * @param channel the connection
	 * @param tlsHandlerName the name of the handler that does TLS, or that will be
	 * replaced by it in the same place (an SNI handler)
	 */
	public static void install(Channel channel, String tlsHandlerName) {
		channel.pipeline().addAfter(tlsHandlerName, NAME, new SessionIdHandler());
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
		if (evt instanceof SslHandshakeCompletionEvent) {
			SslHandler sslHandler = ctx.pipeline().get(SslHandler.class);
			if (sslHandler != null && evt == SslHandshakeCompletionEvent.SUCCESS) {
				SessionIds.ensure(sslHandler.engine());
			}
			ctx.fireUserEventTriggered(evt);
			ctx.pipeline().remove(this);
			return;
		}
		ctx.fireUserEventTriggered(evt);
	}

}
