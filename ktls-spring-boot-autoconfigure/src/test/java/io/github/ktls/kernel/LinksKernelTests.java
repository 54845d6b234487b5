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
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.test.NetworkNamespace;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Links} with a real VLAN on a real bond of two interfaces.
 */
@Tag("kernel")
@Tag("bond")
class LinksKernelTests {

	@BeforeAll
	static void setUp() {
		for (String command : List.of("ip link add ktlsbond type bond mode active-backup",
				"ip link add ktlsport0 type dummy", "ip link add ktlsport1 type dummy",
				"ip link set ktlsport0 master ktlsbond", "ip link set ktlsport1 master ktlsbond",
				"ip link add link ktlsbond name ktlsvlan type vlan id 5", "ip link set ktlsbond up",
				"ip addr add 10.9.5.1/24 dev ktlsvlan", "ip link set ktlsvlan up")) {
			NetworkNamespace.run(command);
		}
	}

	@AfterAll
	static void takeDown() {
		for (String name : List.of("ktlsvlan", "ktlsbond", "ktlsport0", "ktlsport1")) {
			NetworkNamespace.run("ip link del " + name);
		}
	}

	@Test
	void vlanAndBondAreLookedThrough() throws IOException {
		Map<String, Set<String>> lowest = Links.read(new JnaSystemCalls()).lowest(List.of("ktlsvlan"));
		assertThat(lowest.keySet()).containsExactlyInAnyOrder("ktlsport0", "ktlsport1");
		assertThat(lowest.get("ktlsport1")).containsExactly("ktlsvlan", "ktlsbond");
	}

	@Test
	void whatRoutesLeadToIsWhatLiesBelow() throws IOException {
		assertThat(new NetworkInterfaces(new JnaSystemCalls()).look())
			.filteredOn((found) -> found.uppers().contains("ktlsvlan"))
			.extracting(NetworkInterfaceFeatures::name)
			.containsExactlyInAnyOrder("ktlsport0", "ktlsport1");
	}

	@Test
	void featuresOfWhatLiesBelowAreTold() throws IOException {
		assertThat(new NetworkInterfaces(new JnaSystemCalls()).look())
			.filteredOn((found) -> found.name().equals("ktlsport0"))
			.singleElement()
			.satisfies((found) -> {
				assertThat(found.driver()).isEqualTo("dummy");
				assertThat(found.state(TlsFeature.TRANSMIT)).isEqualTo(FeatureState.OFF_FIXED);
				assertThat(found.counters()).isEmpty();
			});
	}

}
