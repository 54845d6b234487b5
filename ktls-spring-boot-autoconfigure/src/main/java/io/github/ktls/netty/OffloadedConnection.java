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
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.netty.EngineWatch.Verdict;
import io.github.ktls.secrets.HandshakeSecrets;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;

/**
 * The TLS protocol of a connection after the handover: answers what the peer sends
 * besides data, be it the TLS engine or the kernel that reads it, and has the receiving
 * side handed over where that is wanted. Used on the event loop.
 */
final class OffloadedConnection implements KernelInlet.Listener, ReceiveHook.Reader {

	/** How long an application may think about a response to a peer that has left. */
	private static final long MAX_SILENCE_SECONDS = 10;

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(OffloadedConnection.class);

	private final ChannelHandlerContext ctx;

	private final KtlsPipeline.Link link;

	private final KtlsStatistics statistics;

	private final KernelOutlet outlet;

	private final KeyUpdates keyUpdates;

	/** What receiving needs, until that is handed over or not. */
	private @Nullable HandshakeSecrets secrets;

	private @Nullable KernelInlet inlet;

	private @Nullable ScheduledFuture<?> silence;

	private boolean peerClosed;

	private boolean replyOwed;

	/** Nothing more can be received, although the peer may send. */
	private boolean inputEnded;

	private boolean released;

	private final long begun = System.nanoTime();

	private long id;

	private OffloadedConnection(ChannelHandlerContext ctx, KtlsPipeline.Link link, Handover.Transmit transmit) {
		this.ctx = ctx;
		this.link = link;
		this.statistics = link.statistics();
		this.outlet = new KernelOutlet(ctx, KtlsPipeline.wire(ctx), transmit, link.statistics(), this::drain);
		this.keyUpdates = new KeyUpdates(link.settings().maxKeyUpdatesPerSecond(), System::nanoTime);
	}

	/**
	 * Take over a connection whose sending key the kernel has.
	 * @param ctx the context between the TLS engine and the application
	 * @param link what the connection's handlers share
	 * @param transmit what was handed over, which the new object owns from here
	 * @param secrets what is left of the secrets, which the new object owns from here
	 * @return the new object
	 */
	static OffloadedConnection start(ChannelHandlerContext ctx, KtlsPipeline.Link link, Handover.Transmit transmit,
			HandshakeSecrets secrets) {
		OffloadedConnection connection = new OffloadedConnection(ctx, link, transmit);
		try {
			connection.id = connection.statistics.connections().add(connection::snapshot);
			connection.prepareReceive(secrets);
			return connection;
		}
		catch (Throwable ex) {
			connection.release();
			secrets.close();
			throw ex;
		}
	}

	KernelOutlet outlet() {
		return this.outlet;
	}

	// Being looked at

	private CompletableFuture<Optional<ConnectionSnapshot>> snapshot() {
		CompletableFuture<Optional<ConnectionSnapshot>> answer = new CompletableFuture<>();
		try {
			// Elsewhere the descriptor could be another connection's by now.
			this.ctx.executor().execute(() -> {
				try {
					answer.complete(look());
				}
				catch (Throwable ex) {
					answer.completeExceptionally(ex);
				}
			});
		}
		catch (RejectedExecutionException ex) {
			answer.complete(Optional.empty());
		}
		return answer;
	}

	private Optional<ConnectionSnapshot> look() {
		Channel channel = this.ctx.channel();
		OffloadMode transmit = this.link.connection().transmitMode();
		if (this.released || !channel.isActive() || transmit == null) {
			return Optional.empty();
		}
		CipherSuite suite = this.outlet.suite();
		return Optional.of(new ConnectionSnapshot(this.id, String.valueOf(channel.remoteAddress()),
				suite.version().jsseName(), suite.name(), transmit, this.link.connection().receiveMode(),
				this.outlet.recordsSent(), Duration.ofNanos(System.nanoTime() - this.begun)));
	}

