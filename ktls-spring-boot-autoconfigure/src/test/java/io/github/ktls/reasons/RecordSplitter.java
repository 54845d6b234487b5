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

package io.github.ktls.reasons;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

import io.github.ktls.netty.KtlsConnection;
import io.github.ktls.tls.ContentType;

/**
 * Like a traffic shaper between the TLS engine and the socket: of what is written it
 * keeps the last byte until the next write, so that a record is never complete between
 * two of them; and stops that when the connection is in user space for good.
 */
final class RecordSplitter extends ChannelOutboundHandlerAdapter {

	private ByteBuf kept = Unpooled.EMPTY_BUFFER;

	private boolean begun;

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		ByteBuf all = Unpooled.wrappedBuffer(this.kept, (ByteBuf) msg);
		this.kept = Unpooled.EMPTY_BUFFER;
		this.begun |= all.isReadable() && all.getByte(all.readerIndex()) == ContentType.APPLICATION_DATA.value();
		KtlsConnection connection = KtlsConnection.of(ctx.channel());
		if (this.begun && all.isReadable() && connection != null && !connection.isInUserSpaceForGood()) {
			int last = all.writerIndex() - 1;
			this.kept = ctx.alloc().buffer(1).writeByte(all.getByte(last));
			all.writerIndex(last);
		}
		ctx.write(all, promise);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		this.kept.release();
	}

}
