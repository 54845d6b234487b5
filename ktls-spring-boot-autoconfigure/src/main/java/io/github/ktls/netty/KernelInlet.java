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
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.ContentType;

/**
 * The receiving side of a connection that the kernel reads for. Netty's transport goes on
 * receiving, but before each time this looks at what comes next: application data, or the
 * end, is the transport's; any other record is taken out here, as the transport would
 * take it for an error ({@code net/tls/tls_sw.c}, {@code tls_sw_recvmsg}: {@code EIO}
 * where there is no room for its type). Used on the event loop.
 */
final class KernelInlet implements ReceiveHook.Reader {

	/** Longest content of a record. */
	private static final int MAX_CONTENT = 16 * 1024;

	private static final long MIN_PAUSE_MILLIS = 1;

	private static final long MAX_PAUSE_MILLIS = 64;

	/** So that a peer which sends nothing but such does not keep others waiting. */
	private static final int MAX_CONTROL_RECORDS_AT_ONCE = 64;

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(KernelInlet.class);

	private final ChannelHandlerContext wire;

	private final ReceiveHandler gate;

	private final KtlsSocket socket;

	private final ReceiveKeys keys;

	private final PeerMessages messages;

	private final Listener listener;

	/** Receives what is looked at only. */
	private final ByteBuffer glance = ByteBuffer.allocateDirect(1);

	private int fruitless;

	private long pauseMillis = MIN_PAUSE_MILLIS;

	/** What was wrong with a record behind the data received last. */
	private @Nullable IOException failure;

	/** The peer has sent its close_notify. */
	private boolean closed;

	private boolean ended;

	private boolean wokenAfterEnd;

	/**
	 * Create the inlet of a connection whose receiving key the kernel has.
	 * @param wire the context behind the TLS engine
	 * @param gate what the transport is asked to receive through
	 * @param socket the connection's kernel TLS
	 * @param keys the keys to come, which this object owns from here
	 * @param listener is told what came besides data
	 */
	KernelInlet(ChannelHandlerContext wire, ReceiveHandler gate, KtlsSocket socket, ReceiveKeys keys,
			Listener listener) {
		this.wire = wire;
		this.gate = gate;
		this.socket = socket;
		this.keys = keys;
		this.messages = new PeerMessages(keys.suite().version());
		this.listener = listener;
	}

	@Override
	public int beforeReceive() {
		if (this.ended) {
			wokenAfterEnd();
		}
		try {
			throwFailure();
			int rounds = 0;
			while (!this.ended && this.wire.channel().isOpen() && rounds++ < MAX_CONTROL_RECORDS_AT_ONCE) {
				int length = this.socket.peek(this.glance);
				if (length == KtlsSocket.END_OF_STREAM) {
					return ANY;
				}
				if (length == KtlsSocket.WOULD_BLOCK) {
					nothingCame();
					break;
				}
				if (length == KtlsSocket.KEY_EXPIRED) {
					keyExpired();
					continue;
				}
				this.fruitless = 0;
				this.pauseMillis = MIN_PAUSE_MILLIS;
				if (this.socket.contentType() == ContentType.APPLICATION_DATA.value()) {
					if (this.messages.isIncomplete() && !this.closed) {
						// RFC 8446 section 5.1: nothing may come in between.
						refuse(AlertDescription.UNEXPECTED_MESSAGE);
						break;
					}
					this.messages.dataReceived();
					if (length > 0) {
						return ANY;
					}
				}
				takeOut();
			}
		}
		catch (IOException ex) {
			logger.debug("{} The kernel cannot receive", this.wire.channel(), ex);
			if (!refuse(ex)) {
				PlatformDependent.throwException(told(ex));
			}
		}
		if (this.ended && this.wire.channel().isOpen()) {
			// There may be more to receive for as long as the connection is open.
			this.gate.pause();
		}
		throw new NothingToReceiveException();
	}

	/**
	 * Look for an error that the kernel came upon behind the data which the transport has
	 * just received: it would fail the response to it.
	 */
	@Override
	public void received() {
		if (this.failure == null) {
			this.failure = this.socket.takePendingError();
		}
	}

	/**
	 * Do the same before something is sent, and act on it soon.
	 */
	void beforeSending() {
		received();
		if (this.failure != null && !this.ended) {
			this.wire.executor().execute(this::afterReceive);
		}
	}

	private void throwFailure() throws IOException {
		IOException pending = this.failure;
		if (pending != null) {
			this.failure = null;
			throw pending;
		}
	}

	/**
	 * Take out what lies behind data that the transport has received. It may have
	 * decrypted a KeyUpdate along with it, and until the next key is there the kernel
	 * does not say that there is anything to read ({@code net/tls/tls_main.c},
	 * {@code tls_sk_poll}).
	 */
	void afterReceive() {
		if (this.ended || !this.wire.channel().isOpen()) {
			return;
		}
		try {
			throwFailure();
			int rounds = 0;
			while (this.keys.canUpdate() && !this.ended && this.wire.channel().isOpen()) {
				if (rounds++ == MAX_CONTROL_RECORDS_AT_ONCE) {
					this.wire.executor().execute(this::afterReceive);
					return;
				}
				int length = this.socket.peek(this.glance);
				if (length == KtlsSocket.KEY_EXPIRED) {
					keyExpired();
				}
				else if (length < 0 || this.socket.contentType() == ContentType.APPLICATION_DATA.value()) {
					return;
				}
				else {
					takeOut();
				}
			}
		}
		catch (IOException ex) {
			logger.debug("{} The kernel cannot receive", this.wire.channel(), ex);
			if (!refuse(ex)) {
				// The transport might not be told again that there is something to
				// receive.
				this.ended = true;
				this.listener.failed(told(ex));
			}
		}
	}

