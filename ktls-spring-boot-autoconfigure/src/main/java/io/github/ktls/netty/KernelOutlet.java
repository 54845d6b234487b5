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
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;

/**
 * The sending side of an offloaded connection: everything that the kernel encrypts goes
 * through here, past the TLS engine, in one order. Large files are sent in slices, so
 * that a KeyUpdate does not wait for their end. Each write is charged to the key's budget
 * of records; the key is replaced in time, or the connection is drained where the kernel
 * cannot replace it. What is held back here waits for a slice or for a checkpoint: the
 * place in the order where everything before is in the kernel and nothing behind it, so
 * that keys can change. Used on the event loop.
 */
final class KernelOutlet {

	/** Long enough to cost nothing, short enough for a KeyUpdate to wait for. */
	private static final int MAX_SLICE = 1024 * 1024;

	/** As long as {@link io.netty.handler.ssl.SslHandler} waits for its close_notify. */
	private static final long MAX_ALERT_DELAY_MILLIS = 3_000;

	private static final long MAX_LINGER_MILLIS = 1_000;

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(KernelOutlet.class);

	private final ChannelHandlerContext wire;

	private final KtlsSocket socket;

	private final TransmitKeys keys;

	private final RecordBudget budget;

	private final boolean sequenceReadable;

	private final KtlsStatistics statistics;

	private final Consumer<KtlsDrainEvent.Reason> drain;

	private final HeldWrites held;

	private final SocketPush push;

	/** The file whose slices are being sent, up to the last of them. */
	private @Nullable SlicedFile file;

	private Runnable beforeSlice = () -> {
	};

	/** Sent under earlier keys. */
	private long recordsBefore;

	/** The number of the first record under the present key. */
	private long firstRecord;

	private boolean recordsUncertain;

	private long progress;

	private long unasked;

	private boolean checkpointQueued;

	/** Nothing was written since the last checkpoint: another one would not help. */
	private boolean checkpointPassed;

	private boolean keyUpdateOwed;

	private boolean draining;

	private boolean lingering;

	private boolean closing;

	private boolean inputStuck;

	private boolean ended;

	/**
	 * Create the outlet of a connection whose sending key the kernel has.
	 * @param ctx the context in which writes are held
	 * @param wire the context from which writes go past the TLS engine
	 * @param transmit what was handed over, which this object owns from here
	 * @param statistics counts what happens
	 * @param drain is told when the connection has to end after the response under way
	 */
	KernelOutlet(ChannelHandlerContext ctx, ChannelHandlerContext wire, Handover.Transmit transmit,
			KtlsStatistics statistics, Consumer<KtlsDrainEvent.Reason> drain) {
		this.wire = wire;
		this.socket = transmit.socket();
		this.keys = transmit.keys();
		this.budget = transmit.budget();
		this.sequenceReadable = transmit.sequenceReadable();
		this.firstRecord = transmit.budget().sequenceNumber();
		this.statistics = statistics;
		this.drain = drain;
		this.held = new HeldWrites(ctx);
		this.push = new SocketPush(wire.channel(), transmit.socket(), this::pushFailed);
	}

	KtlsSocket socket() {
		return this.socket;
	}

	ChannelHandlerContext wire() {
		return this.wire;
	}

	// Writing

	/**
	 * Write behind everything written before.
	 * @param msg a buffer or a region, which this object owns from here
	 * @param promise is notified when it is written
	 */
	void write(Object msg, ChannelPromise promise) {
		if (this.ended) {
			ReferenceCountUtil.release(msg);
			// Not at once: who hears of it may write again, which HTTP's encoder, in the
			// middle of this message, cannot cope with.
			this.wire.executor().execute(() -> promise.tryFailure(new ClosedChannelException()));
		}
		else if (msg instanceof ByteBuf bytes && bytes.readableBytes() > maxPiece()) {
			writeInPieces(bytes, promise);
		}
		else if (this.held.isEmpty() && admit(msg)) {
			transmit(msg, promise);
		}
		else {
			this.held.add(msg, promise);
			if (this.ended || (this.file == null && !this.checkpointQueued)) {
				// The checkpoint that it asked for has been passed or has failed.
				resume();
			}
		}
	}

	// Only a limit far below that of any cipher makes a shorter buffer too long for a
	// key.
	private int maxPiece() {
		return (int) Math.min(this.budget.maxBufferBytes(), MAX_SLICE);
	}

	private void writeInPieces(ByteBuf bytes, ChannelPromise promise) {
		int length = maxPiece();
		while (bytes.readableBytes() > length) {
			// If it fails, so does the last one.
			write(bytes.readRetainedSlice(length), this.wire.newPromise());
		}
		write(bytes, promise);
	}

