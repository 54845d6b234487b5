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
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KernelAdvisories}.
 */
class KernelAdvisoriesTests {

	private static final String ANY = "#1 SMP PREEMPT_DYNAMIC";

	@ParameterizedTest(name = "{0}: last {1}, first fixed {2}")
	@CsvSource({ "CVE-2025-39682, 6.1.148, 6.1.149", "CVE-2025-39682, 6.6.102, 6.6.103",
			"CVE-2025-39682, 6.12.43, 6.12.44", "CVE-2025-39682, 6.16.3, 6.16.4", "CVE-2025-39682, 6.15.11, 6.17.0",
			"CVE-2025-39682, 6.17.0-rc2, 6.17.1", "CVE-2025-39946, 6.1.153, 6.1.154",
			"CVE-2025-39946, 6.6.107, 6.6.108", "CVE-2025-39946, 6.12.48, 6.12.49", "CVE-2025-39946, 6.16.8, 6.16.9",
			"CVE-2025-38616, 6.6.102, 6.6.103", "CVE-2025-38616, 6.12.42, 6.12.43", "CVE-2025-38616, 6.15.10, 6.15.11",
			"CVE-2025-38616, 6.1.184, 6.1.185", "CVE-2025-38471, 6.12.39, 6.12.40", "CVE-2025-40176, 6.17.4, 6.17.5",
			"CVE-2026-23414, 6.18.20, 6.18.21", "CVE-2026-23240, 6.18.15, 6.18.16", "CVE-2026-31533, 6.12.81, 6.12.82",
			"CVE-2026-64047, 7.0.10, 7.0.11", "CVE-2026-74611, 7.1.8, 7.1.9", "CVE-2024-0646, 6.1.68, 6.1.69",
			"CVE-2024-58240, 5.15.215, 5.15.216" })
	void fixEndsTheAdvisoryInItsBranch(String id, String lastWithDefect, String firstFixed) {
		assertThat(ids(lastWithDefect)).contains(id);
		assertThat(ids(firstFixed)).doesNotContain(id);
	}

	@ParameterizedTest
	@CsvSource({ "CVE-2025-39682, 5.19.17", "CVE-2025-39946, 5.15.190", "CVE-2024-35841, 6.4.16",
			"CVE-2024-26583, 5.4.43", "CVE-2025-38471, 6.0.5", "CVE-2026-64046, 5.4.13" })
	void kernelThatIsOlderThanTheDefectDoesNotHaveIt(String id, String release) {
		assertThat(ids(release)).doesNotContain(id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "7.2.0", "7.3.4-lab", "8.0.0-1-generic", "7.1.9" })
	void newKernelHasNoDefectAtAll(String release) {
		assertThat(KernelAdvisories.forKernel(release, ANY)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "6.1.0-38-amd64 | #1 SMP PREEMPT_DYNAMIC Debian 6.1.147-1 (2025-08-02) | true",
					"6.1.0-45-amd64 | #1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-06) | false",
					"6.12.43+deb13-amd64 | #1 SMP PREEMPT_DYNAMIC Debian 6.12.43-1 (2025-08-27) | true",
					"6.12.90+deb13-amd64 | #1 SMP PREEMPT_DYNAMIC Debian 6.12.90-1 (2026-05-27) | false",
					"6.8.0-85-generic | #85-Ubuntu SMP PREEMPT_DYNAMIC | true",
					"6.17.0-6-generic | #6-Ubuntu SMP | true", "7.0.0-12-generic | #12-Ubuntu SMP | false",
					"5.14.0-570.49.1.el9_6.x86_64 | #1 SMP | true", "6.18.44 | #1 SMP | false",
					"6.1.176 | #1 | false" })
	void peersCanAttackTheKernelsThatHaveNoFix(String release, String version, boolean attackable) {
		assertThat(KernelAdvisories.forKernel(release, version).stream().anyMatch(KernelAdvisory::receivedFromPeer))
			.isEqualTo(attackable);
	}

	@Test
	void whenPatchLevelIsNotKnownThenAnOldKernelMayHaveANewDefect() {
		// Red Hat's 5.14 has the TLS code of far newer kernels.
		assertThat(ids("5.14.0-570.49.1.el9_6.x86_64")).contains("CVE-2025-39682", "CVE-2025-39946");
		assertThat(ids("5.14.21")).doesNotContain("CVE-2025-39682", "CVE-2025-39946");
	}

	@Test
	void whenReleaseIsNotKnownThenEveryAdvisoryApplies() {
		List<KernelAdvisory> all = KernelAdvisories.forKernel("", "");
		assertThat(all).extracting(KernelAdvisory::id)
			.doesNotHaveDuplicates()
			.contains("CVE-2025-39682", "CVE-2026-74611");
		assertThat(all).allSatisfy((advisory) -> {
			assertThat(advisory.id()).matches("CVE-20\\d\\d-\\d{4,6}");
			assertThat(advisory.summary()).isNotBlank();
		});
		assertThat(KernelAdvisories.forKernel("unknown", ANY)).isEqualTo(all);
		for (String release : List.of("4.19.1", "5.15.1", "6.1.1", "6.6.1", "6.12.1", "6.18.1", "7.0.1")) {
			assertThat(all).containsAll(KernelAdvisories.forKernel(release, ANY));
		}
	}

	@Test
	void onlyReceivingIsOpenToPeers() {
		assertThat(KernelAdvisories.forKernel("", "")).filteredOn(KernelAdvisory::receivedFromPeer)
			.extracting(KernelAdvisory::id)
			.contains("CVE-2025-39682", "CVE-2025-39946")
			// Another reader, another option, sending.
			.doesNotContain("CVE-2025-38616", "CVE-2026-74611", "CVE-2024-26585", "CVE-2026-31533");
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void runningKernelSaysWhichItIs() throws Exception {
		assertThat(KernelAdvisories.read()).isEqualTo(KernelAdvisories.forKernel(uname("-r"), uname("-v")));
	}

	private static String uname(String option) throws IOException {
		Process process = new ProcessBuilder("uname", option).start();
		return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
	}

	private static List<String> ids(String release) {
		return KernelAdvisories.forKernel(release, ANY).stream().map(KernelAdvisory::id).toList();
	}

}
