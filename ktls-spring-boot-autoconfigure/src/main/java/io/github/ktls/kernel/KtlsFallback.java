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

package io.github.ktls.kernel;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;

/**
 * One outcome of not using kernel TLS: the reason and what is known beyond it.
 *
 * @param reason the reason
 * @param detail what happened, for example the system call with its error number, or
 * {@code null} where the reason says it all; holds no secrets and no peer data
 */
public record KtlsFallback(KtlsFallbackReason reason, @Nullable String detail) {

	/**
	 * Create a fallback without a detail.
	 * @param reason the reason
	 * @return the fallback
	 */
	public static KtlsFallback of(KtlsFallbackReason reason) {
		return new KtlsFallback(reason, null);
	}

	/**
	 * Create a fallback for a failed system call.
	 * @param cause the failure
	 * @return the fallback
	 */
	public static KtlsFallback of(IOException cause) {
		if (cause instanceof NativeIoException failure && failure.getErrno() == Errno.ENOENT) {
			boolean ulp = failure.getCall().contains(KtlsSocket.ULP_OPTION);
			return new KtlsFallback(ulp ? KtlsFallbackReason.MODULE_MISSING : KtlsFallbackReason.CIPHER_NOT_IN_KERNEL,
					cause.getMessage());
		}
		if (cause instanceof NativeIoException failure && isPeerGone(failure.getErrno())) {
			return new KtlsFallback(KtlsFallbackReason.CONNECTION_CLOSING, cause.getMessage());
		}
		if (cause instanceof NativeIoException failure && failure.getErrno() == Errno.ENOPROTOOPT
				&& failure.getCall().contains(KtlsSocket.RX_OPTION)) {
			return new KtlsFallback(KtlsFallbackReason.RECEIVE_NOT_IN_KERNEL, cause.getMessage());
		}
		return new KtlsFallback(KtlsFallbackReason.SYSTEM_CALL_REFUSED, cause.getMessage());
	}

	// The kernel takes a key for an established connection only (net/tls/tls_main.c,
	// tls_init), and one that the peer has begun to close is none.
	private static boolean isPeerGone(int errno) {
		return errno == Errno.ENOTCONN || errno == Errno.EPIPE || errno == Errno.ECONNRESET;
	}

	@Override
	public String toString() {
		return (this.detail != null) ? "%s (%s): %s".formatted(this.reason, this.detail, this.reason.getAdvice())
				: "%s: %s".formatted(this.reason, this.reason.getAdvice());
	}

}
