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

import io.github.ktls.kernel.KtlsFallback;

/**
 * Thrown where a server starts, kernel TLS is required, and it cannot be had.
 */
public final class KtlsRequiredException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient KtlsFallback fallback;

	private final boolean receiving;

	/**
	 * Create a new exception.
	 * @param fallback why it cannot be had
	 */
	public KtlsRequiredException(KtlsFallback fallback) {
		this(fallback, false, "Kernel TLS is required but not available: " + fallback);
	}

	private KtlsRequiredException(KtlsFallback fallback, boolean receiving, String message) {
		super(message);
		this.fallback = fallback;
		this.receiving = receiving;
	}

	/**
	 * Create a new exception for what can be had for sending only.
	 * @param fallback why it cannot be had for receiving
	 * @return the exception
	 */
	public static KtlsRequiredException forReceiving(KtlsFallback fallback) {
		return new KtlsRequiredException(fallback, true,
				"Kernel TLS is required but not available for receiving: " + fallback);
	}

	/**
	 * Return why it cannot be had.
	 * @return the reason, with advice
	 */
	public KtlsFallback getFallback() {
		return this.fallback;
	}

	/**
	 * Return whether it can be had for sending, but not for receiving.
	 * @return whether receiving is what fails
	 */
	public boolean isReceiving() {
		return this.receiving;
	}

}
