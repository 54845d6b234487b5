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

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.PendingWriteQueue;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.netty.KtlsConnection.State;
import io.github.ktls.secrets.HandshakeSecrets;
import io.github.ktls.tls.ProtocolVersion;

/**
 * Sits between the {@link SslHandler} and the application and sees what is to be
 * encrypted. It starts the handover, holds writes back while it is under way, and is the
 * one place that decides which way a write takes: through the TLS engine, or past it to
 * the kernel.
 * <p>
 * The {@link SslHandler} stays where it is and as it is: it goes on reading, and
 * everybody who looks for it in the pipeline finds it.
 */
final class PlaintextHandler extends ChannelDuplexHandler {

	static final String NAME = "ktls.plaintext";

	private static final String CHUNKS_NAME = "ktls.chunks";

	/**
	 * How often the socket may turn out not to be empty after all, because somebody else
	 * counts bytes of his own as on their way.
	 */
	private static final int MAX_ROUNDS = 16;

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(PlaintextHandler.class);

	private final KtlsConnection connection;

	private final KtlsSettings settings;

	private final KtlsStatistics statistics;

	private final Handover handover;

	private final SentRecordCounter sent;

	private final ReceivedRecordBalance received;

	private @Nullable HandshakeSecrets secrets;

	private @Nullable KtlsSocket socket;

	private @Nullable PendingWriteQueue heldWrites;

	private boolean heldFlush;

	private int rounds;

	private final CloseNotify closeNotify = new CloseNotify();

	private boolean keyUpdateRequested;

	PlaintextHandler(KtlsConnection connection, KtlsSettings settings, KtlsStatistics statistics, Handover handover,
			SentRecordCounter sent, ReceivedRecordBalance received) {
		this.connection = connection;
		this.settings = settings;
		this.statistics = statistics;
		this.handover = handover;
		this.sent = sent;
		this.received = received;
	}

