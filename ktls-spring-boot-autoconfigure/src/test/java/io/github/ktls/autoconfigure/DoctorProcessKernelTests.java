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

package io.github.ktls.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.github.ktls.doctor.DoctorReport;
import io.github.ktls.kernel.KernelAdvisory;
import io.github.ktls.kernel.KernelTls;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The doctor on a kernel with TLS.
 */
@Tag("kernel")
@Tag("process")
class DoctorProcessKernelTests {

	private static DoctorProcess run(String... arguments) {
		List<String> all = new ArrayList<>(List.of("--server.ssl.ktls.enabled=true", "--server.ssl.bundle=web"));
		all.addAll(Arrays.asList(arguments));
		return DoctorProcess.run(all.toArray(String[]::new));
	}

	@Test
	void whenNothingIsInTheWayKernelTlsIsUsed() {
		DoctorProcess process = run("--ktls.doctor");
		assertThat(process.output()).doesNotContain("[FAILED]")
			.contains("[OK]      kernel module: ", "[OK]      upper layer protocols: ",
					"[OK]      probe TLSv1.3 AES_128_GCM: sends; receives",
					"[OK]      probe TLSv1.2 AES_256_GCM: sends", "[OK]      seccomp and security modules: ",
					"[OK]      netty-tcnative: BoringSSL, with a key log", "[OK]      netty epoll: loaded",
					"[OK]      JNA: loaded", "[OK]      network interfaces: ", "lo (");
		// An old kernel is one to be warned of.
		boolean defects = KernelTls.get().advisories().stream().anyMatch((advisory) -> !advisory.receivedFromPeer());
		if (defects) {
			assertThat(process.status()).isEqualTo(DoctorReport.USED_WITH_WARNINGS);
			assertThat(process.output())
				.endsWith("Kernel TLS will be used, with warnings: advisories. (exit status 2)\n");
		}
		else {
			assertThat(process.status()).isEqualTo(DoctorReport.USED);
			assertThat(process.output()).endsWith("Kernel TLS will be used as configured. (exit status 0)\n");
		}
	}

	@Test
	void whenKernelTlsIsNotEnabledThatIsAllThatIsInTheWay() {
		DoctorProcess process = DoctorProcess.run("--ktls.doctor=json", "--server.ssl.bundle=web");
		assertThat(process.status()).isEqualTo(DoctorReport.NOT_USED);
		assertThat(JsonPath.parse(process.output()).<List<String>>read("$.checks[?(@.status == 'FAILED')].check"))
			.containsExactly("server.ssl.ktls");
	}

	@Test
	void whenHttp2IsOnThatIsAWarning() {
		DoctorProcess process = run("--ktls.doctor=json", "--server.http2.enabled=true");
		assertThat(process.status()).isEqualTo(DoctorReport.USED_WITH_WARNINGS);
		assertThat(JsonPath.parse(process.output()).<List<String>>read("$.checks[?(@.status == 'WARNING')].check"))
			.contains("server.http2");
	}

	@Test
	void whetherReceivingIsRefusedIsForTheAdvisoriesToSay() {
		boolean refused = KernelTls.get().advisories().stream().anyMatch(KernelAdvisory::receivedFromPeer);
		assertThat(run("--ktls.doctor", "--server.ssl.ktls.receive=true").status() == DoctorReport.NOT_USED)
			.isEqualTo(refused);
		DoctorProcess process = run("--ktls.doctor", "--server.ssl.ktls.receive=true",
				"--server.ssl.ktls.receive-despite-advisories=true");
		assertThat(process.output()).contains("[OK]      server.ssl.ktls.receive: on, and the kernel can")
			.doesNotContain("[FAILED]");
	}

}
