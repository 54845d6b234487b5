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

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.linux.Errno;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CapabilityProbe}.
 */
class CapabilityProbeTests {

	/** The key's presence is not asked for by its error number; the rest comes after. */
	private static final Set<Call> NOT_FOR_SENDING = EnumSet.of(Call.GET_OPTION, Call.REKEY, Call.INSTALL_RECEIVE,
			Call.REKEY_RECEIVE, Call.RECEIVE_RECORD, Call.SEND_MORE);

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
			.filter((call) -> !NOT_FOR_SENDING.contains(call))
			.flatMap((call) -> Arrays.stream(errnos)
				.mapToObj((errno) -> Arguments.of(call, errno, KtlsFallbackReason.SYSTEM_CALL_REFUSED)));
		return Stream.concat(refused,
				Stream.of(Arguments.of(Call.ATTACH, Errno.ENOENT, KtlsFallbackReason.MODULE_MISSING),
						Arguments.of(Call.INSTALL, Errno.ENOENT, KtlsFallbackReason.CIPHER_NOT_IN_KERNEL)));
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.MATCH_NONE,
			names = { "NONE", "DRIPS", "REFUSES_AFTER_INSTALLATION", "RECEIVES_.*", "REKEYS_.*", "TELLS_.*" })
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
		for (Call call : List.of(Call.ATTACH, Call.INSTALL, Call.INSTALL_RECEIVE)) {
			assertThat(this.kernel.calls()).filteredOn(call::equals).hasSize(6);
		}
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

	@ParameterizedTest
	@EnumSource(names = { "NONE", "DRIPS" })
	void whenKernelIsANewOneThenEverythingWorksInBothDirections(Fault fault) {
		KtlsCapabilities capabilities = probe(this.kernel.pretend(fault));
		for (CipherSuite suite : CipherSuite.values()) {
			boolean tls13 = (suite.version() == ProtocolVersion.TLS_1_3);
			assertThat(capabilities.receiveFallback(suite)).isEmpty();
			assertThat(capabilities.canRekeyTransmit(suite)).isEqualTo(tls13);
			assertThat(capabilities.canRekeyReceive(suite)).isEqualTo(tls13);
			assertThat(capabilities.canReadTransmitSequence(suite)).isTrue();
		}
		assertThat(capabilities.isAnyReceive()).isTrue();
		assertThat(capabilities.firstReceiveFallback()).isEmpty();
		assertEverythingIsCleanedUp();
	}

	@Test
	void whenKernelCannotChangeKeysThenTheRestWorks() {
		KtlsCapabilities capabilities = probe(this.kernel.withoutRekey());
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).isEmpty();
			assertThat(capabilities.receiveFallback(suite)).isEmpty();
			assertThat(capabilities.canRekeyTransmit(suite)).isFalse();
			assertThat(capabilities.canRekeyReceive(suite)).isFalse();
		}
		// It is found out without asking the kernel for what it would count as an error.
		assertThat(this.kernel.calls()).doesNotContain(Call.REKEY_RECEIVE);
		assertEverythingIsCleanedUp();
	}

	@Test
	void whenVersionIs12ThenItsKeysAreNotChanged() {
		probe(this.kernel);
		assertThat(this.kernel.calls()).filteredOn(Call.REKEY::equals).hasSize(3);
		assertThat(this.kernel.calls()).filteredOn(Call.REKEY_RECEIVE::equals).hasSize(3);
	}

	@Test
	void whenKernelCannotReceiveThenItCanSend() {
		KtlsCapabilities capabilities = probe(this.kernel.withoutReceive());
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).isEmpty();
			assertThat(capabilities.receiveFallback(suite)).map(KtlsFallback::reason)
				.contains(KtlsFallbackReason.RECEIVE_NOT_IN_KERNEL);
			assertThat(capabilities.canRekeyReceive(suite)).isFalse();
			assertThat(capabilities.canRekeyTransmit(suite)).isEqualTo(suite.version() == ProtocolVersion.TLS_1_3);
		}
		assertThat(capabilities.isAnyReceive()).isFalse();
		assertThat(capabilities.firstReceiveFallback()).isPresent();
		assertEverythingIsCleanedUp();
	}

	@ParameterizedTest
	@CsvSource({ "INSTALL_RECEIVE, 2, CIPHER_NOT_IN_KERNEL", "INSTALL_RECEIVE, 1, SYSTEM_CALL_REFUSED",
			"INSTALL_RECEIVE, 92, RECEIVE_NOT_IN_KERNEL", "RECEIVE_RECORD, 74, SYSTEM_CALL_REFUSED",
			"RECEIVE_RECORD, 1, SYSTEM_CALL_REFUSED", "RECEIVE_RECORD, 127, PROBE_FAILED" })
	void whenReceivingIsRefusedThenOnlyThatDoesNotWork(Call call, int errno, KtlsFallbackReason reason) {
		KtlsCapabilities capabilities = probe(this.kernel.refuse(call, errno));
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).isEmpty();
			assertThat(capabilities.receiveFallback(suite)).map(KtlsFallback::reason).contains(reason);
			assertThat(capabilities.canRekeyReceive(suite)).isFalse();
		}
		assertThat(capabilities.isAnyReceive()).isFalse();
		assertEverythingIsCleanedUp();
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.MATCH_ALL, names = "RECEIVES_.*")
	void whenKernelDecryptsWronglyThenItIsFoundOut(Fault fault) {
		KtlsCapabilities capabilities = new CapabilityProbe(this.kernel.pretend(fault), Duration.ofMillis(1)).probe();
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).isEmpty();
			assertThat(capabilities.receiveFallback(suite)).isPresent();
			assertThat(capabilities.canRekeyReceive(suite)).isFalse();
		}
		assertEverythingIsCleanedUp();
	}

	@ParameterizedTest
	@EnumSource(names = { "REKEY", "REKEY_RECEIVE" })
	void whenChangingAKeyIsRefusedThenOnlyThatDoesNotWork(Call call) {
		KtlsCapabilities capabilities = probe(this.kernel.refuse(call, Errno.EPERM));
		CipherSuite suite = CipherSuite.TLS_AES_128_GCM_SHA256;
		assertThat(capabilities.transmitFallback(suite)).isEmpty();
		assertThat(capabilities.receiveFallback(suite)).isEmpty();
		assertThat(capabilities.canRekeyTransmit(suite)).isEqualTo(call != Call.REKEY);
		assertThat(capabilities.canRekeyReceive(suite)).isEqualTo(call != Call.REKEY_RECEIVE);
	}

	@Test
	void whenSecondKeyIsNotUsedThenKeysCannotBeChanged() {
		KtlsCapabilities capabilities = probe(this.kernel.pretend(Fault.REKEYS_TO_THE_SAME_KEY));
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).isEmpty();
			assertThat(capabilities.canRekeyTransmit(suite)).isFalse();
		}
	}

	@Test
	void whenKernelTellsAnOldSequenceNumberThenItIsNotBelieved() {
		KtlsCapabilities capabilities = probe(this.kernel.pretend(Fault.TELLS_FIRST_SEQUENCE_NUMBER));
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.transmitFallback(suite)).isEmpty();
			assertThat(capabilities.canReadTransmitSequence(suite)).isFalse();
		}
	}

	@Test
	void whenNothingCanBeSentThenNothingIsReceived() {
		KtlsCapabilities capabilities = probe(this.kernel.refuse(Call.ATTACH, Errno.ENOENT));
		for (CipherSuite suite : CipherSuite.values()) {
			assertThat(capabilities.receiveFallback(suite)).isEqualTo(capabilities.transmitFallback(suite));
			assertThat(capabilities.canRekeyTransmit(suite)).isFalse();
			assertThat(capabilities.canReadTransmitSequence(suite)).isFalse();
		}
		assertThat(this.kernel.calls()).doesNotContain(Call.INSTALL_RECEIVE);
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
