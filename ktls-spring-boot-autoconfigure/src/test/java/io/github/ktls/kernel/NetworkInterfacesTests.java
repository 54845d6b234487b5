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
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link NetworkInterfaces} and what it is made of, with a network in memory.
 */
class NetworkInterfacesTests {

	private static final String TX = "tls-hw-tx-offload";

	private final FakeNetwork network = new FakeNetwork();

	private final FakeKernel kernel = new FakeKernel().with(this.network);

	private final NetworkInterfaces interfaces = new NetworkInterfaces(this.kernel);

	@AfterEach
	void nothingIsLeftOpen() {
		assertThat(this.kernel.openDescriptors()).isEmpty();
		assertThat(this.network.isAnyNetlinkOpen()).isFalse();
	}

	@Test
	void whenThereIsNoKernelThereAreNoInterfaces() throws IOException {
		NetworkInterfaces none = new NetworkInterfaces(null);
		assertThat(none.look()).isEmpty();
		assertThat(none.state(1, "eth0", TlsFeature.TRANSMIT)).isEqualTo(FeatureState.UNKNOWN);
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> none.change(1, "eth0", TlsFeature.TRANSMIT, true));
	}

	@Test
	void whenInterfaceDisappearsMeanwhileItIsLeftOut() throws IOException {
		this.network.route("eth0");
		this.network.route("eth1").can(TlsFeature.TRANSMIT, true);
		this.network.remove("eth0");
		assertThat(this.interfaces.look()).extracting(NetworkInterfaceFeatures::name).containsExactly("eth1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "ETHTOOL_GFEATURES", "ETHTOOL_GSSET_INFO", "ETHTOOL_GSTRINGS", "ETHTOOL_GDRVINFO",
			"ETHTOOL_GSTATS" })
	void whenInterfaceDisappearsBetweenTwoQuestionsItIsLeftOut(String command) throws IOException {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, true).counts("tx_tls_ctx", 1);
		this.network.refuse(command, Errno.ENODEV);
		assertThat(this.interfaces.look()).isEmpty();
	}

	@Test
	void whenOneInterfaceDoesNotTellTheOthersDo() throws IOException {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, true).refuses(Errno.EBUSY);
		this.network.route("eth1").can(TlsFeature.TRANSMIT, true);
		assertThat(this.interfaces.look()).hasSize(2).satisfies((found) -> {
			assertThat(found.get(0).state(TlsFeature.TRANSMIT)).isEqualTo(FeatureState.UNKNOWN);
			assertThat(found.get(1).state(TlsFeature.TRANSMIT)).isEqualTo(FeatureState.ON);
		});
	}

	@Test
	void whenCountersChangeAfterwardsWhatWasFoundDoesNotAndKeepsItsOrder() {
		Map<String, Long> counters = new LinkedHashMap<>(Map.of("z", 1L));
		counters.put("a", 2L);
		NetworkInterfaceFeatures found = new NetworkInterfaceFeatures("eth0", 1, List.of(), null, Map.of(), counters);
		counters.clear();
		assertThat(found.counters().keySet()).containsExactly("z", "a");
	}

	@ParameterizedTest
	@ValueSource(strings = { "ETHTOOL_GSTATS", "ETHTOOL_GDRVINFO" })
	void whenDriverDoesNotTellTheRestIsTold(String command) throws IOException {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, true).counts("tx_tls_ctx", 1);
		this.network.refuse(command, Errno.EOPNOTSUPP);
		assertThat(this.interfaces.look()).singleElement().satisfies((found) -> {
			assertThat(found.state(TlsFeature.TRANSMIT)).isEqualTo(FeatureState.ON);
			assertThat(found.counters()).hasSize(command.equals("ETHTOOL_GSTATS") ? 0 : 1);
			assertThat(found.driver()).isEqualTo(command.equals("ETHTOOL_GSTATS") ? "fakenic" : null);
		});
	}

	@Test
	void whenNetlinkIsForbiddenWhatRoutesNameIsLookedAt() throws IOException {
		this.network.route("bond0");
		this.network.add("eth0", "").portOf(1);
		this.network.forbidNetlink(Errno.EAFNOSUPPORT);
		assertThat(this.interfaces.look()).singleElement().satisfies((found) -> {
			assertThat(found.name()).isEqualTo("bond0");
			assertThat(found.index()).isZero();
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 15, 16, 20, 31, 40 })
	void whenLinksAreToldInPartWhatRoutesNameIsLookedAt(int length) throws IOException {
		this.network.route("eth0");
		this.network.spoil("RTM_GETLINK", (answer) -> Arrays.copyOf(answer, length));
		assertThat(this.interfaces.look()).extracting(NetworkInterfaceFeatures::name).containsExactly("eth0");
	}

	@Test
	void whenFewerFeaturesAreToldThanHaveNamesTheRestIsUnknown() throws IOException {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, true);
		this.network.spoil("ETHTOOL_GFEATURES", (answer) -> {
			answer[4] = 1;
			return answer;
		});
		assertThat(this.interfaces.look()).singleElement()
			.satisfies((found) -> assertThat(found.features())
				.allSatisfy((feature, state) -> assertThat(state).isEqualTo(FeatureState.UNKNOWN)));
	}

	@Test
	void whenFeaturesHaveNoNamesTheyAreUnknown() throws IOException {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, true);
		this.network.spoil("ETHTOOL_GSSET_INFO", (answer) -> new byte[answer.length]);
		assertThat(this.interfaces.look()).singleElement()
			.satisfies((found) -> assertThat(found.state(TlsFeature.TRANSMIT)).isEqualTo(FeatureState.UNKNOWN));
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> this.interfaces.change(0, "eth0", TlsFeature.TRANSMIT, false))
			.satisfies((ex) -> assertThat(ex.getErrno()).isEqualTo(Errno.EOPNOTSUPP));
	}

	@Test
	void whenNumberOfStatisticsChangesBetweenTwoQuestionsNoneIsTold() throws IOException {
		this.network.route("eth0").can(TlsFeature.TRANSMIT, true).counts("tx_tls_ctx", 1).counts("rx", 2);
		this.network.spoil("ETHTOOL_GSTATS", (answer) -> {
			answer[4] = 1;
			return answer;
		});
		assertThat(this.interfaces.look()).singleElement().satisfies((found) -> assertThat(found.counters()).isEmpty());
	}

	@Test
	void statesAreThoseThatEthtoolShows() throws IOException {
		this.network.route("eth0")
			.can(TlsFeature.TRANSMIT, true)
			.can(TlsFeature.RECEIVE, false)
			.always(TlsFeature.RECORD);
		this.network.route("veth0");
		List<NetworkInterfaceFeatures> found = this.interfaces.look();
		assertThat(found).extracting(NetworkInterfaceFeatures::name).containsExactly("eth0", "veth0");
		assertThat(found.get(0).state(TlsFeature.TRANSMIT)).isEqualTo(FeatureState.ON);
		assertThat(found.get(0).state(TlsFeature.RECEIVE)).isEqualTo(FeatureState.OFF);
		assertThat(found.get(0).state(TlsFeature.RECORD)).isEqualTo(FeatureState.ON_FIXED);
		assertThat(found.get(1).state(TlsFeature.TRANSMIT)).isEqualTo(FeatureState.OFF_FIXED);
	}

	@Test
	void onlyWhatIsCountedOfTlsIsTold() throws IOException {
		this.network.route("eth0")
			.can(TlsFeature.TRANSMIT, false)
			.counts("rx_packets", 1)
			.counts("tx_tls_encrypted_packets", Long.MAX_VALUE)
			.counts("tx0_packets", 3)
			.counts("tx_tls_ctx", 0);
		assertThat(this.interfaces.look()).singleElement()
			.satisfies((found) -> assertThat(found.counters()).containsExactlyInAnyOrderEntriesOf(
					Map.of("tx_tls_encrypted_packets", Long.MAX_VALUE, "tx_tls_ctx", 0L)));
	}

	@Test
	void whenInterfaceCannotOffloadItsStatisticsAreNotAskedFor() throws IOException {
		this.network.route("veth0").counts("tx_tls_ctx", 1);
		assertThat(this.interfaces.look()).singleElement().satisfies((found) -> assertThat(found.counters()).isEmpty());
	}

	@Test
	void whatLiesBelowBondsAndVlansIsLookedAt() throws IOException {
		FakeNetwork.Card bond = this.network.add("bond0", "bond");
		this.network.add("eth0", "").portOf(bond.index()).can(TlsFeature.TRANSMIT, false);
		this.network.add("eth1", "").portOf(bond.index());
		this.network.route("bond0.5").above(bond.index());
		assertThat(this.interfaces.look()).extracting(NetworkInterfaceFeatures::name).containsExactly("bond0.5");
		FakeNetwork again = new FakeNetwork();
		bond = again.add("bond0", "bond");
		again.add("eth0", "").portOf(bond.index());
		again.routeOf("vlan5", "vlan").above(bond.index());
		assertThat(new NetworkInterfaces(new FakeKernel().with(again)).look()).singleElement().satisfies((found) -> {
			assertThat(found.name()).isEqualTo("eth0");
			assertThat(found.uppers()).containsExactly("vlan5", "bond0");
		});
	}

	@Test
	void whenWeMayNotFeatureStaysAsItIs() {
		FakeNetwork.Card card = this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		this.network.refuse("ETHTOOL_SFEATURES", Errno.EPERM);
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> this.interfaces.change(card.index(), "eth0", TlsFeature.TRANSMIT, true))
			.satisfies((ex) -> assertThat(ex.getErrno()).isEqualTo(Errno.EPERM));
		assertThat(card.has(TlsFeature.TRANSMIT)).isFalse();
	}

	@Test
	void whenKernelOnlyTakesNoteThatIsAFailure() {
		FakeNetwork.Card card = this.network.route("eth0").can(TlsFeature.TRANSMIT, false).stubborn();
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> this.interfaces.change(card.index(), "eth0", TlsFeature.TRANSMIT, true))
			.withMessage("tls-hw-tx-offload of eth0 stays off as another feature stands in the way");
		card.yieldToRequests();
		assertThat(card.has(TlsFeature.TRANSMIT)).isFalse();
	}

	@Test
	void whenSomebodyElsesRequestWaitsItGoesOnWaiting() {
		FakeNetwork.Card card = this.network.route("eth0").can(TlsFeature.TRANSMIT, true).stubborn().waits();
		assertThatExceptionOfType(FeatureBlockedException.class)
			.isThrownBy(() -> this.interfaces.change(card.index(), "eth0", TlsFeature.TRANSMIT, true));
		card.yieldToRequests();
		assertThat(card.has(TlsFeature.TRANSMIT)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenKernelDoesNotTellWhatCameOfItFeatureIsAsItWas(boolean on) {
		FakeNetwork.Card card = this.network.route("eth0").can(TlsFeature.TRANSMIT, !on);
		AtomicInteger looks = new AtomicInteger();
		this.network.spoil("ETHTOOL_GFEATURES", (answer) -> {
			if (looks.incrementAndGet() == 2) {
				throw new IllegalStateException("broken");
			}
			return answer;
		});
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.interfaces.change(card.index(), "eth0", TlsFeature.TRANSMIT, on));
		assertThat(card.has(TlsFeature.TRANSMIT)).isEqualTo(!on);
		assertThat(this.network.changes()).hasSize(2);
	}

	@Test
	void whenFeatureIsFixedThatIsAFailure() {
		FakeNetwork.Card card = this.network.route("eth0");
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> this.interfaces.change(card.index(), "eth0", TlsFeature.TRANSMIT, true))
			.satisfies((ex) -> assertThat(ex.getErrno()).isEqualTo(Errno.EOPNOTSUPP));
	}

	@Test
	void whenInterfaceWasRenamedItIsFoundByItsNumber() throws IOException {
		FakeNetwork.Card card = this.network.route("eth0").can(TlsFeature.TRANSMIT, false);
		this.network.rename("eth0", "wan0");
		this.network.add("eth0", "").can(TlsFeature.TRANSMIT, false);
		this.interfaces.change(card.index(), "eth0", TlsFeature.TRANSMIT, true);
		assertThat(this.network.changes()).containsExactly("wan0 " + TX + " on");
		assertThat(this.interfaces.state(card.index(), "eth0", TlsFeature.TRANSMIT)).isEqualTo(FeatureState.ON);
	}

	@Test
	void whenInterfaceIsGoneItsStateIsUnknown() throws IOException {
		int index = this.network.route("eth0").can(TlsFeature.TRANSMIT, false).index();
		this.network.remove("eth0");
		assertThat(this.interfaces.state(index, "eth0", TlsFeature.TRANSMIT)).isEqualTo(FeatureState.UNKNOWN);
		assertThat(this.interfaces.state(0, "eth0", TlsFeature.TRANSMIT)).isEqualTo(FeatureState.UNKNOWN);
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> this.interfaces.change(index, "eth0", TlsFeature.TRANSMIT, true))
			.satisfies((ex) -> assertThat(ex.getErrno()).isEqualTo(Errno.ENODEV));
	}

	@Test
	void featureIsSwitchedOnAndOff() throws IOException {
		FakeNetwork.Card card = this.network.route("eth0")
			.can(TlsFeature.TRANSMIT, false)
			.can(TlsFeature.RECEIVE, true);
		this.interfaces.change(card.index(), "eth0", TlsFeature.TRANSMIT, true);
		this.interfaces.change(card.index(), "eth0", TlsFeature.RECEIVE, false);
		assertThat(card.has(TlsFeature.TRANSMIT)).isTrue();
		assertThat(card.has(TlsFeature.RECEIVE)).isFalse();
	}

}
