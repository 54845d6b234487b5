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

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

import io.github.ktls.secrets.HandshakeMessages;

/**
 * Finds out what BoringSSL, which still reads for a connection whose sending side is
 * offloaded, would have answered to what it read. What it encrypts is overwritten here
 * and goes nowhere: its key and its sequence numbers are void. Used on the event loop.
 */
final class EngineWatch {

	/** Room for a KeyUpdate or an alert. */
	private static final int OUTPUT_CAPACITY = 1024;

	private boolean output;

	/**
	 * Take note that the engine wanted to send something of its own accord.
	 */
	void outputDiscarded() {
		this.output = true;
	}

	/**
	 * Return whether the engine wanted to send something of its own accord, which is
	 * nothing but an alert.
	 * @return whether it did so since the last call
	 */
	boolean takeOutput() {
		boolean taken = this.output;
		this.output = false;
		return taken;
	}

	/**
	 * Return whether {@link #takeOutput} would say so.
	 * @return whether there is something to find out
	 */
	boolean hasOutput() {
		return this.output;
	}

	/**
	 * Ask the engine.
	 * @param engine the engine
	 * @param alloc makes a buffer
	 * @return what it has to say
	 */
	Verdict ask(SSLEngine engine, ByteBufAllocator alloc) {
		if (engine.isInboundDone() || engine.isOutboundDone()) {
			return Verdict.NOTHING;
		}
		HandshakeMessages.flush(engine, alloc);
		ByteBuf scratch = alloc.directBuffer(OUTPUT_CAPACITY);
		try {
			boolean any = false;
			while (engine.wrap(Unpooled.EMPTY_BUFFER.nioBuffer(), scratch.internalNioBuffer(0, OUTPUT_CAPACITY))
				.bytesProduced() > 0) {
				any = true;
			}
			return any ? Verdict.KEY_UPDATE_OWED : Verdict.NOTHING;
		}
		catch (SSLException ex) {
			return new Verdict(false, ex);
		}
		finally {
			scratch.setZero(0, OUTPUT_CAPACITY);
			scratch.release();
		}
	}

	/**
	 * What the engine has to say.
	 *
	 * @param keyUpdateOwed whether the peer asked for a KeyUpdate
	 * @param failure the error that ended the connection for it
	 */
	record Verdict(boolean keyUpdateOwed, @Nullable SSLException failure) {

		static final Verdict NOTHING = new Verdict(false, null);

		static final Verdict KEY_UPDATE_OWED = new Verdict(true, null);

	}

}
