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

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SniCompletionEvent;
import io.netty.handler.ssl.SslHandler;

import io.github.ktls.secrets.SecretsSource;

/**
 * Has the engine watched that stands where the server name was looked up, and leaves. An
 * SNI handler that has its answer at once says so before it gives the engine the
 * ClientHello; with one that has to wait for it, this comes too late for TLS 1.3.
 */
final class SniWatcher extends ChannelInboundHandlerAdapter {

	static final String NAME = "ktls.sni";

	private final SecretsSource secrets;

	SniWatcher(SecretsSource secrets) {
		this.secrets = secrets;
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
		if (evt instanceof SniCompletionEvent) {
			SslHandler sslHandler = ctx.pipeline().get(SslHandler.class);
			if (sslHandler != null) {
				this.secrets.watch(sslHandler.engine());
			}
			ctx.fireUserEventTriggered(evt);
			ctx.pipeline().remove(this);
			return;
		}
		ctx.fireUserEventTriggered(evt);
	}

}