	// Take out a record that is not application data, or data of no length together with
	// what follows it.
	private void takeOut() throws IOException {
		ByteBuf content = this.wire.alloc().directBuffer(MAX_CONTENT);
		try {
			int length = this.socket.receive(content.internalNioBuffer(0, MAX_CONTENT));
			if (length < 0) {
				return;
			}
			content.writerIndex(length);
			if (this.closed) {
				return;
			}
			if (this.socket.contentType() != ContentType.APPLICATION_DATA.value()) {
				act(this.messages.read(this.socket.contentType(), content.nioBuffer()));
			}
			else if (length > 0) {
				this.listener.data(content.retain());
			}
		}
		finally {
			content.release();
		}
	}

	// The kernel takes the first byte of a KeyUpdate for the whole of it. Where there is
	// more to come it comes under the same key.
	private void keyExpired() throws IOException {
		if (this.messages.isIncomplete() && !this.closed) {
			this.socket.resumeReceive(this.keys.suite());
			this.listener.keyInstalledAgain();
		}
		else {
			refuse(AlertDescription.UNEXPECTED_MESSAGE);
		}
	}

	private void act(PeerMessages.Message message) throws IOException {
		switch (message.kind()) {
			case NONE -> this.listener.silentRecord();
			case CLOSE_NOTIFY -> {
				this.closed = true;
				this.listener.closeNotify();
			}
			case FATAL_ALERT -> {
				this.ended = true;
				this.listener.fatalAlert();
			}
			case REFUSED -> refuse((message.alert() != null) ? message.alert() : AlertDescription.UNEXPECTED_MESSAGE);
			case KEY_UPDATE, KEY_UPDATE_REQUESTED -> {
				boolean followed = this.keys.canUpdate();
				if (followed) {
					this.keys.update(this.socket);
				}
				else {
					// Whatever comes now has a key that the kernel will never have.
					this.ended = true;
				}
				this.listener.keyUpdate(followed, message.kind() == PeerMessages.Kind.KEY_UPDATE_REQUESTED);
			}
		}
	}

	// Reactor Netty and Spring know a client that has gone by these words.
	private static IOException told(IOException failure) {
		if (!KtlsSocket.isPeerGone(failure)) {
			return failure;
		}
		IOException told = new IOException("recvmsg(..) failed: Connection reset by peer");
		// Not as its cause, whose words would be looked at instead.
		told.addSuppressed(failure);
		return told;
	}

	// Return whether it is a record of the peer's that is at fault.
	private boolean refuse(IOException failure) {
		Optional<AlertDescription> alert = KtlsSocket.alert(failure);
		alert.ifPresent(this::refuse);
		return alert.isPresent();
	}

	private void refuse(AlertDescription alert) {
		this.ended = true;
		if (this.closed) {
			// RFC 8446 section 6.1: what comes behind a close_notify is to be ignored.
			this.listener.stuck();
		}
		else {
			this.listener.refused(alert);
		}
	}

	/**
	 * Receive nothing more.
	 */
	void end() {
		this.ended = true;
	}

	// The socket counts as readable, and yet there is no whole record: kernels before 6.5
	// say so as long as a part of one is there. A record of no length does the same while
	// it is looked at only.
	private void nothingCame() throws IOException {
		if (++this.fruitless < 2) {
			return;
		}
		takeOut();
		if (this.fruitless > 2 && !this.ended && this.gate.pause()) {
			pause();
		}
	}

	private void pause() {
		this.wire.executor().schedule(() -> {
			if (!this.ended) {
				this.gate.resume();
			}
		}, this.pauseMillis, TimeUnit.MILLISECONDS);
		this.pauseMillis = Math.min(2 * this.pauseMillis, MAX_PAUSE_MILLIS);
	}

	// Nobody asks the transport to receive any more, so it is the socket that speaks:
	// once, perhaps, to say that the peer has closed its side, and again and again if the
	// connection is gone.
	private void wokenAfterEnd() {
		if (this.wokenAfterEnd) {
			PlatformDependent.throwException(new IOException("Connection reset by peer"));
		}
		this.wokenAfterEnd = true;
	}

	/**
	 * Wipe the keys to come. To be called when the connection is closed.
	 */
	void release() {
		this.ended = true;
		this.keys.close();
	}

	/**
	 * Is told what came besides data.
	 */
	interface Listener {

		/**
		 * Take data that could not be left to the transport.
		 * @param content the data, which the listener owns from here
		 */
		void data(ByteBuf content);

		/**
		 * Take note of a record that means nothing.
		 */
		void silentRecord();

		/**
		 * Take note that the peer will send nothing more.
		 */
		void closeNotify();

		/**
		 * Take note that the peer has given the connection up.
		 */
		void fatalAlert();

		/**
		 * Take note that the peer has changed its key.
		 * @param followed whether the kernel could follow; if not, nothing more can be
		 * received
		 * @param requested whether the peer asks for a KeyUpdate in return
		 */
		void keyUpdate(boolean followed, boolean requested);

		/**
		 * Close the connection, as what came has no place here.
		 * @param alert the alert to send
		 */
		void refused(AlertDescription alert);

		/**
		 * Take note that nothing more can be received, and that it does not matter.
		 */
		void stuck();

		/**
		 * Take note that the kernel was given the peer's key for another time.
		 */
		void keyInstalledAgain();

		/**
		 * Close the connection, as the socket has failed.
		 * @param failure why
		 */
		void failed(IOException failure);

	}

}