	// Handing the receiving side over

	private void prepareReceive(HandshakeSecrets left) {
		ReceiveHook hook = this.link.receiveHook();
		if (hook == null) {
			left.close();
			return;
		}
		this.secrets = left;
		KtlsFallback fallback = this.link.handover().declineReceive(left.suite());
		if (fallback != null) {
			declineReceive(fallback);
			return;
		}
		if (!hook.isLive()) {
			declineReceive(KtlsFallback.of(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED));
			return;
		}
		hook.ask(this);
		// Between two records there is nothing to wait for.
		switchReceive();
	}

	private void declineReceive(KtlsFallback fallback) {
		wipeSecrets();
		this.statistics.receiveFallback(fallback.reason());
		logger.debug("{} The TLS engine goes on receiving: {}", this.ctx.channel(), fallback);
		if (this.link.receiveHook() != null) {
			this.link.receiveHook().ask(null);
		}
	}

	/**
	 * Called before the transport receives: up to the end of a record the TLS engine
	 * reads, and from there on the kernel.
	 */
	@Override
	public int beforeReceive() {
		ReceiveRecordsEnd end = switchReceive();
		if (end == ReceiveRecordsEnd.AHEAD) {
			return this.link.received().bytesWithinRecord();
		}
		return (this.inlet != null) ? this.inlet.beforeReceive() : ANY;
	}

	@Override
	public void received() {
		if (this.inlet != null) {
			this.inlet.received();
		}
	}

	private ReceiveRecordsEnd switchReceive() {
		HandshakeSecrets taken = this.secrets;
		SslHandler sslHandler = KtlsPipeline.sslHandler(this.ctx);
		if (taken == null || this.peerClosed || this.outlet.isEnded() || this.link.engineWatch().hasOutput()
				|| sslHandler.engine().isInboundDone()) {
			return ReceiveRecordsEnd.PASSED;
		}
		if (!this.link.received().isAtBoundary()) {
			return ReceiveRecordsEnd.AHEAD;
		}
		try {
			Handover.ReceiveOutcome outcome = this.link.handover()
				.performReceive(this.outlet.socket(), taken, this.link.received());
			if (outcome.keys() != null) {
				receiveInstalled(outcome.keys(), outcome.mode());
			}
			else if (outcome.fallback() != null) {
				declineReceive(outcome.fallback());
			}
		}
		catch (IOException ex) {
			wipeSecrets();
			logger.warn("{} The kernel took a receiving key and reported a failure; closing the connection",
					this.ctx.channel(), ex);
			PlatformDependent.throwException(ex);
		}
		return ReceiveRecordsEnd.PASSED;
	}

	private void receiveInstalled(ReceiveKeys keys, OffloadMode mode) {
		wipeSecrets();
		ReceiveHandler gate = new ReceiveHandler();
		this.ctx.pipeline().addFirst(ReceiveHandler.NAME, gate);
		KernelInlet installed = new KernelInlet(this.outlet.wire(), gate, this.outlet.socket(), keys, this);
		this.inlet = installed;
		this.outlet.beforeSlices(installed::beforeSending);
		this.link.connection().receiveOffloaded(mode);
		this.statistics.receiveHandover(mode);
		if (this.link.receiveHook() != null) {
			this.link.receiveHook().ask(installed);
		}
		logger.debug("{} Receiving side handed over to the kernel ({})", this.ctx.channel(), mode);
	}

	private void wipeSecrets() {
		if (this.secrets != null) {
			this.secrets.close();
			this.secrets = null;
		}
	}

	/**
	 * Answer what came before data, as the data may be answered at once, and a KeyUpdate
	 * has to come before that (RFC 8446 section 4.6.3). Where it cannot, the connection
	 * is drained, for which the data may be another request to answer.
	 */
	void beforeData() {
		if (this.outlet.canUpdateKey()) {
			answer();
		}
	}

	// What the TLS engine read