	void flush() {
		if (!this.held.isEmpty()) {
			this.held.flushLater();
		}
		if (this.unasked >= MAX_SLICE) {
			// Between two messages, as what is between two buffers parts them into
			// records.
			askHere();
		}
		this.wire.flush();
	}

	// Return whether a message may be written now; it is charged then.
	private boolean admit(Object msg) {
		if (this.ended || this.file != null || this.checkpointQueued) {
			return false;
		}
		// The slices of a file are charged one by one.
		return msg instanceof KtlsFileRegion || afford(cost(msg));
	}

	private static long cost(Object msg) {
		if (msg instanceof ByteBuf bytes) {
			return RecordBudget.ofBuffer(bytes.readableBytes());
		}
		return (msg instanceof FileRegion region) ? RecordBudget.ofFile(region.count()) : 1;
	}

	private boolean afford(long records) {
		if (this.budget.spend(records)) {
			return true;
		}
		if (this.checkpointPassed) {
			exhausted();
		}
		else {
			queueCheckpoint();
		}
		return false;
	}

	private void transmit(Object msg, ChannelPromise promise) {
		if (msg instanceof KtlsFileRegion region) {
			this.file = new SlicedFile(region, promise.unvoid());
			nextSlice(this.file);
		}
		else {
			this.checkpointPassed = false;
			this.progress++;
			long length = (msg instanceof ByteBuf bytes) ? bytes.readableBytes() : MAX_SLICE;
			this.wire.write(msg, promise);
			this.unasked += length;
			if (length >= MAX_SLICE) {
				askHere();
			}
			checkBudget();
		}
	}

	// When it is this place's turn and not now, as much may wait for a client that reads
	// slowly.
	private void askHere() {
		this.unasked = 0;
		this.wire.write(new ControlRegion(() -> {
			assertConnected();
			return true;
		}));
	}

	// Where nobody is there any more the kernel might go on taking all it is given.
	private void assertConnected() throws ClosedChannelException {
		if (!this.socket.isConnected()) {
			throw new ClosedChannelException();
		}
	}

	/**
	 * Return a number that changes with everything that is sent.
	 * @return the number of writes so far
	 */
	long progress() {
		return this.progress;
	}

	/**
	 * Return whether nothing waits to be sent, here or for room in the socket's buffer.
	 * @return whether the kernel has all that was written
	 */
	boolean isIdle() {
		ChannelOutboundBuffer outbound = this.wire.channel().unsafe().outboundBuffer();
		return this.file == null && this.held.isEmpty() && (outbound == null || outbound.isEmpty());
	}

	/**
	 * Have something done before each part of a file is sent.
	 * @param action what is to be done
	 */
	void beforeSlices(Runnable action) {
		this.beforeSlice = action;
	}

	private void nextSlice(SlicedFile sliced) {
		// Charged together, as nothing may come between them: what is here is all that
		// gets the head out of the kernel.
		long ofHead = (sliced.headLength() > 0) ? RecordBudget.ofBuffer(sliced.headLength()) : 0;
		long affordable = Math.max(this.budget.affordableFileBytes(ofHead), 1);
		long length = Math.min(Math.min(sliced.left(), MAX_SLICE), affordable);
		if (!afford(ofHead + RecordBudget.ofFile(length))) {
			return;
		}
		if (length == sliced.left()) {
			// What comes behind need not wait for it.
			this.file = null;
		}
		this.checkpointPassed = false;
		this.progress++;
		FileHead head = sliced.takeHead();
		if (head != null) {
			this.wire.write(new HeadRegion(this.socket, head.bytes()), head.written());
		}
		this.wire.write(sliced.next(length, this::beforeSending))
			.addListener((written) -> sliceWritten(sliced, written));
		checkBudget();
	}

	// Called before each sendfile(2), as a slice may wait long for room. RFC 8446 section
	// 4.6.3: a KeyUpdate goes out before the next application data.
	private void beforeSending() {
		try {
			assertConnected();
			this.push.afterwards();
			this.beforeSlice.run();
			if (this.keyUpdateOwed) {
				// The rest of this slice is charged to the next key then, too.
				update();
			}
		}
		catch (IOException ex) {
			PlatformDependent.throwException(ex);
		}
	}

	private void pushFailed(Throwable cause) {
		logger.warn("{} What was sent may be held back for good; closing the connection", this.wire.channel(), cause);
		closeAtOnce();
	}

