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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Routes}.
 */
class RoutesTests {

	private static final String IPV6_REST = " 00 00000000000000000000000000000000 00 "
			+ "00000000000000000000000000000000 00000400 00000001 00000000 ";

	@ParameterizedTest
	@ValueSource(strings = { "", "\n\n", "eth0", "eth0\t00000000\t010200C0", "eth0\t0\t0\tzz\t0",
			"eth0\t0\t0\t99999999999999999999\t0", "\0\u00ff\t\t\t" })
	void whatIsNoRouteNamesNoInterface(String contents) {
		assertThat(Routes.parseIpv4(contents)).isEmpty();
		assertThat(Routes.parseIpv6(contents)).isEmpty();
	}

	@Test
	void interfacesOfIpv4RoutesAreThoseThatAreUp() {
		assertThat(Routes.parseIpv4("""
				Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
				eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
				eth0\t0002A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
				bond0.5\t0003A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
				down0\t0004A8C0\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
				*\t0005A8C0\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0
				lo\t0006A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
				""")).containsExactly("eth0", "bond0.5");
	}

	@Test
	void interfacesOfIpv6RoutesAreThoseWithMoreThanTheirOwnLink() {
		assertThat(Routes.parseIpv6(route("00000000000000000000000000000000", "00000003", "eth0")
				+ route("fd090000000000000000000000000000", "00000001", "eth1")
				+ route("fe800000000000000000000000000000", "00000001", "link0")
				+ route("ff000000000000000000000000000000", "00000001", "multicast0")
				+ route("fd090000000000000000000000000001", "80200001", "local0")
				+ route("fd090000000000000000000000000000", "80300001", "anycast0")
				+ route("00000000000000000000000000000000", "00200200", "lo")
				+ route("20010db8000000000000000000000000", "00000201", "unreachable0")
				+ route("20010db8000000000000000000000000", "00000001", "-")
				+ route("20010db8000000000000000000000000", "00000001", "lo")))
			.containsExactly("eth0", "eth1");
	}

	@Test
	void whenThereAreNoTablesThereAreNoInterfaces() {
		assertThat(Routes.interfaces(new FakeKernel())).isEmpty();
		FakeNetwork network = new FakeNetwork();
		network.route("eth1");
		network.route("eth0");
		assertThat(Routes.interfaces(new FakeKernel().with(network))).containsExactly("eth0", "eth1");
	}

	private static String route(String destination, String flags, String name) {
		return destination + IPV6_REST + flags + "     " + name + "\n";
	}

}
