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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeNetwork;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.TlsFeature;
import io.github.ktls.linux.Errno;
import io.github.ktls.server.NicOffload.Lease;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NicOffload}.
 */
@ExtendWith(OutputCaptureExtension.class)
class NicOffloadTests {

	private static final String ON = "eth0 tls-hw-tx-offload on";

	private static final String OFF = "eth0 tls-hw-tx-offload off";

	private final FakeNetwork network = new FakeNetwork();

	private final KernelTls kernel = KernelTls.probe(new FakeKernel().with(this.network));

	@ParameterizedTest
	@EnumSource
	void whenNoInterfaceCanItSaysSo(NicOffloadMode mode) {
		assertThat(describe(mode)).isEqualTo("no (no interface has tls-hw-tx-offload)");
		this.network.route("veth0");
		assertThat(describe(mode)).isEqualTo("no (no interface has tls-hw-tx-offload)");
	}

	@Test
	void whenInterfacesCannotBeLookedAtItSaysWhy() {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		this.network.refuse("ETHTOOL_GFEATURES", Errno.EPERM);
		Lease lease = acquire(NicOffloadMode.AUTO);
		assertThat(lease.description()).isEqualTo("unknown (eth0 could not be read)");
		lease.release();
		assertThat(this.network.changes()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.EPERM, Errno.EOPNOTSUPP, Errno.ENODEV })
	void whenFeatureCannotBeSwitchedOnItSaysWhatToRun(int errno) {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		this.network.refuse("ETHTOOL_SFEATURES", errno);
		Lease lease = acquire(NicOffloadMode.AUTO);
		assertThat(lease.description()).isEqualTo("no (eth0 could, run 'ethtool -K eth0 tls-hw-tx-offload on')");
		this.network.refuse("ETHTOOL_SFEATURES", 0);
		lease.release();
		assertThat(this.network.changes()).isEmpty();
	}

	@Test
	void whenAnotherFeatureIsInTheWayItSaysSoAndLeavesNoRequestBehind(CapturedOutput output) {
		FakeNetwork.Card card = this.network.route("eth0").can(TlsFeature.TRANSMIT, false).stubborn();
		Lease lease = acquire(NicOffloadMode.AUTO);
		assertThat(lease.description())
			.isEqualTo("no (eth0 (tls-hw-tx-offload stays off as another feature is in the way))");
		lease.release();
		card.yieldToRequests();
		assertThat(card.has(TlsFeature.TRANSMIT)).isFalse();
		assertThat(output.getAll()).doesNotContain("ethtool -K");
	}

