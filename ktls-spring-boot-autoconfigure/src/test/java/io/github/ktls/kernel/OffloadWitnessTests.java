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

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.linux.Errno;
import io.github.ktls.test.FaultySystemCalls;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OffloadWitness} and {@link SocketDiag}, with a network in memory.
 */
class OffloadWitnessTests {

	private static final int FD = 77;

	private final FakeNetwork network = new FakeNetwork();

	private final FakeKernel kernel = new FakeKernel().adoptDescriptors().with(this.network);

	private final FaultySystemCalls systemCalls = new FaultySystemCalls(this.kernel);

	private final OffloadWitness witness = new OffloadWitness(this.systemCalls);

	@Test
	void whenNothingTellsItIsUnknown() {
		this.network.withoutCounters().forbidNetlink(Errno.EAFNOSUPPORT).offload(true);
		assertThat(transmit()).isEqualTo(OffloadMode.UNKNOWN);
		assertThat(receive()).isEqualTo(OffloadMode.UNKNOWN);
	}

	@Test
	void whenNoCardEverTookAKeyItIsTheKernelAndNobodyIsAsked() {
		assertThat(transmit()).isEqualTo(OffloadMode.SOFTWARE);
		assertThat(receive()).isEqualTo(OffloadMode.SOFTWARE);
		assertThat(this.network.asked()).isZero();
		assertThat(this.kernel.calls()).isEmpty();
	}

	@Test
	void whenCardTakesTheKeyKernelTells() {
		this.network.offload(true);
		assertThat(transmit()).isEqualTo(OffloadMode.DEVICE);
		assertThat(receive()).isEqualTo(OffloadMode.DEVICE);
		assertThat(this.network.asked()).isEqualTo(2);
		assertThat(this.network.isAnyNetlinkOpen()).isFalse();
	}

	@Test
	void whenCardTookOthersKeysBeforeKernelIsAskedOnceAndThenCountersTell() {
		this.network.others(5, 5);
		assertThat(transmit()).isEqualTo(OffloadMode.SOFTWARE);
		assertThat(this.network.asked()).isOne();
		assertThat(transmit()).isEqualTo(OffloadMode.SOFTWARE);
		assertThat(this.network.asked()).isOne();
	}

	@Test
	void whenKernelKeepsItToItselfItIsUnknownUntilCountersWereNoted() {
		this.network.keepToItself().others(1, 0).offload(true);
		assertThat(transmit()).isEqualTo(OffloadMode.UNKNOWN);
		assertThat(transmit()).isEqualTo(OffloadMode.DEVICE);
		this.network.offload(false);
		assertThat(transmit()).isEqualTo(OffloadMode.SOFTWARE);
	}

	@Test
	void whenOthersInstallAtTheSameTimeAndKernelKeepsItToItselfItIsUnknown() {
		this.network.keepToItself().offload(true);
		transmit();
		OffloadCounters before = this.witness.before();
		this.network.others(1, 0);
		this.network.transmitInstalled(FD);
		assertThat(this.witness.transmit(FD, before)).isEqualTo(OffloadMode.UNKNOWN);
		before = this.witness.before();
		this.network.others(0, 1);
		this.network.offload(false).transmitInstalled(FD);
		assertThat(this.witness.transmit(FD, before)).isEqualTo(OffloadMode.UNKNOWN);
	}

	@Test
	void whenOthersInstallAtTheSameTimeKernelTells() {
		this.network.offload(true);
		transmit();
		OffloadCounters before = this.witness.before();
		this.network.others(1, 1);
		this.network.transmitInstalled(FD);
		assertThat(this.witness.transmit(FD, before)).isEqualTo(OffloadMode.DEVICE);
	}

