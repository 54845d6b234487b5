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

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsConnection.State;
import io.github.ktls.secrets.HandshakeMessages;
import io.github.ktls.secrets.HandshakeSecrets;
import io.github.ktls.tls.ProtocolVersion;

/**
 * The way of one connection from the end of its handshake to the kernel, or to the
 * decision against it: writes are held back, what is encrypted gets into the socket, and
 * then the sending key goes to the kernel. Used on the event loop.
 */
final class HandoverProcess {

	/**
	 * How often the socket may turn out not to be empty after all, because somebody else
	 * counts bytes of his own as on their way.
	 */
	private static final int MAX_ROUNDS = 16;

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(HandoverProcess.class);

	private final ChannelHandlerContext ctx;

	private final KtlsConnection connection;

	private final KtlsStatistics statistics;

	private final Handover handover;

	private final SentRecordCounter sent;

	private final ReceivedRecords received;

	private final Listener listener;

	private @Nullable HandshakeSecrets secrets;

	private @Nullable HeldWrites held;

	private int rounds;

	private boolean ticketsFlushed;

	private long begun;

	/**
	 * Create a new instance.
	 * @param ctx the context that writes come to
	 * @param link what the connection's handlers share
	 * @param listener is told of the end, and gets the writes that were held back
	 */
	HandoverProcess(ChannelHandlerContext ctx, KtlsPipeline.Link link, Listener listener) {
		this.ctx = ctx;
		this.connection = link.connection();
		this.statistics = link.statistics();
		this.handover = link.handover();
		this.sent = link.sent();
		this.received = link.received();
		this.listener = listener;
	}

	/**
	 * Take note that the handshake is complete.
	 * @param activation when the connection is to be handed over
	 */
	void handshakeCompleted(Activation activation) {
		this.sent.handshakeCompleted();
		Handover.Eligibility eligibility = this.handover.examine(this.ctx.channel(), sslHandler());
		this.secrets = eligibility.secrets();
		if (eligibility.fallback() != null) {
			if (eligibility.fallback().reason() == KtlsFallbackReason.SECRETS_MISSING) {
				this.statistics.handoverFailed();
			}
			fallBack(eligibility.fallback());
			return;
		}
		if (this.secrets != null && this.secrets.suite().version() == ProtocolVersion.TLS_1_3) {
			this.received.start();
		}
		this.connection.transitionTo(State.CANDIDATE);
		if (activation == Activation.ON_HANDSHAKE) {
			hold();
			// Not now: the engine is in the middle of its input.
			this.ctx.executor().execute(this::awaitQuiet);
		}
	}

	/**
	 * Take note that the handshake failed.
	 */
	void handshakeFailed() {
		wipeSecrets();
	}

	/**
	 * Hand the connection over as soon as what is encrypted is in the socket, unless
	 * handovers were stopped since the handshake.
	 * @param msg what is to be written then
	 * @param promise its promise
	 */
	void begin(Object msg, ChannelPromise promise) {
		KtlsFallback fallback = this.handover.declineNow();
		if (fallback != null) {
			fallBack(fallback);
			this.listener.release(msg, promise);
			return;
		}
		hold();
		hold(msg, promise);
		awaitQuiet();
	}

	private void hold() {
		this.begun = System.nanoTime();
		this.connection.transitionTo(State.SWITCHING);
		this.held = new HeldWrites(this.ctx);
	}

	/**
	 * Hold a write back while the handover is under way.
	 * @param msg the message
	 * @param promise its promise
	 * @return whether it was taken
	 */
	boolean hold(Object msg, ChannelPromise promise) {
		if (this.held == null) {
			return false;
		}
		this.held.add(msg, promise);
		return true;
	}

	/**
	 * Hold a flush back while the handover is under way.
	 * @return whether it was taken
	 */
	boolean holdFlush() {
		if (this.held == null) {
			return false;
		}
		this.held.flushLater();
		return true;
	}

	// Wait until everything encrypted is in the socket. An empty write that goes through
	// the engine is done when all before it is done.
	private void awaitQuiet() {
		if (this.connection.state() != State.SWITCHING) {
			return;
		}
		try {
			// Session tickets would wait for data, which the engine will not get any
			// more.
			this.ticketsFlushed = HandshakeMessages.flush(sslHandler().engine(), this.ctx.alloc());
			this.ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
				// Later, as the buffer that calls the listener is still at work.
				.addListener((future) -> this.ctx.executor().execute(() -> quiet(future)));
		}
		catch (Throwable ex) {
			abandon(ex);
			releaseHeld();
		}
	}

	private void quiet(Future<?> flushed) {
		if (this.connection.state() != State.SWITCHING) {
			return;
		}
		try {
			if (!flushed.isSuccess() || !this.ctx.channel().isActive() || sslHandler().engine().isOutboundDone()) {
				fallBack(KtlsFallback.of(KtlsFallbackReason.CONNECTION_CLOSING));
			}
			else if (this.ticketsFlushed && !isAnythingUnsent()) {
				switchOver();
			}
			else if (++this.rounds < MAX_ROUNDS) {
				awaitQuiet();
				return;
			}
			else {
				fallBack(KtlsFallback.of(KtlsFallbackReason.RECORD_COUNT_UNCERTAIN));
			}
		}
		catch (Throwable ex) {
			abandon(ex);
		}
		releaseHeld();
	}

