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

package io.github.ktls.test;

/**
 * The lab kernel's pretend network card with TLS offload: {@code tlsnic0} in this network
 * namespace, {@code tlsnic1} in another one, which has the peer. A pair of interfaces
 * that cannot offload, {@code second0} and {@code second1}, is another way between the
 * two, and each end has an address that does not depend on the way.
 */
public final class TlsNic implements AutoCloseable {

	/** The namespace with the peer. */
	public static final String PEER = "ktls-peer";

	/** Our address, whatever way packets take. */
	public static final String ADDRESS = "10.9.2.1";

	/** Our address on the card. */
	public static final String CARD_ADDRESS = "10.9.0.1";

	/** Our IPv6 address on the card. */
	public static final String CARD_ADDRESS_6 = "fd09::1";

	/** The card. */
	public static final String CARD = "tlsnic0";

	/** How the card sends. */
	public static final String TX = "tls-hw-tx-offload";

	/** How the card receives. */
	public static final String RX = "tls-hw-rx-offload";

	private TlsNic() {
	}

	/**
	 * Set the interfaces up.
	 * @return the interfaces, to be taken down
	 */
	public static TlsNic setUp() {
		run("ip netns add " + PEER);
		run("ip link set tlsnic1 netns " + PEER);
		run("ip link add second0 type veth peer name second1 netns " + PEER);
		peer("ip link set lo up");
		end("", "lo", CARD, "second0", "1");
		end(PEER, "lo", "tlsnic1", "second1", "2");
		TlsNic nic = new TlsNic();
		nic.useCard();
		return nic;
	}

	private static void end(String namespace, String loopback, String card, String second, String host) {
		String ip = namespace.isEmpty() ? "ip" : "ip -n " + namespace;
		run(ip + " addr add 10.9.2." + host + "/32 dev " + loopback);
		run(ip + " addr add 10.9.0." + host + "/24 dev " + card);
		run(ip + " addr add fd09::" + host + "/64 dev " + card + " nodad");
		run(ip + " addr add 10.9.1." + host + "/24 dev " + second);
		run(ip + " link set " + card + " up");
		run(ip + " link set " + second + " up");
	}

	/**
	 * Have packets go over the card.
	 */
	public void useCard() {
		run("ip link set " + CARD + " up");
		peer("ip link set tlsnic1 up");
		run("ip route replace 10.9.2.2/32 via 10.9.0.2 src " + ADDRESS);
		peer("ip route replace " + ADDRESS + "/32 via 10.9.0.1 src 10.9.2.2");
	}

	/**
	 * Have packets go the other way.
	 */
	public void useSecond() {
		run("ip route replace 10.9.2.2/32 via 10.9.1.2 src " + ADDRESS);
		peer("ip route replace " + ADDRESS + "/32 via 10.9.1.1 src 10.9.2.2");
	}

	/**
	 * Shut the card down, at both ends.
	 */
	public void shutDown() {
		run("ip link set " + CARD + " down");
		peer("ip link set tlsnic1 down");
	}

	/**
	 * Switch a feature of the card, as somebody else would do it.
	 * @param feature the feature
	 * @param on whether it is to be on
	 */
	public void set(String feature, boolean on) {
		run("ethtool -K " + CARD + " " + feature + (on ? " on" : " off"));
	}

	/**
	 * Return whether a feature of the card is on, as somebody else sees it.
	 * @param feature the feature
	 * @return whether it is on
	 */
	public boolean isOn(String feature) {
		return run("ethtool -k " + CARD).contains(feature + ": on");
	}

	/**
	 * Return what the card counts, as somebody else sees it.
	 * @param statistic what is counted
	 * @return its number
	 */
	public long statistic(String statistic) {
		return run("ethtool -S " + CARD).lines()
			.map(String::trim)
			.filter((line) -> line.startsWith(statistic + ":"))
			.mapToLong((line) -> Long.parseLong(line.substring(statistic.length() + 1).trim()))
			.sum();
	}

	private static String run(String command) {
		return NetworkNamespace.run(command);
	}

	private static String peer(String command) {
		return NetworkNamespace.runIn(PEER, command);
	}

	@Override
	public void close() {
		peer("ip link set tlsnic1 netns 1");
		run("ip link del second0");
		run("ip netns del " + PEER);
		run("ip addr flush dev " + CARD);
		run("ip addr del " + ADDRESS + "/32 dev lo");
		run("ip link set " + CARD + " down");
	}

}