	@Test
	void whenRequestCannotBeTakenBackItSaysWhatToRun(CapturedOutput output) {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false).stubborn();
		this.network.refuseSecondChange(Errno.EBUSY);
		assertThat(describe(NicOffloadMode.AUTO)).contains("another feature is in the way");
		assertThat(output.getAll()).contains("run 'ethtool -K eth0 tls-hw-tx-offload off'");
	}

	@Test
	void whenSomethingUnforeseenHappensServerStarts() {
		this.network.breakDown(new LinkageError("broken"));
		assertThat(describe(NicOffloadMode.AUTO)).isEqualTo("unknown (broken)");
	}

	@Test
	void whenFeatureCannotBeSwitchedOffItSaysWhatToRun() {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, true);
		this.network.refuse("ETHTOOL_SFEATURES", Errno.EPERM);
		assertThat(describe(NicOffloadMode.OFF))
			.isEqualTo("eth0 still does it, run 'ethtool -K eth0 tls-hw-tx-offload off'");
	}

	@Test
	void whenFeatureIsOnForGoodItSaysSo() {
		this.network.route("eth0").always(TlsFeature.TRANSMIT);
		assertThat(describe(NicOffloadMode.OFF)).isEqualTo("eth0 (tls-hw-tx-offload on)");
		assertThat(describe(NicOffloadMode.AUTO)).isEqualTo("eth0 (tls-hw-tx-offload on)");
	}

	@Test
	void whenItIsOnlyToBeObservedNothingIsChanged() {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		this.network.route("eth1").can(TlsFeature.TRANSMIT, true);
		assertThat(describe(NicOffloadMode.OBSERVE))
			.isEqualTo("eth0 (tls-hw-tx-offload off), eth1 (tls-hw-tx-offload on)");
		assertThat(this.network.changes()).isEmpty();
	}

	@Test
	void whatWasSwitchedOnIsSwitchedOffAgain() {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false).can(TlsFeature.RECEIVE, false);
		this.network.route("eth1").can(TlsFeature.TRANSMIT, true);
		Lease lease = acquire(NicOffloadMode.AUTO);
		assertThat(lease.description()).isEqualTo("eth0 (tls-hw-tx-offload switched on), eth1 (tls-hw-tx-offload on)");
		assertThat(this.network.changes()).containsExactly(ON);
		lease.release();
		assertThat(this.network.changes()).containsExactly(ON, OFF);
		lease.release();
		assertThat(this.network.changes()).hasSize(2);
	}

	@Test
	void whatWasSwitchedOffIsSwitchedOnAgain() {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, true);
		Lease lease = acquire(NicOffloadMode.OFF);
		assertThat(lease.description()).isEqualTo("no (eth0 (tls-hw-tx-offload switched off))");
		lease.release();
		assertThat(this.network.changes()).containsExactly(OFF, ON);
	}

	@Test
	void whenReceivingIsWantedBothAreSwitched() {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false).can(TlsFeature.RECEIVE, false);
		Lease lease = NicOffload.of(this.kernel).acquire(NicOffloadMode.AUTO, true);
		assertThat(lease.description())
			.isEqualTo("eth0 (tls-hw-tx-offload switched on), eth0 (tls-hw-rx-offload switched on)");
		lease.release();
		assertThat(this.network.changes()).containsExactly(ON, "eth0 tls-hw-rx-offload on", OFF,
				"eth0 tls-hw-rx-offload off");
	}

	@Test
	void whenSomebodyChangedItMeanwhileItStays() {
		FakeNetwork.Card card = this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		Lease lease = acquire(NicOffloadMode.AUTO);
		card.can(TlsFeature.TRANSMIT, false);
		lease.release();
		assertThat(this.network.changes()).containsExactly(ON);
	}

	@Test
	void whenInterfaceIsGoneNothingIsPutBack(CapturedOutput output) {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		Lease lease = acquire(NicOffloadMode.AUTO);
		this.network.remove("eth0");
		this.network.add("eth0", "").can(TlsFeature.TRANSMIT, true);
		lease.release();
		assertThat(this.network.changes()).containsExactly(ON);
		assertThat(output.getAll()).doesNotContain("Cannot put back");
	}

	@Test
	void whenItCannotBePutBackItSaysWhatToRun(CapturedOutput output) {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		Lease lease = acquire(NicOffloadMode.AUTO);
		this.network.refuse("ETHTOOL_SFEATURES", Errno.EPERM);
		lease.release();
		assertThat(output.getAll()).contains("run 'ethtool -K eth0 tls-hw-tx-offload off'");
	}

	@Test
	void whenSeveralServersWantItTheLastOnePutsItBack() {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		Lease first = acquire(NicOffloadMode.AUTO);
		Lease second = acquire(NicOffloadMode.AUTO);
		assertThat(second.description()).isEqualTo("eth0 (tls-hw-tx-offload on)");
		first.release();
		first.release();
		assertThat(this.network.changes()).containsExactly(ON);
		second.release();
		assertThat(this.network.changes()).containsExactly(ON, OFF);
	}

	@Test
	void whenServersDisagreeTheLastOneToStartDecidesAndTheBeginningComesBack() {
		FakeNetwork.Card card = this.network.route("eth0").can(TlsFeature.TRANSMIT, true);
		Lease first = acquire(NicOffloadMode.OFF);
		Lease second = acquire(NicOffloadMode.AUTO);
		assertThat(card.has(TlsFeature.TRANSMIT)).isTrue();
		first.release();
		second.release();
		assertThat(this.network.changes()).containsExactly(OFF, ON);
	}

	@Test
	void whenServerStartsAgainItIsSwitchedOnAgain() {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		acquire(NicOffloadMode.AUTO).release();
		acquire(NicOffloadMode.AUTO).release();
		assertThat(this.network.changes()).containsExactly(ON, OFF, ON, OFF);
	}

	private String describe(NicOffloadMode mode) {
		Lease lease = acquire(mode);
		lease.release();
		return lease.description();
	}

	private Lease acquire(NicOffloadMode mode) {
		return NicOffload.of(this.kernel).acquire(mode, false);
	}

}