	// Something failed that is not foreseen. Whether the kernel has the key decides.
	private void abandon(Throwable cause) {
		logger.warn("{} The handover failed", this.ctx.channel(), cause);
		if (this.connection.state() == State.SWITCHING) {
			this.statistics.handoverFailed();
			if (mayHaveKey()) {
				closeAtOnce();
			}
			fallBack(new KtlsFallback(KtlsFallbackReason.UNEXPECTED_FAILURE, cause.toString()));
		}
	}

	private boolean mayHaveKey() {
		try {
			return this.handover.mayHaveKey(this.ctx.channel());
		}
		catch (Throwable ex) {
			return true;
		}
	}

	// Not through the TLS engine: nothing of it may follow the key.
	private void closeAtOnce() {
		this.ctx.channel().unsafe().close(this.ctx.channel().unsafe().voidPromise());
	}

	// Return whether bytes are on their way that are not held back here. The engine's
	// queue of plaintext and the transport's queue of ciphertext both count there.
	private boolean isAnythingUnsent() {
		ChannelOutboundBuffer outbound = this.ctx.channel().unsafe().outboundBuffer();
		long bytesHeld = (this.held != null) ? this.held.bytes() : 0;
		return outbound == null || outbound.totalPendingWriteBytes() != bytesHeld;
	}

	private void switchOver() {
		HandshakeSecrets taken = this.secrets;
		this.secrets = null;
		if (taken == null) {
			this.statistics.handoverFailed();
			fallBack(KtlsFallback.of(KtlsFallbackReason.SECRETS_MISSING));
			return;
		}
		if (!this.received.isEven()) {
			taken.close();
			fallBack(KtlsFallback.of(KtlsFallbackReason.KEY_UPDATE_BEFORE_HANDOVER));
			return;
		}
		Handover.Outcome outcome;
		try {
			outcome = this.handover.perform((EpollSocketChannel) this.ctx.channel(), taken, this.sent);
		}
		catch (RuntimeException | Error ex) {
			taken.close();
			throw ex;
		}
		catch (IOException ex) {
			taken.close();
			logger.warn("{} The kernel took a key and reported a failure; closing the connection", this.ctx.channel(),
					ex);
			this.statistics.handoverFailed();
			closeAtOnce();
			fallBack(KtlsFallback.of(ex));
			return;
		}
		if (outcome.transmit() == null) {
			taken.close();
			KtlsFallback fallback = (outcome.fallback() != null) ? outcome.fallback()
					: KtlsFallback.of(KtlsFallbackReason.UNEXPECTED_FAILURE);
			if (isRefusal(fallback.reason())) {
				this.statistics.handoverFailed();
			}
			fallBack(fallback);
			return;
		}
		this.listener.offloaded(outcome.transmit(), taken);
		this.connection.transmitInstalled(outcome.transmit().mode());
		this.connection.transitionTo(State.OFFLOADED);
		this.statistics.handover(outcome.transmit().mode(), System.nanoTime() - this.begun);
		logger.debug("{} Sending side handed over to the kernel ({})", this.ctx.channel(), outcome.transmit().mode());
		this.ctx.fireUserEventTriggered(new KtlsHandoverEvent(null));
	}

	// All else is the connection's own fault, or its client's, who must not be able to
	// have
	// the kernel look bad.
	private static boolean isRefusal(KtlsFallbackReason reason) {
		return switch (reason) {
			case MODULE_MISSING, CIPHER_NOT_IN_KERNEL, SYSTEM_CALL_REFUSED, UNEXPECTED_FAILURE -> true;
			default -> false;
		};
	}

	private void fallBack(KtlsFallback fallback) {
		wipeSecrets();
		this.connection.fallBack(fallback);
		this.statistics.fallback(fallback.reason());
		logger.debug("{} Stays in user space: {}", this.ctx.channel(), fallback);
		this.ctx.fireUserEventTriggered(new KtlsHandoverEvent(fallback));
	}

	private void releaseHeld() {
		HeldWrites released = this.held;
		this.held = null;
		if (released == null) {
			return;
		}
		while (!released.isEmpty()) {
			released.writeFirst(this.listener::release);
		}
		if (released.takeFlush()) {
			this.listener.releaseFlush();
		}
	}

	/**
	 * Give up a handover that is under way, as the connection is being closed, and let go
	 * what is held back.
	 */
	void cancel() {
		if (this.connection.state() == State.SWITCHING) {
			fallBack(KtlsFallback.of(KtlsFallbackReason.CONNECTION_CLOSING));
		}
		releaseHeld();
	}

	/**
	 * Wipe the secrets that are left, here and where they wait for the end of the
	 * handshake.
	 */
	void wipeSecrets() {
		HandshakeSecrets kept = this.secrets;
		this.secrets = null;
		if (kept != null) {
			kept.close();
		}
		else if (this.connection.state() == State.HANDSHAKING) {
			SslHandler sslHandler = this.ctx.pipeline().get(SslHandler.class);
			if (sslHandler != null) {
				this.handover.forget(sslHandler);
			}
		}
	}

	private SslHandler sslHandler() {
		return KtlsPipeline.sslHandler(this.ctx);
	}

	/**
	 * Goes on where the handover ends.
	 */
	interface Listener {

		/**
		 * Take over the sending side. Called right before the connection counts as
		 * offloaded.
		 * @param transmit what was handed over, which the listener owns from here
		 * @param secrets what is left of the secrets, which the listener owns from here
		 */
		void offloaded(Handover.Transmit transmit, HandshakeSecrets secrets);

		/**
		 * Write what was held back, whichever way the connection now goes.
		 * @param msg the message
		 * @param promise its promise
		 */
		void release(Object msg, ChannelPromise promise);

		/**
		 * Flush what was released.
		 */
		void releaseFlush();

	}

}
