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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.linux.NativeIoException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KtlsFallback} and {@link KtlsFallbackReason}.
 */
class KtlsFallbackTests {

	@ParameterizedTest
	@CsvSource({ "setsockopt(TCP_ULP), 2, MODULE_MISSING, ENOENT",
			"setsockopt(TLS_TX), 2, CIPHER_NOT_IN_KERNEL, ENOENT", "setsockopt(TCP_ULP), 1, SYSTEM_CALL_REFUSED, EPERM",
			"setsockopt(TCP_ULP), 17, SYSTEM_CALL_REFUSED, EEXIST",
			"setsockopt(TCP_ULP), 92, SYSTEM_CALL_REFUSED, ENOPROTOOPT",
			"setsockopt(TLS_TX), 12, SYSTEM_CALL_REFUSED, ENOMEM", "setsockopt(TLS_TX), 16, SYSTEM_CALL_REFUSED, EBUSY",
			"setsockopt(TLS_TX), 22, SYSTEM_CALL_REFUSED, EINVAL",
			"setsockopt(TLS_TX), 92, SYSTEM_CALL_REFUSED, ENOPROTOOPT",
			"setsockopt(TLS_RX), 92, RECEIVE_NOT_IN_KERNEL, ENOPROTOOPT",
			"setsockopt(TLS_RX), 2, CIPHER_NOT_IN_KERNEL, ENOENT", "setsockopt(TLS_RX), 1, SYSTEM_CALL_REFUSED, EPERM",
			"recvmsg, 92, SYSTEM_CALL_REFUSED, ENOPROTOOPT", "sendmsg, 32, CONNECTION_CLOSING, EPIPE",
			"setsockopt(TCP_ULP), 107, CONNECTION_CLOSING, ENOTCONN",
			"setsockopt(TLS_TX), 104, CONNECTION_CLOSING, ECONNRESET" })
	void failedCallsHaveTheirReason(String call, int errno, KtlsFallbackReason reason, String name) {
		assertThat(KtlsFallback.of(new NativeIoException(call, errno)))
			.isEqualTo(new KtlsFallback(reason, call + " failed with " + name));
	}

	@Test
	void otherFailuresAreRefusedCalls() {
		assertThat(KtlsFallback.of(new IOException("broken")))
			.isEqualTo(new KtlsFallback(KtlsFallbackReason.SYSTEM_CALL_REFUSED, "broken"));
	}

	@Test
	void textHasReasonDetailAndAdvice() {
		KtlsFallbackReason reason = KtlsFallbackReason.MODULE_MISSING;
		assertThat(new KtlsFallback(reason, "setsockopt"))
			.hasToString("MODULE_MISSING (setsockopt): " + reason.getAdvice());
		assertThat(KtlsFallback.of(reason)).hasToString("MODULE_MISSING: " + reason.getAdvice());
	}

	@ParameterizedTest
	@EnumSource
	void everyReasonHasAFullSentence(KtlsFallbackReason reason) {
		assertThat(reason.getAdvice()).matches("[A-Zn].{40,}\\.").doesNotContain("  ");
	}

	@ParameterizedTest
	@CsvSource({ "MODULE_MISSING, modprobe tls", "MODULE_MISSING, /etc/modules-load.d",
			"CIPHER_NOT_IN_KERNEL, modprobe chacha20poly1305", "NATIVE_ACCESS_UNAVAILABLE, jna.tmpdir",
			"EPOLL_UNAVAILABLE, netty-transport-native-epoll", "TCNATIVE_UNAVAILABLE, netty-tcnative-boringssl-static",
			"SSL_NOT_ENABLED, server.ssl", "RECEIVE_ADVISORY, server.ssl.ktls.receive-despite-advisories",
			"RECEIVE_NOT_IN_KERNEL, Linux 4.17", "SYSTEM_CALL_REFUSED, seccomp" })
	void adviceNamesWhatHelps(KtlsFallbackReason reason, String help) {
		assertThat(reason.getAdvice()).contains(help);
	}

}
