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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KernelVersion}.
 */
class KernelVersionTests {

	@ParameterizedTest(name = "{0} {1}")
	@CsvSource(delimiter = '|', value = {
			// Debian 12, 13 and backports, Raspberry Pi OS
			"6.1.0-40-amd64 | #1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20) | 6 | 1 | 153 | true",
			"6.12.43+deb13-amd64 | #1 SMP PREEMPT_DYNAMIC Debian 6.12.43-1 (2025-08-27) | 6 | 12 | 43 | true",
			"6.12.43+deb12-cloud-arm64 | #1 SMP Debian 6.12.43-1~bpo12+1 (2025-09-06) | 6 | 12 | 43 | true",
			"6.6.51+rpt-rpi-v8 | #1 SMP PREEMPT Debian 1:6.6.51-1+rpt3 (2024-10-08) | 6 | 6 | 51 | true",
			// Ubuntu, Red Hat, SUSE and Oracle count for themselves
			"6.8.0-85-generic | #85-Ubuntu SMP PREEMPT_DYNAMIC Thu Sep 18 15:26:59 UTC 2025 | 6 | 8 | 0 | false",
			"5.14.0-570.49.1.el9_6.x86_64 | #1 SMP PREEMPT_DYNAMIC Wed Oct 1 | 5 | 14 | 0 | false",
			"6.4.0-150600.23.70-default | #1 SMP PREEMPT_DYNAMIC | 6 | 4 | 0 | false",
			"6.12.0-103.40.4.2.el10uek.x86_64 | #1 SMP | 6 | 12 | 0 | false",
			// Those that follow the stable branches
			"6.1.153-175.280.amzn2023.x86_64 | #1 SMP | 6 | 1 | 153 | true",
			"6.16.8-arch3-1 | #1 SMP PREEMPT_DYNAMIC | 6 | 16 | 8 | true",
			"6.6.87.2-microsoft-standard-WSL2 | #1 SMP PREEMPT_DYNAMIC | 6 | 6 | 87 | true",
			"7.0.0 | #1 SMP | 7 | 0 | 0 | true", "7.0 | #1 SMP | 7 | 0 | 0 | true",
			"6.17.0-rc3 | #1 SMP | 6 | 17 | -1 | true",
			// What comes before a release
			"7.0.0-0.rc3.260301g1234567.23.fc45.x86_64 | #1 SMP | 7 | 0 | -1 | true",
			"6.17.0-0.rc2.20.fc43.x86_64 | #1 SMP | 6 | 17 | -1 | true",
			"6.17.0-061700rc2-generic | #202508170001 SMP | 6 | 17 | -1 | true",
			// What is not Debian's version of this kernel
			"6.8.0-85-generic | Debian 6.1.153-1 | 6 | 8 | 0 | false",
			"6.1.0-40-amd64 | Debian unknown | 6 | 1 | 0 | false" })
	void versionIsFound(String release, String version, int major, int minor, int patch, boolean exact) {
		assertThat(KernelVersion.of(release + "\n", version + "\n"))
			.contains(new KernelVersion(major, minor, patch, exact));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "linux", "6", "6.", "v6.1.2", ".6.1", "99999.1.1" })
	void whenThereIsNoVersionThenNoneIsFound(String release) {
		assertThat(KernelVersion.of(release, "#1 SMP Debian 6.1.153-1")).isEmpty();
	}

	@Test
	void versionsAreInOrder() {
		assertThat(new String[] { "5.15.200", "6.1", "6.1.9", "6.1.10", "6.2-rc1", "6.2", "6.10", "7.0-rc1", "7.0" })
			.extracting((text) -> KernelVersion.parse(text).orElseThrow())
			.isSorted();
	}

	@Test
	void branchIsTheFirstTwoNumbers() {
		KernelVersion version = KernelVersion.parse("6.1.10").orElseThrow();
		assertThat(version.isSameBranch(KernelVersion.parse("6.1").orElseThrow())).isTrue();
		assertThat(version.isSameBranch(KernelVersion.parse("6.10.1").orElseThrow())).isFalse();
		assertThat(version.isSameBranch(KernelVersion.parse("7.1.10").orElseThrow())).isFalse();
	}

}
