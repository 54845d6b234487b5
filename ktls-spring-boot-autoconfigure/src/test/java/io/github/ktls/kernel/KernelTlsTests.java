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
import java.util.List;

import org.junit.jupiter.api.Test;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.linux.Errno;
import io.github.ktls.tls.CipherSuite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KernelTls}.
 */
class KernelTlsTests {

	@Test
	void whenUnavailableThenItSaysWhyAndGivesNoSockets() {
		KtlsFallback cause = new KtlsFallback(KtlsFallbackReason.NOT_LINUX, "Plan 9");
		KernelTls kernel = KernelTls.unavailable(cause);
		assertThat(kernel.isAvailable()).isFalse();
		assertThat(kernel.unavailabilityCause()).isEqualTo(cause);
		assertThat(kernel.capabilities().isAnyTransmit()).isFalse();
		assertThat(kernel.capabilities().describe()).isEmpty();
		assertThat(kernel.capabilities().transmitFallback(CipherSuite.TLS_AES_128_GCM_SHA256)).isPresent();
		assertThatExceptionOfType(KtlsException.class).isThrownBy(kernel::ensureAvailability)
			.withMessage("NOT_LINUX (Plan 9): " + KtlsFallbackReason.NOT_LINUX.getAdvice())
			.satisfies((ex) -> assertThat(ex.getFallback()).isEqualTo(cause));
		assertThatExceptionOfType(KtlsException.class).isThrownBy(() -> kernel.socket(5));
	}

	@Test
	void whenModuleIsMissingThenThatIsTheCause() {
		KernelTls kernel = KernelTls.probe(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT));
		assertThat(kernel.isAvailable()).isFalse();
		assertThat(kernel.unavailabilityCause())
			.isEqualTo(new KtlsFallback(KtlsFallbackReason.MODULE_MISSING, "setsockopt(TCP_ULP) failed with ENOENT"));
	}

	@Test
	void whenOneCipherWorksThenItIsAvailable() {
		KernelTls kernel = KernelTls.probe(new FakeKernel().withoutCipher(51).withoutCipher(54));
		assertThat(kernel.isAvailable()).isTrue();
		assertThat(kernel.unavailabilityCause()).isNull();
		assertThat(kernel.capabilities().describe()).isEqualTo("TLSv1.2 AES_256_GCM; TLSv1.3 AES_256_GCM");
	}

	@Test
	void whenAvailableThenItsSocketsUseTheSameKernel() throws IOException {
		FakeKernel fake = new FakeKernel().adoptDescriptors();
		KernelTls kernel = KernelTls.probe(fake);
		kernel.ensureAvailability();
		fake.forgetCalls();
		kernel.socket(5).attach();
		assertThat(fake.calls()).containsExactly(Call.ATTACH);
	}

	@Test
	void whenUnavailableThenNothingIsReceivedEither() {
		KtlsFallback cause = KtlsFallback.of(KtlsFallbackReason.NOT_LINUX);
		KernelTls kernel = KernelTls.unavailable(cause);
		assertThat(kernel.receiveFallback(false)).contains(cause);
		assertThat(kernel.receiveFallback(true)).contains(cause);
		assertThat(kernel.advisories()).isEmpty();
	}

	@Test
	void whenKernelCannotReceiveThenItStillSends() {
		KernelTls kernel = KernelTls.probe(new FakeKernel().withoutReceive(), List.of());
		assertThat(kernel.isAvailable()).isTrue();
		assertThat(kernel.capabilities().isAnyReceive()).isFalse();
		assertThat(kernel.receiveFallback(true)).contains(new KtlsFallback(KtlsFallbackReason.RECEIVE_NOT_IN_KERNEL,
				"setsockopt(TLS_RX) failed with ENOPROTOOPT"));
	}

	@Test
	void whenPeersCanAttackReceivingThenItTakesAnOverride() {
		List<KernelAdvisory> advisories = List.of(new KernelAdvisory("CVE-1-1", "sending", false),
				new KernelAdvisory("CVE-1-2", "receiving", true), new KernelAdvisory("CVE-1-3", "receiving", true));
		KernelTls kernel = KernelTls.probe(new FakeKernel(), advisories);
		assertThat(kernel.advisories()).isEqualTo(advisories);
		assertThat(kernel.receiveFallback(false))
			.contains(new KtlsFallback(KtlsFallbackReason.RECEIVE_ADVISORY, "CVE-1-2, CVE-1-3"));
		assertThat(kernel.receiveFallback(true)).isEmpty();
		assertThat(kernel.isAvailable()).isTrue();
	}

	@Test
	void whenOnlySendingHasAdvisoriesThenReceivingIsAllowed() {
		KernelTls kernel = KernelTls.probe(new FakeKernel(), List.of(new KernelAdvisory("CVE-1-1", "sending", false)));
		assertThat(kernel.receiveFallback(false)).isEmpty();
	}

	@Test
	void advisoriesAreThoseOfTheRunningKernel() {
		assertThat(KernelTls.probe(new FakeKernel()).advisories()).isEqualTo(KernelAdvisories.read());
	}

	@Test
	void theRunningKernelIsProbedOnce() {
		assertThat(KernelTls.get()).isSameAs(KernelTls.get());
		assertThat(KernelTls.get().isAvailable()).isEqualTo(KernelTls.get().unavailabilityCause() == null);
	}

}
