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

import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallbackReason;

/**
 * Steers which new connections are handed over, while the server runs: none of them, a
 * percentage, or all. Those that are offloaded stay so. Thread-safe.
 */
public final class KtlsRollout {

	private static final int ALL = 100;

	/** Has no divisor in common with {@link #ALL}, so that each number comes once. */
	private static final int SHUFFLE = 37;

	/** How many connections that could be handed over have asked. */
	private final AtomicLong asked = new AtomicLong();

	private volatile boolean stopped;

	private volatile int percentage;

	/**
	 * Create a new instance that is not stopped.
	 * @param percentage how many of a hundred connections are handed over
	 */
	public KtlsRollout(int percentage) {
		this.percentage = checked(percentage);
	}

	/**
	 * Create an instance that lets all connections be handed over.
	 * @return the instance
	 */
	public static KtlsRollout complete() {
		return new KtlsRollout(ALL);
	}

	/**
	 * Hand no further connection over.
	 */
	public void stop() {
		this.stopped = true;
	}

	/**
	 * Hand connections over again, as many as {@linkplain #getPercentage() the
	 * percentage} says. Those that came meanwhile stay in user space.
	 */
	public void resume() {
		this.stopped = false;
	}

	/**
	 * Return whether no further connection is handed over.
	 * @return whether {@link #stop()} was the last word
	 */
	public boolean isStopped() {
		return this.stopped;
	}

	/**
	 * Return how many of a hundred new connections are handed over.
	 * @return a number from 0 to 100
	 */
	public int getPercentage() {
		return this.percentage;
	}

	/**
	 * Decide how many of a hundred new connections are handed over.
	 * @param percentage a number from 0 to 100
	 */
	public void setPercentage(int percentage) {
		this.percentage = checked(percentage);
	}

	private static int checked(int percentage) {
		if (percentage < 0 || percentage > ALL) {
			throw new IllegalArgumentException("'percentage' must be from 0 to 100");
		}
		return percentage;
	}

	/**
	 * Decide about a connection that was chosen, and whose turn it is only now. Whoever
	 * goes back to none at all wants no more of these either.
	 * @return why it is not handed over any more, or {@code null} if it is
	 */
	@Nullable KtlsFallbackReason declineNow() {
		if (this.stopped) {
			return KtlsFallbackReason.HANDOVERS_STOPPED;
		}
		return (this.percentage == 0) ? KtlsFallbackReason.NOT_ROLLED_OUT : null;
	}

	/**
	 * Decide about a connection that could be handed over. To be called once for each.
	 * @return why it is not, or {@code null} if it is
	 */
	@Nullable KtlsFallbackReason decline() {
		if (this.stopped) {
			return KtlsFallbackReason.HANDOVERS_STOPPED;
		}
		int share = this.percentage;
		// By counting and not by chance, so that a hundred connections are enough to see
		// the share; and shuffled, as those of one kind may come in a rhythm of their
		// own.
		long number = this.asked.getAndIncrement() * SHUFFLE % ALL;
		return (number < share) ? null : KtlsFallbackReason.NOT_ROLLED_OUT;
	}

}
