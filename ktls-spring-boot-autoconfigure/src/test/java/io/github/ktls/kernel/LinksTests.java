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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.github.ktls.kernel.Links.Link;
import io.github.ktls.linux.NetlinkConstants;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Links}.
 */
class LinksTests {

	@Test
	void whenInterfaceIsNotKnownItIsTheLowest() {
		assertThat(new Links(List.of()).lowest(List.of("eth0"))).containsOnlyKeys("eth0");
		assertThat(new Links(List.of()).index("eth0")).isZero();
		assertThat(new Links(List.of()).name(1)).isNull();
	}

	@Test
	void whenBondHasNoPortsItIsTheLowest() {
		Links links = new Links(List.of(new Link(1, "bond0", "bond", 0, 0)));
		assertThat(links.lowest(List.of("bond0")).get("bond0")).isEmpty();
	}

	@Test
	void whenInterfacesLieAboveEachOtherItEndsNevertheless() {
		Links links = new Links(List.of(new Link(1, "a", "vlan", 2, 0), new Link(2, "b", "vlan", 1, 0),
				new Link(3, "self", "vlan", 3, 0)));
		assertThat(links.lowest(List.of("a", "self"))).containsOnlyKeys("a", "self");
	}

	@Test
	void vlanOnBondIsLookedThroughToItsPorts() {
		Links links = new Links(List.of(new Link(1, "eth0", "", 0, 3), new Link(2, "eth1", "", 0, 3),
				new Link(3, "bond0", "bond", 0, 0), new Link(4, "bond0.5", "vlan", 3, 0),
				new Link(5, "eth2", "", 0, 0)));
		Map<String, Set<String>> lowest = links.lowest(List.of("bond0.5", "eth2"));
		assertThat(lowest).containsOnlyKeys("eth0", "eth1", "eth2");
		assertThat(lowest.get("eth0")).containsExactly("bond0.5", "bond0");
		assertThat(lowest.get("eth2")).isEmpty();
	}

	@Test
	void whenInterfaceIsReachedByTwoWaysItIsThereOnce() {
		Links links = new Links(List.of(new Link(1, "eth0", "", 0, 0), new Link(2, "eth0.5", "vlan", 1, 0),
				new Link(3, "eth0.6", "vlan", 1, 0)));
		assertThat(links.lowest(List.of("eth0", "eth0.5", "eth0.6")).get("eth0")).containsExactly("eth0.5", "eth0.6");
	}

	@Test
	void bridgeIsNotLookedThroughAsTheKernelDoesNotEither() {
		Links links = new Links(List.of(new Link(1, "eth0", "", 0, 2), new Link(2, "br0", "bridge", 0, 0),
				new Link(3, "macvlan0", "macvlan", 1, 0)));
		assertThat(links.lowest(List.of("br0", "macvlan0"))).containsOnlyKeys("br0", "macvlan0");
	}

	@Test
	void whenInterfaceBelowIsInAnotherNamespaceItIsNotLookedFor() {
		byte[] below = FakeNetwork.attribute(NetlinkConstants.IFLA_LINK, FakeNetwork.number(1));
		byte[] elsewhere = FakeNetwork.attribute(NetlinkConstants.IFLA_LINK_NETNSID, FakeNetwork.number(0));
		Links links = Links.parse(List.of(message(1, name("eth0")), message(2, name("eth0.5"), kind("vlan"), below),
				message(3, name("eth0.6"), kind("vlan"), below, elsewhere)));
		assertThat(links.lowest(List.of("eth0.5"))).containsOnlyKeys("eth0");
		assertThat(links.lowest(List.of("eth0.6"))).containsOnlyKeys("eth0.6");
	}

	@Test
	void whenMessageIsCutOffInterfaceIsNotKnown() {
		byte[] whole = bytes(message(1, name("eth0"), kind("bond")));
		for (int length = 0; length < whole.length; length++) {
			Links links = Links.parse(List.of(wrap(whole).limit(length)));
			// As soon as the name is whole, the interface is one.
			assertThat(links.index("eth0")).isEqualTo((length < 16 + 9) ? 0 : 1);
		}
	}

	@Test
	void whenNameIsMissingOrEmptyInterfaceIsLeftOut() {
		assertThat(Links.parse(List.of(message(1, kind("bond")), message(1, name("")))).name(1)).isNull();
	}

	private static byte[] name(String name) {
		return FakeNetwork.attribute(NetlinkConstants.IFLA_IFNAME, FakeNetwork.text(name));
	}

	private static byte[] kind(String kind) {
		return FakeNetwork.attribute(NetlinkConstants.IFLA_LINKINFO,
				FakeNetwork.attribute(NetlinkConstants.IFLA_INFO_KIND, FakeNetwork.text(kind)));
	}

	private static ByteBuffer message(int index, byte[]... attributes) {
		byte[] head = FakeNetwork.join(new byte[4], FakeNetwork.number(index), new byte[8]);
		return wrap(FakeNetwork.join(head, FakeNetwork.join(attributes)));
	}

	private static byte[] bytes(ByteBuffer buffer) {
		byte[] bytes = new byte[buffer.remaining()];
		buffer.get(bytes);
		return bytes;
	}

	private static ByteBuffer wrap(byte[] bytes) {
		return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
	}

}
