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

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallback;

/**
 * Says of a server whether kernel TLS is used, and if not, why. Thread-safe.
 */
public final class AvailabilityReport {

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(AvailabilityReport.class);

	private final KernelTlsOptions options;

	/**
	 * Create a new instance.
	 * @param options what the user decided
	 */
	public AvailabilityReport(KernelTlsOptions options) {
		this.options = options;
	}

	/**
	 * Note that kernel TLS is not available, unless it is required.
	 * @param obstacle why not
	 * @throws KtlsRequiredException if it is required
	 */
	public void unavailable(KtlsFallback obstacle) {
		this.options.status().unavailable(obstacle);
		if (this.options.required()) {
			throw new KtlsRequiredException(obstacle);
		}
		this.options.statistics().unavailable(obstacle.reason());
		logger.info("Kernel TLS is not used: {}", obstacle);
	}

	/**
	 * Note that kernel TLS is not available for receiving, unless it is required. Sending
	 * goes on.
	 * @param obstacle why not
	 * @throws KtlsRequiredException if it is required
	 */
	void receiveUnavailable(KtlsFallback obstacle) {
		if (this.options.required()) {
			throw KtlsRequiredException.forReceiving(obstacle);
		}
		this.options.statistics().receiveUnavailable(obstacle.reason());
	}

	/**
	 * Note that kernel TLS is used for receiving although something speaks against it.
	 * @param overridden what the user does not mind
	 */
	void receiveDespite(KtlsFallback overridden) {
		logger.warn("Kernel TLS is used for receiving despite {}", overridden);
	}

	/**
	 * Note that kernel TLS is used.
	 * @param use how
	 * @param receiveObstacle why it is not for receiving, or {@code null} where it is, or
	 * nobody asked
	 */
	void used(String use, @Nullable KtlsFallback receiveObstacle) {
		this.options.status().used(receiveObstacle);
		logger.info("Kernel TLS is used for {}", use);
	}

}