	private void sliceWritten(SlicedFile sliced, Future<?> written) {
		this.statistics.bytesBySendfile(sliced.written(written.isSuccess()));
		if (!written.isSuccess()) {
			if (this.file == sliced) {
				this.file = null;
			}
			// Netty's word for what we did is one that nobody takes for a closed
			// connection.
			sliced.fail(this.ended ? new ClosedChannelException() : written.cause());
		}
		else if (sliced.left() == 0) {
			sliced.succeed();
		}
		else if (this.ended) {
			sliced.fail(new ClosedChannelException());
		}
		else if (!this.checkpointQueued) {
			nextSlice(sliced);
			this.wire.flush();
		}
		resume();
	}

	private void resume() {
		for (Object msg = this.held.first(); msg != null && admit(msg); msg = this.held.first()) {
			this.held.writeFirst(this::transmit);
		}
		if (this.ended) {
			// Not at once, as above.
			this.wire.executor().execute(() -> this.held.fail(new ClosedChannelException()));
		}
		if (this.held.takeFlush()) {
			flush();
		}
	}

	/**
	 * Return how many records the kernel has sent for this connection.
	 * @return the number under all keys, or {@code null} where the kernel does not tell
	 */
	@Nullable Long recordsSent() {
		if (!this.sequenceReadable || this.recordsUncertain) {
			return null;
		}
		try {
			return this.recordsBefore + this.socket.transmitSequenceNumber(this.keys.suite()) - this.firstRecord;
		}
		catch (Throwable ex) {
			// Memory may be short. Nobody needs to know who only watches.
			return null;
		}
	}

	CipherSuite suite() {
		return this.keys.suite();
	}

	// Keys

	boolean canUpdateKey() {
		return this.keys.canUpdate();
	}

	/**
	 * Answer a KeyUpdate of the peer's that asks for one: at once if the socket has room,
	 * else before the next slice or write.
	 */
	void keyUpdateRequested() {
		if (!this.keys.canUpdate()) {
			drain(KtlsDrainEvent.Reason.KEY_UPDATE);
			return;
		}
		this.keyUpdateOwed = true;
		if (this.checkpointQueued) {
			return;
		}
		try {
			// What was written and not sent yet is charged to the next key then, too.
			if (!update()) {
				queueCheckpoint();
			}
		}
		catch (IOException | RuntimeException | Error ex) {
			if (ex instanceof IOException failure && KtlsSocket.isPeerGone(failure)) {
				logger.debug("{} The client does not wait for the answer to its KeyUpdate", this.wire.channel(), ex);
			}
			else {
				logger.warn("{} The key could not be replaced; closing the connection", this.wire.channel(), ex);
			}
			closeAtOnce();
		}
	}

	// Have the connection end after the response under way.
	private void drain(KtlsDrainEvent.Reason reason) {
		if (drained(reason)) {
			this.drain.accept(reason);
		}
	}

	/**
	 * Take note that the connection ends after the response under way.
	 * @param reason why
	 * @return whether that is new
	 */
	boolean drained(KtlsDrainEvent.Reason reason) {
		this.lingering |= reason == KtlsDrainEvent.Reason.KEY_UPDATE;
		if (this.draining) {
			return false;
		}
		this.draining = true;
		this.statistics.drain(reason);
		logger.debug("{} Closing after the response: {}", this.wire.channel(), reason);
		return true;
	}

	/**
	 * Return whether the peer is likely to be sending when the connection is closed.
	 * Closing would then reset it, and the reset could overtake the end of the response.
	 * @return whether to wait for the peer to close
	 */
	boolean isLingering() {
		return this.lingering || this.inputStuck;
	}

	private void checkBudget() {
		// A KeyUpdate must not follow the close_notify. What comes before that, and is
		// more than can be afforded, asks for a checkpoint itself.
		if (this.budget.isHalfSpent() && !this.draining && !this.closing) {
			queueCheckpoint();
		}
	}

	private void queueCheckpoint() {
		if (this.checkpointQueued || this.ended) {
			return;
		}
		this.checkpointQueued = true;
		this.wire.writeAndFlush(new ControlRegion(this::checkpoint)).addListener((passed) -> {
			this.checkpointQueued = false;
			this.checkpointPassed = true;
			SlicedFile waiting = this.file;
			if (waiting != null && !waiting.isUnderWay() && passed.isSuccess()) {
				nextSlice(waiting);
				this.wire.flush();
			}
			resume();
			this.checkpointPassed = false;
		});
	}

