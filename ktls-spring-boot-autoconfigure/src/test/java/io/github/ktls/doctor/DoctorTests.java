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

package io.github.ktls.doctor;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.linux.Errno;
import io.github.ktls.server.NativeLibraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link Doctor} and its {@link DoctorReport}.
 */
class DoctorTests {

	@TempDir
	Path root;

	private FakeHost host;

	@BeforeEach
	void createHost() {
		this.host = new FakeHost(this.root);
	}

	@Test
	void whenNothingIsInTheWayKernelTlsIsUsed() {
		DoctorReport report = this.host.examine();
		assertThat(report.findings()).extracting(Finding::status).containsOnly(CheckStatus.OK);
		assertThat(report.exitStatus()).isZero();
		assertThat(report.toText()).endsWith("Kernel TLS will be used as configured. (exit status 0)\n");
	}

	@Test
	void whenOneCheckFailedKernelTlsIsNotUsed() {
		DoctorReport report = this.host.configuration(FakeHost.configured(false, true)).examine();
		assertThat(report.exitStatus()).isEqualTo(1);
		assertThat(report.toText())
			.contains("[FAILED]  server.ssl.ktls: enabled=false, mode=preferred\n",
					"            -> application.properties: server.ssl.ktls.enabled=true\n")
			.endsWith("Kernel TLS will not be used as configured: server.ssl.ktls. (exit status 1)\n");
	}

	@Test
	void whenThereAreOnlyWarningsKernelTlsIsUsed() {
		DoctorReport report = this.host.kernel(new FakeKernel().withoutCipher(54)).examine();
		assertThat(report.exitStatus()).isEqualTo(2);
		assertThat(report.toText())
			.endsWith("Kernel TLS will be used, with warnings: probe TLSv1.3 CHACHA20_POLY1305. (exit status 2)\n");
	}

	@Test
	void whenAWarningComesBesideAFailureItsStatusIsThatOfTheFailure() {
		assertThat(this.host.kernel(new FakeKernel().withoutCipher(54))
			.configuration(FakeHost.configured(false, true))
			.examine()
			.exitStatus()).isEqualTo(1);
	}

	@Test
	void whatCannotBeSeenDoesNotCount() {
		DoctorReport report = this.host.remove("boot/config-" + FakeHost.RELEASE)
			.remove("proc/self/status")
			.remove(FakeHost.UP)
			.remove("sys/class/net/eth0")
			.examine();
		assertThat(report.findings()).filteredOn((finding) -> finding.status() == CheckStatus.UNKNOWN)
			.extracting(Finding::check)
			.containsExactly("kernel configuration", "seccomp and security modules", "capabilities",
					"network interfaces");
		assertThat(report.exitStatus()).isZero();
	}

	@Test
	void whenNothingCanBeReadAndNothingWorksThatIsSaid() {
		DoctorReport report = Doctor.examine(new DoctorInputs(new HostFiles(this.root.resolve("nowhere")), Map.of(),
				false, KernelTls.probe(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT)), List.of(),
				new NativeLibraries("no epoll", "no tcnative", "", false), (name) -> List.of(),
				FakeHost.configured(false, false)));
		assertThat(report.exitStatus()).isEqualTo(1);
		assertThat(report.findings()).filteredOn((finding) -> finding.status() == CheckStatus.FAILED)
			.extracting(Finding::check)
			.contains("host", "probe", "netty-tcnative", "netty epoll", "java.io.tmpdir", "server.ssl",
					"server.ssl.ktls");
	}

	@Test
	void whenAllFilesAreGarbageNothingOfItReachesTheTerminal() {
		byte[] garbage = new byte[4096];
		new Random(7).nextBytes(garbage);
		for (String file : List.of("proc/sys/kernel/osrelease", "proc/modules", "proc/sys/net/ipv4/tcp_available_ulp",
				"proc/self/status", "proc/self/mountinfo", "proc/self/attr/current", "proc/config.gz",
				"boot/config-" + FakeHost.RELEASE, "proc/1/cgroup", FakeHost.UP)) {
			this.host.write(file, garbage);
		}
		DoctorReport report = this.host.kernel(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT)).examine();
		assertThat(report.exitStatus()).isEqualTo(1);
		assertThat(report.toText()).matches("[\\n\\x20-\\x7e]+");
		assertThat(report.toJson()).matches("[\\n\\x20-\\x7e]+");
		assertThat(JsonPath.parse(report.toJson()).<Integer>read("$.exitStatus")).isEqualTo(1);
	}

	@Test
	void jsonSaysTheSame() {
		DoctorReport report = this.host.write("proc/self/attr/current", "a \"label\" \\ of\u0000")
			.kernel(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT))
			.examine();
		DocumentContext json = JsonPath.parse(report.toJson());
		assertThat(json.<Integer>read("$.exitStatus")).isEqualTo(report.exitStatus());
		assertThat(json.<String>read("$.verdict")).isEqualTo(report.verdict());
		assertThat(json.<List<String>>read("$.checks[*].check"))
			.isEqualTo(report.findings().stream().map(Finding::check).toList());
		assertThat(json.<List<String>>read("$.checks[*].status"))
			.isEqualTo(report.findings().stream().map((finding) -> finding.status().name()).toList());
		assertThat(json.<List<String>>read("$.checks[*].finding"))
			.isEqualTo(report.findings().stream().map(Finding::finding).toList());
		assertThat(json.<List<String>>read("$.checks[?(@.check == 'probe')].remedies[0].line"))
			.containsExactly("modprobe tls");
		assertThat(json.<List<String>>read("$.checks[?(@.check == 'host')].remedies[*]")).isEmpty();
	}

	@Test
	void whatFailedHasToSayWhatToDo() {
		assertThatIllegalArgumentException().isThrownBy(() -> Finding.failed("check", "found", List.of()));
		assertThatIllegalArgumentException().isThrownBy(() -> Finding.warning("check", "found", List.of()));
	}

}