	// Handshake and handover

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
		if (evt instanceof SslHandshakeCompletionEvent handshake && this.connection.state() == State.HANDSHAKING) {
			if (handshake.isSuccess()) {
				handshakeCompleted(ctx);
			}
			else {
				wipeSecrets(ctx);
			}
		}
		ctx.fireUserEventTriggered(evt);
	}

	private void handshakeCompleted(ChannelHandlerContext ctx) {
		this.sent.handshakeCompleted();
		Handover.Eligibility eligibility = this.handover.examine(ctx.channel(), sslHandler(ctx));
		this.secrets = eligibility.secrets();
		if (eligibility.fallback() != null) {
			fallBack(ctx, eligibility.fallback());
			return;
		}
		if (this.secrets != null && this.secrets.suite().version() == ProtocolVersion.TLS_1_3) {
			this.received.start();
		}
		this.connection.transitionTo(State.CANDIDATE);
		if (this.settings.activation() == Activation.ON_HANDSHAKE) {
			holdWrites(ctx);
			// Not now: the engine is in the middle of its input.
			ctx.executor().execute(() -> awaitQuiet(ctx));
		}
	}

	private void holdWrites(ChannelHandlerContext ctx) {
		this.connection.transitionTo(State.SWITCHING);
		this.heldWrites = new PendingWriteQueue(ctx);
	}

	// Wait until everything encrypted is in the socket. An empty write that goes through
	// the engine is done when all before it is done.
	private void awaitQuiet(ChannelHandlerContext ctx) {
		if (this.connection.state() != State.SWITCHING) {
			return;
		}
		ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
			// Later, as the buffer that calls the listener is still at work.
			.addListener((future) -> ctx.executor().execute(() -> quiet(ctx, future)));
	}

	private void quiet(ChannelHandlerContext ctx, Future<?> flushed) {
		if (this.connection.state() != State.SWITCHING) {
			return;
		}
		try {
			if (!flushed.isSuccess() || !ctx.channel().isActive() || sslHandler(ctx).engine().isOutboundDone()) {
				fallBack(ctx, KtlsFallback.of(KtlsFallbackReason.CONNECTION_CLOSING));
			}
			else if (!isAnythingUnsent(ctx)) {
				switchOver(ctx);
			}
			else if (++this.rounds < MAX_ROUNDS) {
				awaitQuiet(ctx);
				return;
			}
			else {
				fallBack(ctx, KtlsFallback.of(KtlsFallbackReason.RECORD_COUNT_UNCERTAIN));
			}
		}
		catch (Throwable ex) {
			abandon(ctx, ex);
		}
		releaseHeldWrites(ctx);
	}

	// Something failed that is not foreseen. Whether the kernel has the key decides.
	private void abandon(ChannelHandlerContext ctx, Throwable cause) {
		logger.warn("{} The handover failed", ctx.channel(), cause);
		if (this.connection.state() == State.SWITCHING) {
			if (mayHaveKey(ctx)) {
				closeAtOnce(ctx);
			}
			fallBack(ctx, new KtlsFallback(KtlsFallbackReason.UNEXPECTED_FAILURE, cause.toString()));
		}
	}

	private boolean mayHaveKey(ChannelHandlerContext ctx) {
		try {
			return this.handover.mayHaveKey(ctx.channel());
		}
		catch (Throwable ex) {
			return true;
		}
	}

	// Not through the TLS engine: nothing of it may follow the key.
	private static void closeAtOnce(ChannelHandlerContext ctx) {
		ctx.channel().unsafe().close(ctx.channel().unsafe().voidPromise());
	}

	// Return whether bytes are on their way that are not held back here. The engine's
	// queue of plaintext and the transport's queue of ciphertext both count there.
	private boolean isAnythingUnsent(ChannelHandlerContext ctx) {
		ChannelOutboundBuffer outbound = ctx.channel().unsafe().outboundBuffer();
		long held = (this.heldWrites != null) ? this.heldWrites.bytes() : 0;
		return outbound == null || outbound.totalPendingWriteBytes() != held;
	}

	private void switchOver(ChannelHandlerContext ctx) {
		HandshakeSecrets taken = this.secrets;
		this.secrets = null;
		if (taken == null) {
			fallBack(ctx, KtlsFallback.of(KtlsFallbackReason.SECRETS_MISSING));
			return;
		}
		if (!this.received.isEven()) {
			taken.close();
			fallBack(ctx, KtlsFallback.of(KtlsFallbackReason.KEY_UPDATE_BEFORE_HANDOVER));
			return;
		}
		try (taken) {
			Handover.Outcome outcome = this.handover.perform((EpollSocketChannel) ctx.channel(), taken, this.sent);
			this.socket = outcome.socket();
			if (outcome.fallback() != null) {
				fallBack(ctx, outcome.fallback());
				return;
			}
		}
		catch (IOException ex) {
			logger.warn("{} The kernel took a key and reported a failure; closing the connection", ctx.channel(), ex);
			closeAtOnce(ctx);
			fallBack(ctx, KtlsFallback.of(ex));
			return;
		}
		this.connection.transitionTo(State.OFFLOADED);
		this.statistics.handover();
		if (taken.suite().version() == ProtocolVersion.TLS_1_3) {
			KeyUpdateReply.discardUnsent(ctx.alloc(), sslHandler(ctx).engine());
		}
		logger.debug("{} Sending side handed over to the kernel", ctx.channel());
		ctx.fireUserEventTriggered(new KtlsHandoverEvent(null));
	}

	private void fallBack(ChannelHandlerContext ctx, KtlsFallback fallback) {
		wipeSecrets(ctx);
		this.connection.fallBack(fallback);
		this.statistics.fallback(fallback.reason());
		logger.debug("{} Stays in user space: {}", ctx.channel(), fallback);
		ctx.fireUserEventTriggered(new KtlsHandoverEvent(fallback));
	}

	// Writing

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		if (this.connection.state() == State.CANDIDATE && msg instanceof KtlsFileRegion file
				&& this.settings.activation() == Activation.ON_FIRST_FILE
				&& file.count() >= this.settings.activationThreshold()) {
			holdWrites(ctx);
			awaitQuiet(ctx);
		}
		if (this.heldWrites != null) {
			this.heldWrites.add(msg, promise);
			return;
		}
		route(ctx, msg, promise);
	}

	@Override
	public void flush(ChannelHandlerContext ctx) {
		if (this.heldWrites != null) {
			this.heldFlush = true;
			return;
		}
		outlet(ctx).flush();
	}

	private void route(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
		boolean offloaded = this.connection.isOffloaded();
		if (msg instanceof KtlsFileRegion file) {
			if (offloaded) {
				this.statistics.fileBySendfile();
			}
			else {
				writeChunked(ctx, file, promise);
				return;
			}
		}
		outlet(ctx).write(msg, promise);
	}

	// Return the context that writes go to: this handler's own, from where they come to
	// the TLS engine, or, once and only once the kernel has the key, the one behind the
	// engine.
	private ChannelHandlerContext outlet(ChannelHandlerContext ctx) {
		return this.connection.isOffloaded() ? ctx.pipeline().context(CiphertextHandler.NAME) : ctx;
	}

	private void writeChunked(ChannelHandlerContext ctx, KtlsFileRegion region, ChannelPromise promise) {
		if (ctx.pipeline().get(CHUNKS_NAME) == null) {
			ctx.pipeline().addBefore(ctx.name(), CHUNKS_NAME, new ChunkedWriteHandler());
		}
		this.statistics.fileByChunks();
		// Releasing the region closes the file, so it lives until the last chunk is out.
		ChannelPromise written = promise.unvoid();
		written.addListener((future) -> region.release());
		try {
			ctx.write(
					new FileChunks(region.file(), region.position(), region.count(), this.settings.fallbackChunkSize()),
					written);
		}
		catch (IOException ex) {
			written.tryFailure(ex);
		}
	}

	private void releaseHeldWrites(ChannelHandlerContext ctx) {
		PendingWriteQueue held = this.heldWrites;
		this.heldWrites = null;
		if (held == null) {
			return;
		}
		for (Object msg = held.current(); msg != null; msg = held.current()) {
			ReferenceCountUtil.retain(msg);
			ChannelPromise promise = held.remove();
			route(ctx, msg, promise);
		}
		if (this.heldFlush) {
			this.heldFlush = false;
			outlet(ctx).flush();
		}
	}

	// Reading

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) {
		if (msg instanceof ByteBuf bytes) {
			this.received.delivered(bytes.readableBytes());
		}
		ctx.fireChannelRead(msg);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext ctx) {
		if (this.connection.isOffloaded() && !this.received.isEven() && !this.keyUpdateRequested
				&& ctx.channel().isActive()) {
			SslHandler sslHandler = sslHandler(ctx);
			this.received.settle();
			if (KeyUpdateReply.isOwed(ctx.alloc(), sslHandler.engine())) {
				this.keyUpdateRequested = true;
				this.statistics.keyUpdateClose();
				logger.debug("{} The client asked for new keys; closing after the response", ctx.channel());
				ctx.fireUserEventTriggered(KtlsKeyUpdateEvent.UPDATE_REQUESTED);
			}
		}
		ctx.fireChannelReadComplete();
	}

	// Closing

	@Override
	public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
		beforeClose(ctx);
		if (this.connection.isOffloaded()) {
			closeNotify(ctx, promise);
		}
		else {
			ctx.close(promise);
		}
	}

	@Override
	public void disconnect(ChannelHandlerContext ctx, ChannelPromise promise) {
		beforeClose(ctx);
		if (this.connection.isOffloaded()) {
			closeNotify(ctx, promise);
		}
		else {
			ctx.disconnect(promise);
		}
	}

	private void beforeClose(ChannelHandlerContext ctx) {
		if (this.connection.state() == State.SWITCHING) {
			fallBack(ctx, KtlsFallback.of(KtlsFallbackReason.CONNECTION_CLOSING));
			releaseHeldWrites(ctx);
		}
	}

	private void closeNotify(ChannelHandlerContext ctx, ChannelPromise promise) {
		ChannelHandlerContext outlet = outlet(ctx);
		if (this.socket != null && ctx.channel().isActive()) {
			this.closeNotify.sendAndClose(outlet, this.socket, sslHandler(ctx).getCloseNotifyFlushTimeoutMillis(),
					promise);
		}
		else {
			outlet.close(promise);
		}
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) {
		if (this.connection.state() == State.SWITCHING) {
			fallBack(ctx, KtlsFallback.of(KtlsFallbackReason.CONNECTION_CLOSING));
		}
		releaseHeldWrites(ctx);
		wipeSecrets(ctx);
		ctx.fireChannelInactive();
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext ctx) {
		wipeSecrets(ctx);
		if (this.connection.isOffloaded() && !ctx.channel().isActive()) {
			this.statistics.closedOffloaded();
		}
	}

	private void wipeSecrets(ChannelHandlerContext ctx) {
		HandshakeSecrets kept = this.secrets;
		this.secrets = null;
		if (kept != null) {
			kept.close();
		}
		else if (this.connection.state() == State.HANDSHAKING) {
			SslHandler sslHandler = ctx.pipeline().get(SslHandler.class);
			if (sslHandler != null) {
				this.handover.forget(sslHandler);
			}
		}
	}

	private static SslHandler sslHandler(ChannelHandlerContext ctx) {
		SslHandler sslHandler = ctx.pipeline().get(SslHandler.class);
		if (sslHandler == null) {
			throw new IllegalStateException("No SslHandler in " + ctx.pipeline().names());
		}
		return sslHandler;
	}

}
