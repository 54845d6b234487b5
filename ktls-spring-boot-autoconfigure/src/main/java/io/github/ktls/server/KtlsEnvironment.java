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

import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;

/**
 * What the machine and the class path offer.
 *
 * @param kernel the kernel's TLS
 * @param unavailability why no connection can be handed over, or {@code null} if they can
 */
public record KtlsEnvironment(KernelTls kernel, @Nullable KtlsFallback unavailability) {

	/**
	 * Look at the machine and the class path.
	 * @return what they offer
	 */
	public static KtlsEnvironment detect() {
		return of(KernelTls.get());
	}

	/**
	 * Look at the class path.
	 * @param kernel the kernel's TLS
	 * @return what is offered
	 */
	public static KtlsEnvironment of(KernelTls kernel) {
		return new KtlsEnvironment(kernel, firstObstacle(kernel));
	}

	private static @Nullable KtlsFallback firstObstacle(KernelTls kernel) {
		KtlsFallback obstacle = kernel.unavailabilityCause();
		if (obstacle != null && isOfThePlatform(obstacle.reason())) {
			// That there are no natives for it, either, is none of the user's faults.
			return obstacle;
		}
		if (!Epoll.isAvailable()) {
			return unavailable(KtlsFallbackReason.EPOLL_UNAVAILABLE, Epoll.unavailabilityCause());
		}
		if (!OpenSsl.isAvailable()) {
			return unavailable(KtlsFallbackReason.TCNATIVE_UNAVAILABLE, OpenSsl.unavailabilityCause());
		}
		return obstacle;
	}

	private static boolean isOfThePlatform(KtlsFallbackReason reason) {
		return reason == KtlsFallbackReason.NOT_LINUX || reason == KtlsFallbackReason.UNSUPPORTED_ARCHITECTURE;
	}

	private static KtlsFallback unavailable(KtlsFallbackReason reason, @Nullable Throwable cause) {
		return new KtlsFallback(reason, (cause != null) ? cause.toString() : null);
	}

	/**
	 * Return whether this is an operating system on which nothing is changed.
	 * @return whether it is not Linux
	 */
	public boolean isForeign() {
		return this.unavailability != null && this.unavailability.reason() == KtlsFallbackReason.NOT_LINUX;
	}

}
