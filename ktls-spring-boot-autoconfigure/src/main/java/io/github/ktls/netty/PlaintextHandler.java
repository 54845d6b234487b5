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

import javax.net.ssl.SSLException;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.PromiseNotifier;
import org.jspecify.annotations.Nullable;

import io.github.ktls.netty.KtlsConnection.State;
import io.github.ktls.secrets.HandshakeSecrets;

/**
 * Sits between the {@link SslHandler} and the application and sees what is to be
 * encrypted. It has the handover started, and is the one place that decides which way a
 * write takes: through the TLS engine, or past it to the kernel.
 * <p>
 * The {@link SslHandler} stays where it is and as it is: everybody who looks for it in
 * the pipeline finds it.
 */
final class PlaintextHandler extends ChannelDuplexHandler implements HandoverProcess.Listener {

	static final String NAME = "ktls.plaintext";

	private static final String CHUNKS_NAME = "ktls.chunks";

	private final KtlsPipeline.Link link;

	private final KtlsConnection connection;

	private final KtlsSettings settings;

	private final KtlsStatistics statistics;

	private final CloseNotify closeNotify;

	private final HeldHead head = new HeldHead();

	private @Nullable ChannelHandlerContext context;

	private @Nullable HandoverProcess handover;

	private @Nullable OffloadedConnection offloaded;

	PlaintextHandler(KtlsPipeline.Link link) {
		this.link = link;
		this.connection = link.connection();
		this.closeNotify = new CloseNotify(link.connection());
		this.settings = link.settings();
		this.statistics = link.statistics();
	}

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.context = ctx;
		this.handover = new HandoverProcess(ctx, this.link, this);
	}

	private HandoverProcess handover() {
		HandoverProcess process = this.handover;
		if (process == null) {
			throw new IllegalStateException("Not in a pipeline");
		}
		return process;
	}

	private ChannelHandlerContext context() {
		ChannelHandlerContext ctx = this.context;
		if (ctx == null) {
			throw new IllegalStateException("Not in a pipeline");
		}
		return ctx;
	}

	// Handover

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
		if (evt instanceof SslHandshakeCompletionEvent handshake && this.connection.state() == State.HANDSHAKING) {
			if (handshake.isSuccess()) {
				handover().handshakeCompleted(this.settings.activation());
			}
			else {
				handover().handshakeFailed();
			}
		}
		if (evt instanceof SslCloseCompletionEvent closed && this.offloaded != null
				&& this.offloaded.closeCompleted(closed)) {
			return;
		}
		ctx.fireUserEventTriggered(evt);
	}

	@Override
	public void offloaded(Handover.Transmit transmit, HandshakeSecrets secrets) {
		this.offloaded = OffloadedConnection.start(context(), this.link, transmit, secrets);
	}

	// Writing

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		ChannelPromise written = (msg instanceof KtlsFileRegion file) ? this.head.joinTo(file, promise) : promise;
		this.head.release(this::pass);
		if (!isFileWelcome() || !this.head.hold(msg, written)) {
			pass(msg, written);
		}
	}

	// Return whether the kernel may send a file that comes next.
	private boolean isFileWelcome() {
		return switch (this.connection.state()) {
			case CANDIDATE, SWITCHING, OFFLOADED -> true;
			default -> false;
		};
	}

	private void pass(Object msg, ChannelPromise promise) {
		if (this.connection.state() == State.CANDIDATE && msg instanceof KtlsFileRegion file
				&& this.settings.activation() == Activation.ON_FIRST_FILE
				&& file.count() >= this.settings.activationThreshold()) {
			handover().begin(msg, promise);
			return;
		}
		if (!handover().hold(msg, promise)) {
			release(msg, promise);
		}
	}

	@Override
	public void flush(ChannelHandlerContext ctx) {
		this.head.release(this::pass);
		if (!handover().holdFlush()) {
			releaseFlush();
		}
	}

	@Override
	public void release(Object msg, ChannelPromise promise) {
		KernelOutlet outlet = outlet();
		if (outlet != null) {
			if (msg instanceof KtlsFileRegion) {
				this.statistics.fileBySendfile();
			}
			outlet.write(msg, promise);
		}
		else if (msg instanceof KtlsFileRegion file) {
			writeChunked(context(), file, promise);
		}
		else {
			context().write(msg, promise);
		}
	}

	@Override
	public void releaseFlush() {
		KernelOutlet outlet = outlet();
		if (outlet != null) {
			outlet.flush();
		}
		else {
			context().flush();
		}
	}

	// Return the way past the TLS engine, which is there once and only once the kernel
	// has the key.
	private @Nullable KernelOutlet outlet() {
		return (this.connection.isOffloaded() && this.offloaded != null) ? this.offloaded.outlet() : null;
	}

	private void writeChunked(ChannelHandlerContext ctx, KtlsFileRegion region, ChannelPromise promise) {
		if (ctx.pipeline().get(CHUNKS_NAME) == null) {
			ctx.pipeline().addBefore(ctx.name(), CHUNKS_NAME, new ChunkedWriteHandler());
		}
		FileHead preceding = region.takeHead();
		if (preceding != null) {
			ctx.write(preceding.bytes(), preceding.written());
		}
		this.statistics.fileByChunks();
		FileChunks chunks;
		try {
			chunks = new FileChunks(region, this.link.chunkMemory(), this.settings::fallbackChunkSize);
		}
		catch (IOException ex) {
			region.release();
			promise.tryFailure(ex);
			return;
		}
		ctx.write(chunks, promise);
	}

	// Reading

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		if (msg instanceof ByteBuf bytes) {
			this.link.received().delivered(bytes.readableBytes());
			if (this.offloaded != null) {
				this.offloaded.beforeData();
			}
		}
		ctx.fireChannelRead(msg);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		if (this.offloaded != null) {
			this.offloaded.readCompleted();
		}
		ctx.fireChannelReadComplete();
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		SSLException failure = EngineFailures.find(cause);
		if (failure != null && this.offloaded != null) {
			this.offloaded.engineFailed(failure);
		}
		ctx.fireExceptionCaught(cause);
	}

	// Closing

	@Override
	public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
		this.head.release(this::pass);
		handover().cancel();
		if (this.connection.isOffloaded()) {
			closeOffloaded(ctx, promise);
		}
		else {
			ctx.close(promise);
		}
	}

	@Override
	public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
		this.head.release(this::pass);
		handover().cancel();
		if (this.connection.isOffloaded()) {
			closeOffloaded(ctx, promise);
		}
		else {
			ctx.disconnect(promise);
		}
	}

	private void closeOffloaded(ChannelHandlerContext ctx, ChannelPromise promise) {
		KernelOutlet outlet = outlet();
		if (outlet != null && ctx.channel().isActive() && outlet.isEnded()) {
			// It is being closed, perhaps behind an alert.
			PromiseNotifier.cascade(false, ctx.channel().closeFuture(), promise);
		}
		else if (outlet != null && ctx.channel().isActive()) {
			this.closeNotify.sendAndClose(outlet, KtlsPipeline.sslHandler(ctx).getCloseNotifyFlushTimeoutMillis(),
					promise);
		}
		else {
			// Not through the TLS engine: nothing of it may follow the key.
			KtlsPipeline.wire(ctx).close(promise);
		}
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		handover().cancel();
		end();
		ctx.fireChannelInactive();
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		handover().cancel();
		end();
	}

	private void end() {
		this.head.fail();
		handover().wipeSecrets();
		if (this.offloaded != null) {
			this.offloaded.release();
		}
	}

}