	/**
	 * Find out what the TLS engine would have answered to what it has just read.
	 */
	void readCompleted() {
		if (this.inlet != null) {
			this.inlet.afterReceive();
		}
		answer();
	}

	private void answer() {
		if (this.replyOwed) {
			this.replyOwed = false;
			if (isListening()) {
				this.outlet.keyUpdateRequested();
			}
		}
		int silent = this.link.received().settle();
		boolean output = this.link.engineWatch().takeOutput();
		if ((silent == 0 && !output) || this.inlet != null || !isListening()) {
			return;
		}
		Verdict verdict = this.link.engineWatch().ask(KtlsPipeline.sslHandler(this.ctx).engine(), this.ctx.alloc());
		if (verdict.failure() != null) {
			engineFailed(verdict.failure());
		}
		else if (!this.keyUpdates.received(silent)) {
			flooded();
		}
		else if (verdict.keyUpdateOwed()) {
			this.outlet.keyUpdateRequested();
		}
	}

	private boolean isListening() {
		return !this.outlet.isEnded() && this.ctx.channel().isActive();
	}

	/**
	 * Take note that the TLS engine has given up.
	 * @param failure its error
	 */
	void engineFailed(SSLException failure) {
		if (this.outlet.isEnded()) {
			return;
		}
		logger.debug("{} The TLS engine has failed", this.ctx.channel(), failure);
		if (EngineFailures.isTooManyKeyUpdates(failure)) {
			if (endInput()) {
				return;
			}
			this.statistics.keyUpdateFlood();
		}
		Optional<AlertDescription> alert = EngineFailures.alert(failure);
		if (alert.isPresent()) {
			this.outlet.fail(alert.get());
		}
		else {
			this.outlet.closeAtOnce();
		}
	}

	// The JDK's client sends a KeyUpdate for each record beyond its limit, until it has
	// the answer: nothing more can be read from it, but the response can be completed.
	private boolean endInput() {
		this.inputEnded = true;
		if (!drainAgain(KtlsDrainEvent.Reason.KEY_UPDATE)) {
			return false;
		}
		this.link.connection().discardInput();
		return true;
	}

	// Return whether a response will be completed.
	private boolean drainAgain(KtlsDrainEvent.Reason reason) {
		boolean claimed = fireDrain(reason);
		if (claimed) {
			this.outlet.drained(reason);
		}
		return claimed;
	}

	/**
	 * Take note that the peer's stream has ended, or that its end will not be known.
	 * @param event the event of the TLS engine's handler
	 * @return whether the event is not to be passed on
	 */
	boolean closeCompleted(SslCloseCompletionEvent event) {
		if (!event.isSuccess()) {
			if (!this.peerClosed && !this.inputEnded && !this.outlet.isClosing()) {
				this.statistics.truncation();
				logger.debug("{} The client ended the connection without a close_notify", this.ctx.channel());
			}
			// The engine does not know of a close_notify that the kernel read.
			return this.peerClosed;
		}
		if (!this.peerClosed) {
			this.peerClosed = true;
			return completeResponse();
		}
		return true;
	}

	// RFC 8446 section 6.1: who has sent a close_notify may go on reading. The end of the
	// TCP stream behind it must not end our side either.
	private boolean completeResponse() {
		if (!isListening()) {
			return false;
		}
		boolean claimed = fireDrain(KtlsDrainEvent.Reason.CLOSE_NOTIFY);
		if (!this.ctx.channel().isActive()) {
			return claimed;
		}
		if (claimed) {
			watchSilence();
		}
		else if (this.outlet.isIdle()) {
			return false;
		}
		else {
			closeBehindWhatWasWritten();
		}
		HalfClosure.allow(this.ctx.channel());
		return true;
	}