	@Test
	void whenNoCounterRoseTheSocketIsNoneOfThisNamespaceAndKernelIsAsked() {
		this.network.refuseSockets(Errno.ENOENT);
		assertThat(this.witness.transmit(FD, this.witness.before())).isEqualTo(OffloadMode.UNKNOWN);
		assertThat(this.network.asked()).isOne();
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.ENOENT, Errno.ESTALE, Errno.EPERM, Errno.ENOMEM })
	void whenKernelAnswersWithAnErrorItIsUnknown(int errno) {
		this.network.withoutCounters().offload(true).refuseSockets(errno);
		assertThat(transmit()).isEqualTo(OffloadMode.UNKNOWN);
		assertThat(this.network.isAnyNetlinkOpen()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.EPERM, Errno.EACCES, Errno.EOPNOTSUPP, Errno.EAFNOSUPPORT })
	void whenKernelRefusesWhateverTheSocketItIsNotAskedAgain(int errno) {
		this.network.withoutCounters().offload(true).refuseSockets(errno);
		transmit();
		transmit();
		assertThat(this.network.asked()).isOne();
	}

	@Test
	void whenKernelKeepsItToItselfItIsNotAskedForEver() {
		this.network.withoutCounters().offload(true).keepToItself();
		for (int i = 0; i < 40; i++) {
			transmit();
		}
		assertThat(this.network.asked()).isEqualTo(16);
	}

	@Test
	void whenSingleSocketsAreNotFoundOthersAreStillAskedAbout() {
		this.network.withoutCounters().offload(true);
		for (int i = 0; i < 40; i++) {
			this.network.refuseSockets(Errno.ENOENT);
			assertThat(transmit()).isEqualTo(OffloadMode.UNKNOWN);
			this.network.refuseSockets(0);
			assertThat(transmit()).isEqualTo(OffloadMode.DEVICE);
		}
	}

	@Test
	void whenManySocketsAreAskedAboutNoMemoryIsTakenForEach() {
		this.network.offload(true);
		transmit();
		BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)
			.stream()
			.filter((pool) -> pool.getName().equals("direct"))
			.findFirst()
			.orElseThrow();
		long before = direct.getCount();
		for (int i = 0; i < 100; i++) {
			assertThat(transmit()).isEqualTo(OffloadMode.DEVICE);
		}
		assertThat(direct.getCount() - before).isLessThan(50);
		assertThat(this.network.asked()).isEqualTo(101);
	}

	@Test
	void whenAnswerIsCutOffItIsNeverTheOther() {
		this.network.withoutCounters().offload(true);
		for (int length = 0; length < 200; length++) {
			int cut = length;
			this.network.spoil("SOCK_DIAG", (answer) -> Arrays.copyOf(answer, Math.min(cut, answer.length)));
			assertThat(transmit(new OffloadWitness(this.systemCalls))).isIn(OffloadMode.UNKNOWN, OffloadMode.DEVICE);
			// The same with a length that says that nothing is missing.
			this.network.spoil("SOCK_DIAG", (answer) -> {
				byte[] part = Arrays.copyOf(answer, Math.min(cut, answer.length));
				if (part.length >= 4) {
					System.arraycopy(FakeNetwork.number(part.length), 0, part, 0, 4);
				}
				return part;
			});
			assertThat(transmit(new OffloadWitness(this.systemCalls))).isIn(OffloadMode.UNKNOWN, OffloadMode.DEVICE);
		}
	}

	@Test
	void whenAnswerIsAboutAnotherSocketItIsUnknown() {
		this.network.withoutCounters().offload(true).spoil("SOCK_DIAG", (answer) -> {
			answer[16 + 4 + 40] ^= 1;
			return answer;
		});
		assertThat(transmit()).isEqualTo(OffloadMode.UNKNOWN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "getsockname", "getpeername", "getsockopt(SO_COOKIE)", "socket", "send", "recv", "close" })
	void whenACallFailsItIsUnknown(String call) {
		this.network.withoutCounters().offload(true);
		this.systemCalls.refuse(call, Errno.ENOMEM);
		assertThat(transmit()).isEqualTo(OffloadMode.UNKNOWN);
	}

	@Test
	void whenSomethingUnforeseenHappensItIsUnknown() {
		this.network.offload(true);
		assertThat(transmit()).isEqualTo(OffloadMode.DEVICE);
		this.network.breakDown(new LinkageError("broken"));
		assertThat(this.witness.before()).isEqualTo(OffloadCounters.ZERO);
		assertThat(this.witness.transmit(FD, OffloadCounters.ZERO)).isEqualTo(OffloadMode.UNKNOWN);
	}

	@Test
	void whenNobodyWantsToKnowItIsUnknown() {
		assertThat(new KtlsSocket(this.kernel, FD).findTransmitMode()).isEqualTo(OffloadMode.UNKNOWN);
		assertThat(new KtlsSocket(this.kernel, FD).findReceiveMode()).isEqualTo(OffloadMode.UNKNOWN);
	}

	private OffloadMode transmit() {
		return transmit(this.witness);
	}

	private OffloadMode transmit(OffloadWitness asking) {
		OffloadCounters before = asking.before();
		this.network.transmitInstalled(FD);
		return asking.transmit(FD, before);
	}

	private OffloadMode receive() {
		OffloadCounters before = this.witness.before();
		this.network.receiveInstalled(FD);
		return this.witness.receive(FD, before);
	}

}
