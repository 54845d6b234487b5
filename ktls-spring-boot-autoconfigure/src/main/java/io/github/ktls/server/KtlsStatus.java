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

package io.github.ktls.server;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallback;

/**
 * What was found when the server was started. Thread-safe.
 */
public final class KtlsStatus {

	private volatile State state = new State(false, null, null);

	/**
	 * Create the status of a server that was not started yet.
	 */
	public KtlsStatus() {
		// Nothing is known so far.
	}

	void used(@Nullable KtlsFallback receiveObstacle) {
		this.state = new State(true, null, receiveObstacle);
	}

	void unavailable(KtlsFallback obstacle) {
		this.state = new State(false, obstacle, null);
	}

	/**
	 * Return whether the server hands connections over.
	 * @return whether it has been started and nothing stands in the way
	 */
	public boolean isUsed() {
		return this.state.used();
	}

	/**
	 * Return why no connection at all is handed over.
	 * @return the reason, or {@code null} where they are, or the server has not been
	 * started yet
	 */
	public @Nullable KtlsFallback obstacle() {
		return this.state.obstacle();
	}

	/**
	 * Return why no receiving side is handed over although that was asked for.
	 * @return the reason, or {@code null} where they are, or nobody asked
	 */
	public @Nullable KtlsFallback receiveObstacle() {
		return this.state.receiveObstacle();
	}

	/**
	 * All of it at one moment.
	 *
	 * @param used whether connections are handed over
	 * @param obstacle why none is
	 * @param receiveObstacle why no receiving side is
	 */
	private record State(boolean used, @Nullable KtlsFallback obstacle, @Nullable KtlsFallback receiveObstacle) {

	}

}