	// Whoever has left, and is not being sent anything, may be waited for by nobody but
	// the application, which does not know.
	private void watchSilence() {
		long progress = this.outlet.progress();
		this.silence = this.ctx.executor().schedule(() -> {
			if (this.outlet.isIdle() && this.outlet.progress() == progress) {
				this.ctx.channel().close();
			}
			else if (this.ctx.channel().isActive()) {
				watchSilence();
			}
		}, MAX_SILENCE_SECONDS, TimeUnit.SECONDS);
	}

	private void drain(KtlsDrainEvent.Reason reason) {
		if (!fireDrain(reason)) {
			closeBehindWhatWasWritten();
		}
	}

	// Closing itself would wait for a limited time only.
	private void closeBehindWhatWasWritten() {
		this.outlet.write(Unpooled.EMPTY_BUFFER,
				this.ctx.newPromise().addListener((written) -> this.ctx.channel().close()));
		this.outlet.flush();
	}

	private boolean fireDrain(KtlsDrainEvent.Reason reason) {
		KtlsDrainEvent event = new KtlsDrainEvent(reason, this.peerClosed || this.inputEnded);
		this.ctx.fireUserEventTriggered(event);
		return event.isClaimed();
	}

	// What the kernel read

	@Override
	public void data(ByteBuf content) {
		if (this.link.connection().isInputDiscarded()) {
			content.release();
			return;
		}
		sslContext().fireChannelRead(content);
	}

	@Override
	public void silentRecord() {
		if (!this.keyUpdates.received(1)) {
			flooded();
		}
	}

	@Override
	public void closeNotify() {
		sslContext().fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
		// RFC 8446 section 6.1: what comes behind it is to be ignored.
		this.link.connection().discardInput();
	}

	@Override
	public void fatalAlert() {
		this.peerClosed = true;
		this.outlet.closeAtOnce();
	}

	@Override
	public void keyUpdate(boolean followed, boolean requested) {
		this.statistics.keyUpdateReceived();
		if (!this.keyUpdates.received(1)) {
			flooded();
		}
		else if (!followed) {
			if (!endInput()) {
				this.outlet.drained(KtlsDrainEvent.Reason.KEY_UPDATE);
				closeBehindWhatWasWritten();
			}
		}
		else if (requested) {
			// RFC 8446 section 4.6.3: one answer will do for all that are here by now.
			this.replyOwed = true;
		}
	}

	@Override
	public void refused(AlertDescription alert) {
		this.outlet.inputStuck();
		this.outlet.fail(alert);
	}

	@Override
	public void stuck() {
		this.outlet.inputStuck();
	}

	@Override
	public void keyInstalledAgain() {
		this.statistics.receiveKeyInstalledAgain();
	}

	@Override
	public void failed(IOException failure) {
		this.ctx.channel().pipeline().fireExceptionCaught(failure);
		this.outlet.closeAtOnce();
	}

	private void flooded() {
		if (this.outlet.isEnded()) {
			return;
		}
		this.statistics.keyUpdateFlood();
		if (this.inlet != null) {
			// There is more of it, by the nature of a flood.
			this.inlet.end();
			this.outlet.inputStuck();
		}
		this.outlet.fail(AlertDescription.UNEXPECTED_MESSAGE);
	}

	private ChannelHandlerContext sslContext() {
		return this.ctx.pipeline().context(SslHandler.class);
	}

	/**
	 * Wipe what is left of the secrets. To be called when the connection is closed.
	 */
	void release() {
		if (this.released) {
			return;
		}
		this.released = true;
		this.statistics.connections().remove(this.id);
		if (this.link.connection().isOffloaded()) {
			this.statistics.closed(this.link.connection());
		}
		wipeSecrets();
		if (this.silence != null) {
			this.silence.cancel(false);
		}
		if (this.link.receiveHook() != null) {
			this.link.receiveHook().ask(null);
		}
		if (this.inlet != null) {
			this.inlet.release();
		}
		this.outlet.release();
	}

	/** Where the end of the record is that the TLS engine reads last. */
	private enum ReceiveRecordsEnd {

		AHEAD, PASSED

	}

}