	private boolean checkpoint() throws IOException {
		if (this.sequenceReadable) {
			this.budget.learned(this.socket.transmitSequenceNumber(this.keys.suite()));
		}
		if (!this.keyUpdateOwed && !this.budget.isHalfSpent()) {
			return true;
		}
		if (!this.keys.canUpdate()) {
			drain(KtlsDrainEvent.Reason.RECORD_LIMIT);
			return true;
		}
		if (!update()) {
			return false;
		}
		this.budget.learned(0);
		return true;
	}

	// Asked behind the KeyUpdate, which may have had an open record sent before it.
	private void lastRecordSent() {
		Long sent = recordsSent();
		this.recordsUncertain |= sent == null;
		this.recordsBefore = (sent != null) ? sent : 0;
		this.firstRecord = 0;
	}

	private boolean update() throws IOException {
		if (!this.keys.update(this.socket, this::lastRecordSent)) {
			return false;
		}
		this.keyUpdateOwed = false;
		this.statistics.keyUpdateSent();
		return true;
	}

	// Ending

	// One more record under this key could be one too many.
	private void exhausted() {
		if (!this.ended) {
			logger.warn("{} As many records as its key may protect were sent; closing the connection",
					this.wire.channel());
			this.ended = true;
			// Not at once, as above: who hears that the channel is closed may write
			// again.
			this.wire.executor().execute(() -> sendLast(() -> Alerts.closeNotify(this.socket)));
		}
	}

	/**
	 * Send a fatal alert, if the socket has room for it, and close.
	 * @param description what the alert says
	 */
	void fail(AlertDescription description) {
		logger.debug("{} Closing with alert {}", this.wire.channel(), description);
		end(() -> Alerts.fatal(this.socket, description));
	}

	private void end(ControlRegion.Action lastRecord) {
		if (this.ended || !this.wire.channel().isActive()) {
			return;
		}
		this.ended = true;
		sendLast(lastRecord);
	}

	private void sendLast(ControlRegion.Action lastRecord) {
		if (!this.wire.channel().isActive()) {
			return;
		}
		try {
			if (lastRecord.attempt()) {
				closeBehindAlert();
			}
			else {
				// Behind the slice that is being sent, if the peer goes on reading.
				ScheduledFuture<?> timer = this.wire.executor()
					.schedule(this::closeAtOnce, MAX_ALERT_DELAY_MILLIS, TimeUnit.MILLISECONDS);
				this.wire.writeAndFlush(new ControlRegion(lastRecord)).addListener((sent) -> {
					timer.cancel(false);
					closeBehindAlert();
				});
			}
		}
		catch (IOException | RuntimeException | Error ex) {
			// Memory may be short, too; nobody else closes a connection that has ended.
			logger.debug("{} The alert could not be sent", this.wire.channel(), ex);
			closeAtOnce();
		}
	}

	// What the kernel could not read it keeps, so closing would reset the connection, and
	// the reset could overtake the alert.
	private void closeBehindAlert() {
		if (this.inputStuck && this.wire.channel() instanceof SocketChannel channel && channel.isActive()) {
			channel.shutdownOutput();
			ScheduledFuture<?> timer = this.wire.executor()
				.schedule(() -> this.wire.close(), MAX_LINGER_MILLIS, TimeUnit.MILLISECONDS);
			channel.closeFuture().addListener((closed) -> timer.cancel(false));
		}
		else {
			closeAtOnce();
		}
	}

	/**
	 * Take note that nothing more can be read, and what has come cannot be discarded
	 * either.
	 */
	void inputStuck() {
		this.inputStuck = true;
	}

	/**
	 * Close without another record.
	 */
	void closeAtOnce() {
		this.ended = true;
		this.wire.close();
	}

	/**
	 * Take note that this side's end was told: what is still written, by an event stream
	 * for instance, goes nowhere.
	 */
	void outputEnded() {
		this.ended = true;
	}

	/**
	 * Take note that the connection is being closed from here, in order.
	 */
	void closing() {
		this.closing = true;
	}

	/**
	 * Return whether the connection is being closed from here.
	 * @return whether it is this side that ends it
	 */
	boolean isClosing() {
		return this.closing || this.ended;
	}

	/**
	 * Return whether nothing may be sent any more.
	 * @return whether the connection was closed from here
	 */
	boolean isEnded() {
		return this.ended;
	}

	/**
	 * Wipe the keys to come and fail what is held back. To be called when the connection
	 * is closed.
	 */
	void release() {
		this.ended = true;
		this.push.cancel();
		this.keys.close();
		ClosedChannelException closed = new ClosedChannelException();
		if (this.file != null) {
			this.file.fail(closed);
			this.file = null;
		}
		this.held.fail(closed);
	}

}
