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

/**
 * User event that says that an offloaded connection has to end soon, but not before the
 * response under way is complete. Whoever knows where that ends claims the event and
 * closes the channel there; if nobody does, it is closed at once. Used on the event loop.
 */
public final class KtlsDrainEvent {

	private final Reason reason;

	private final boolean inputEnded;

	private boolean claimed;

	/**
	 * Create a new event.
	 * @param reason why the connection has to end
	 * @param inputEnded whether nothing more will be received
	 */
	public KtlsDrainEvent(Reason reason, boolean inputEnded) {
		this.reason = reason;
		this.inputEnded = inputEnded;
	}

	/**
	 * Return why the connection has to end.
	 * @return the reason
	 */
	public Reason reason() {
		return this.reason;
	}

	/**
	 * Return whether nothing more will be received, so that a request that is not
	 * complete never will be.
	 * @return whether the input has ended
	 */
	public boolean isInputEnded() {
		return this.inputEnded;
	}

	/**
	 * Undertake to close the channel when the response under way is complete.
	 */
	public void claim() {
		this.claimed = true;
	}

	/**
	 * Return whether somebody will close the channel.
	 * @return whether {@link #claim} was called
	 */
	public boolean isClaimed() {
		return this.claimed;
	}

	@Override
	public String toString() {
		return "KtlsDrainEvent[" + this.reason + "]";
	}

	/**
	 * Why a connection has to end.
	 */
	public enum Reason {

		/**
		 * The client changed its key, or asked for ours to be changed, which this kernel
		 * cannot do.
		 */
		KEY_UPDATE,

		/**
		 * So many records were sent under one key that soon there may be no more, and
		 * this kernel cannot replace it.
		 */
		RECORD_LIMIT,

		/**
		 * The client has sent its close_notify: it will send nothing more, but may still
		 * read (RFC 8446 section 6.1).
		 */
		CLOSE_NOTIFY

	}

}
