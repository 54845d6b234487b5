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

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.PromiseNotifier;

import io.github.ktls.netty.KtlsConnection.State;

/**
 * Sits between the socket and the {@link SslHandler} and sees what is on the wire. Before
 * the handover it counts records; after it, it is the gate that nothing of the TLS engine
 * passes: the engine's records would be encrypted once more by the kernel, and its
 * sequence numbers are void. What goes to the kernel does not come through {@link #write}
 * but is written behind it, by {@link KernelOutlet}. What the kernel has decrypted is led
 * past the engine.
 */
final class CiphertextHandler extends ChannelDuplexHandler {

	static final String NAME = "ktls.ciphertext";

	private final KtlsConnection connection;

	private final SentRecordCounter sent;

	private final ReceivedRecords received;

	private final EngineWatch engineWatch;

	CiphertextHandler(KtlsPipeline.Link link) {
		this.connection = link.connection();
		this.sent = link.sent();
		this.received = link.received();
		this.engineWatch = link.engineWatch();
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		if (this.connection.isInputDiscarded()) {
			ReferenceCountUtil.release(msg);
			return;
		}
		if (this.connection.isReceiveOffloaded()) {
			ctx.pipeline().context(SslHandler.class).fireChannelRead(msg);
			return;
		}
		if (!(msg instanceof ByteBuf bytes)) {
			ctx.fireChannelRead(msg);
			return;
		}
		// One record at a time, as the one that completes the handshake has to be told
		// from the one after it, and what the engine makes of each from the next one.
		int index = bytes.readerIndex();
		int end = bytes.writerIndex();
		while (index < end && !this.connection.isInUserSpaceForGood() && !this.connection.isInputDiscarded()) {
			if (this.connection.state() == State.HANDSHAKING) {
				this.sent.handshakeInput();
			}
			index = this.received.received(bytes, index, end);
			ctx.fireChannelRead(bytes.readRetainedSlice(index - bytes.readerIndex()));
			this.received.processed();
		}
		if (index < end && !this.connection.isInputDiscarded()) {
			ctx.fireChannelRead(bytes);
		}
		else {
			bytes.release();
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		if (this.connection.isInputDiscarded()) {
			// Nobody else asks for it, and unread it would reset the connection.
			ctx.read();
		}
		if (this.connection.isReceiveOffloaded()) {
			// The engine's handler would ask for more, as it was given nothing.
			ctx.pipeline().context(SslHandler.class).fireChannelReadComplete();
		}
		else {
			ctx.fireChannelReadComplete();
		}
	}

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		if (this.connection.isOffloaded()) {
			ReferenceCountUtil.release(msg);
			this.engineWatch.outputDiscarded();
			promise.trySuccess();
			return;
		}
		if (msg instanceof ByteBuf bytes) {
			this.sent.sent(bytes);
		}
		ctx.write(msg, promise);
	}

	@Override
	public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
		if (this.connection.isOffloaded()) {
			// The engine's handler gives up, and tells why only after this: so there is
			// time for the kernel to send the alert, or for the response to be completed.
			ctx.executor().execute(() -> {
				if (this.connection.isInputDiscarded()) {
					PromiseNotifier.cascade(false, ctx.channel().closeFuture(), promise);
				}
				else {
					ctx.close(promise);
				}
			});
		}
		else {
			ctx.close(promise);
		}
	}

}
