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

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.linux.Errno;
import io.github.ktls.tls.CipherSuite;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CapabilityProbe}.
 */
class CapabilityProbeTests {

	private final FakeKernel kernel = new FakeKernel();

	@ParameterizedTest
	@MethodSource
	void whenCallIsRefusedThenNothingWorksForTheRightReason(Call call, int errno, KtlsFallbackReason reason) {
		KtlsCapabilities capabilities = probe(this.kernel.refuse(call, errno));
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).hasValueSatisfying((fallback) -> {
				assertThat(fallback.reason()).isEqualTo(reason);
				assertThat(fallback.detail()).contains(Errno.nameOf(errno));
			});
		}
		assertThat(capabilities.isAnyTransmit()).isFalse();
		assertEverythingIsCleanedUp();
	}

	static Stream<Arguments> whenCallIsRefusedThenNothingWorksForTheRightReason() {
		int[] errnos = { Errno.EPERM, Errno.EBUSY, Errno.ENOMEM, Errno.EINVAL, Errno.ENOPROTOOPT };
		Stream<Arguments> refused = Arrays.stream(Call.values())
			// The key's presence is not asked for by its error number.
			.filter((call) -> call != Call.GET_OPTION)
			.flatMap((call) -> Arrays.stream(errnos)
				.mapToObj((errno) -> Arguments.of(call, errno, KtlsFallbackReason.SYSTEM_CALL_REFUSED)));
		return Stream.concat(refused,
				Stream.of(Arguments.of(Call.ATTACH, Errno.ENOENT, KtlsFallbackReason.MODULE_MISSING),
						Arguments.of(Call.INSTALL, Errno.ENOENT, KtlsFallbackReason.CIPHER_NOT_IN_KERNEL)));
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = { "NONE", "DRIPS", "REFUSES_AFTER_INSTALLATION" })
	void whenKernelEncryptsWronglyThenItIsFoundOut(Fault fault) {
		KtlsCapabilities capabilities = probe(this.kernel.pretend(fault));
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).hasValueSatisfying((fallback) -> {
				assertThat(fallback.reason()).isEqualTo(KtlsFallbackReason.PROBE_FAILED);
				assertThat(fallback.detail()).startsWith(suite.version().jsseName() + " " + suite.aead() + ": ");
			});
		}
		assertEverythingIsCleanedUp();
	}

	@Test
	void whenKeyIsNotThereAfterwardsThenProbeFails() {
		KtlsCapabilities capabilities = probe(this.kernel.refuse(Call.GET_OPTION, Errno.EBUSY));
		assertThat(capabilities.transmitFallback(CipherSuite.TLS_AES_128_GCM_SHA256)).map(KtlsFallback::detail)
			.hasValueSatisfying((detail) -> assertThat(detail).endsWith("the key was taken but is not there"));
		assertEverythingIsCleanedUp();
	}

	@ParameterizedTest
	@EnumSource(names = { "NONE", "DRIPS" })
	void whenKernelEncryptsAsItShouldThenEverythingWorks(Fault fault) {
		KtlsCapabilities capabilities = probe(this.kernel.pretend(fault));
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).isEmpty();
		}
		assertThat(capabilities.isAnyTransmit()).isTrue();
		assertThat(capabilities.firstFallback()).isEmpty();
		assertThat(capabilities.describe()).isEqualTo("TLSv1.2 AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305; "
				+ "TLSv1.3 AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305");
		assertEverythingIsCleanedUp();
	}

	@Test
	void eachVersionAndCipherIsTriedOnce() {
		probe(this.kernel);
		assertThat(this.kernel.keyBuffers()).hasSize(6);
	}

	@Test
	void whenKernelLacksOneCipherThenTheOthersWork() {
		FakeKernel withoutChaCha20 = this.kernel.withoutCipher(54);
		KtlsCapabilities capabilities = probe(withoutChaCha20);
		assertThat(capabilities.transmitFallback(CipherSuite.TLS_CHACHA20_POLY1305_SHA256)).map(KtlsFallback::reason)
			.isEqualTo(Optional.of(KtlsFallbackReason.CIPHER_NOT_IN_KERNEL));
		assertThat(capabilities.transmitFallback(CipherSuite.TLS_AES_128_GCM_SHA256)).isEmpty();
		assertThat(capabilities.describe())
			.isEqualTo("TLSv1.2 AES_128_GCM, AES_256_GCM; TLSv1.3 AES_128_GCM, AES_256_GCM");
		assertThat(capabilities.firstFallback()).isPresent();
	}

	private static KtlsCapabilities probe(FakeKernel kernel) {
		return new CapabilityProbe(kernel).probe();
	}

	private void assertEverythingIsCleanedUp() {
		assertThat(this.kernel.openDescriptors()).isEmpty();
		assertThat(this.kernel.keyBuffers()).allSatisfy((buffer) -> {
			for (int i = 0; i < buffer.capacity(); i++) {
				assertThat(buffer.get(i)).isZero();
			}
		});
	}

}
