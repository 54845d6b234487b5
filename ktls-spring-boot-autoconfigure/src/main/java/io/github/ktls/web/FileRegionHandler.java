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

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

import io.github.ktls.netty.KtlsFileRegion;

/**
 * Replaces a {@link FileContent} by its region, between the handlers that look at content
 * and the codec that sends it.
 */
@Sharable
final class FileRegionHandler extends ChannelOutboundHandlerAdapter {

	static final String NAME = "ktls.regions";

	static final FileRegionHandler INSTANCE = new FileRegionHandler();

	private FileRegionHandler() {
	}

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		FileContent content = contentOf(msg);
		if (content == null) {
			ctx.write(msg, promise);
			return;
		}
		KtlsFileRegion region = content.takeRegion();
		ReferenceCountUtil.release(msg);
		if (region != null) {
			ctx.write(region, promise);
		}
		else {
			promise.trySuccess();
		}
	}

	// The handler that compresses puts each buffer into a message, also where it leaves
	// it as it is.
	private static @Nullable FileContent contentOf(Object msg) {
		Object buffer = (msg instanceof HttpContent message) ? message.content() : msg;
		return (buffer instanceof FileContent content) ? content : null;
	}

}
