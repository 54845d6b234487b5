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

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.OffloadMode;

/**
 * Where one connection's TLS records are made. Written on the connection's event loop,
 * may be read from any thread.
 */
public final class KtlsConnection {

	private static final AttributeKey<KtlsConnection> KEY = AttributeKey.valueOf(KtlsConnection.class, "connection");

	private volatile State state = State.HANDSHAKING;

	private volatile @Nullable KtlsFallback fallback;

	private volatile @Nullable OffloadMode transmitMode;

	private volatile @Nullable OffloadMode receiveMode;

	private volatile boolean inputDiscarded;

	KtlsConnection() {
	}

	/**
	 * Return the connection of a channel.
	 * @param channel the channel, or a stream of it (HTTP/2)
	 * @return the connection, or {@code null} where kernel TLS is not available or TLS is
	 * somebody else's
	 */
	public static @Nullable KtlsConnection of(Channel channel) {
		boolean stream = !channel.hasAttr(KEY) && channel.parent() != null;
		Channel connected = stream ? channel.parent() : channel;
		return connected.hasAttr(KEY) ? connected.attr(KEY).get() : null;
	}

	void attachTo(Channel channel) {
		channel.attr(KEY).set(this);
	}

	/**
	 * Return whether the kernel encrypts what this connection sends.
	 * @return whether the sending side is offloaded
	 */
	public boolean isOffloaded() {
		return this.state == State.OFFLOADED;
	}

	/**
	 * Return whether this connection is just being handed over. What is written meanwhile
	 * waits, and is the kernel's to encrypt unless that fails.
	 * @return whether writes are held back
	 */
	public boolean isBeingHandedOver() {
		return this.state == State.SWITCHING;
	}

	/**
	 * Return whether the kernel decrypts what this connection receives.
	 * @return whether the receiving side is offloaded
	 */
	public boolean isReceiveOffloaded() {
		return this.receiveMode != null;
	}

	/**
	 * Return who encrypts what this connection sends.
	 * @return the kernel or a network card, or {@code null} where the TLS engine does
	 */
	public @Nullable OffloadMode transmitMode() {
		return this.transmitMode;
	}

	/**
	 * Return who decrypts what this connection receives.
	 * @return the kernel or a network card, or {@code null} where the TLS engine does
	 */
	public @Nullable OffloadMode receiveMode() {
		return this.receiveMode;
	}

	/**
	 * Take note that the kernel has the sending key. That alone does not lead writes past
	 * the TLS engine.
	 * @param mode who encrypts
	 */
	void transmitInstalled(OffloadMode mode) {
		this.transmitMode = mode;
	}

	void receiveOffloaded(OffloadMode mode) {
		this.receiveMode = mode;
	}

	/**
	 * Return whether this connection is certain to stay in user space.
	 * @return whether it will not be handed over any more
	 */
	public boolean isInUserSpaceForGood() {
		return this.state == State.USER_SPACE;
	}

	/**
	 * Return why this connection stays in user space.
	 * @return the reason, or {@code null} where it is offloaded or nothing is decided yet
	 */
	public @Nullable KtlsFallback fallback() {
		return this.fallback;
	}

	/**
	 * Return whether what is received is of no use any more.
	 * @return whether to discard it
	 */
	boolean isInputDiscarded() {
		return this.inputDiscarded;
	}

	void discardInput() {
		this.inputDiscarded = true;
	}

	State state() {
		return this.state;
	}

	void transitionTo(State state) {
		this.state = state;
	}

	void fallBack(KtlsFallback fallback) {
		this.fallback = fallback;
		this.state = State.USER_SPACE;
	}

	@Override
	public String toString() {
		return "KtlsConnection[" + this.state + "]";
	}

	/**
	 * The life of a connection, in this order; {@link #OFFLOADED} and {@link #USER_SPACE}
	 * are final.
	 */
	enum State {

		/** The TLS handshake is not complete. */
		HANDSHAKING,

		/** The TLS engine does everything; the connection may be handed over later. */
		CANDIDATE,

		/** What is encrypted is being flushed; new writes wait. */
		SWITCHING,

		/** The kernel encrypts what is sent. */
		OFFLOADED,

		/** The TLS engine does everything, for good. */
		USER_SPACE

	}

}
