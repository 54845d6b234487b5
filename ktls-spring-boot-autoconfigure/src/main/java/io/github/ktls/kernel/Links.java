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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.IfInfoMsg;
import io.github.ktls.linux.NetlinkConstants;
import io.github.ktls.linux.NlAttr;
import io.github.ktls.linux.SystemCalls;

/**
 * The interfaces of this network namespace and what lies below them. Asked of the kernel
 * itself ({@code RTM_GETLINK}), as {@code /sys/class/net} may be another namespace's.
 */
final class Links {

	private static final String BOND = "bond";

	private static final String VLAN = "vlan";

	private final Map<String, Link> byName = new LinkedHashMap<>();

	Links(Collection<Link> links) {
		links.forEach((link) -> this.byName.put(link.name(), link));
	}

	/**
	 * Ask for the interfaces.
	 * @param systemCalls the system calls
	 * @return the interfaces
	 * @throws IOException if the kernel does not tell
	 */
	static Links read(SystemCalls systemCalls) throws IOException {
		try (Netlink netlink = Netlink.open(systemCalls, NetlinkConstants.NETLINK_ROUTE)) {
			return parse(netlink.ask(NetlinkConstants.RTM_GETLINK, NetlinkConstants.NLM_F_DUMP,
					Netlink.request(IfInfoMsg.SIZE), "RTM_GETLINK"));
		}
	}

	static Links parse(List<ByteBuffer> messages) {
		List<Link> links = new ArrayList<>();
		for (ByteBuffer message : messages) {
			Link link = parse(message);
			if (link != null) {
				links.add(link);
			}
		}
		return new Links(links);
	}

	private static @Nullable Link parse(ByteBuffer message) {
		if (message.remaining() < IfInfoMsg.SIZE) {
			return null;
		}
		int index = IfInfoMsg.index(message, message.position());
		ByteBuffer attributes = message.duplicate()
			.order(message.order())
			.position(message.position() + IfInfoMsg.SIZE);
		String name = NlAttr.string(NlAttr.find(attributes, NetlinkConstants.IFLA_IFNAME));
		if (name == null || name.isEmpty()) {
			return null;
		}
		ByteBuffer info = NlAttr.find(attributes, NetlinkConstants.IFLA_LINKINFO);
		String kind = (info != null) ? NlAttr.string(NlAttr.find(info, NetlinkConstants.IFLA_INFO_KIND)) : null;
		boolean below = NlAttr.find(attributes, NetlinkConstants.IFLA_LINK_NETNSID) == null;
		return new Link(index, name, (kind != null) ? kind : "",
				below ? NlAttr.integer(NlAttr.find(attributes, NetlinkConstants.IFLA_LINK)) : 0,
				NlAttr.integer(NlAttr.find(attributes, NetlinkConstants.IFLA_MASTER)));
	}

	/**
	 * Return the number of an interface.
	 * @param name the interface's name
	 * @return its number, or 0 where there is none of that name
	 */
	int index(String name) {
		Link link = this.byName.get(name);
		return (link != null) ? link.index() : 0;
	}

	/**
	 * Return the name of an interface.
	 * @param index the interface's number
	 * @return its name, or {@code null} where there is none
	 */
	@Nullable String name(int index) {
		return this.byName.values()
			.stream()
			.filter((link) -> link.index() == index)
			.map(Link::name)
			.findFirst()
			.orElse(null);
	}

	/**
	 * Look through bonds and VLANs to the interfaces that really send.
	 * @param names the interfaces that routes name
	 * @return the lowest interfaces, each with those that it was found through, the
	 * nearest last
	 */
	Map<String, Set<String>> lowest(Collection<String> names) {
		Map<String, Set<String>> lowest = new LinkedHashMap<>();
		for (String name : names) {
			descend(name, new LinkedHashSet<>(), lowest);
		}
		return lowest;
	}

	private void descend(String name, Set<String> above, Map<String, Set<String>> lowest) {
		Link link = this.byName.get(name);
		List<Link> below = (link != null) ? below(link) : List.of();
		if (below.isEmpty() || above.contains(name)) {
			lowest.computeIfAbsent(name, (key) -> new LinkedHashSet<>()).addAll(above);
			return;
		}
		Set<String> path = new LinkedHashSet<>(above);
		path.add(name);
		below.forEach((lower) -> descend(lower.name(), path, lowest));
	}

	private List<Link> below(Link link) {
		return this.byName.values().stream().filter((other) -> other.isBelow(link)).toList();
	}

	/**
	 * An interface.
	 *
	 * @param index its number
	 * @param name its name
	 * @param kind what kind it is, empty for a real card
	 * @param lower the number of the interface below, or 0
	 * @param master the number of the interface that it is a port of, or 0
	 */
	record Link(int index, String name, String kind, int lower, int master) {

		boolean isBelow(Link other) {
			return switch (other.kind) {
				case BOND -> this.master == other.index;
				case VLAN -> this.index == other.lower;
				default -> false;
			};
		}

	}

}
