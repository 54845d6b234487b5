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
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.doctor.ServerConfiguration.TlsSelection;
import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.linux.Errno;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ProbeChecks} and {@link SandboxCheck}.
 */
class ProbeChecksTests {

	private static final String SANDBOX = "seccomp and security modules";

	private static final String CHACHA = "probe TLSv1.3 CHACHA20_POLY1305";

	@TempDir
	Path root;

	private FakeHost host;

	@BeforeEach
	void createHost() {
		this.host = new FakeHost(this.root);
	}

	@ParameterizedTest
	@EnumSource(names = { "NOT_LINUX", "UNSUPPORTED_ARCHITECTURE", "NATIVE_ACCESS_UNAVAILABLE", "MODULE_MISSING",
			"CIPHER_NOT_IN_KERNEL", "PROBE_FAILED", "SYSTEM_CALL_REFUSED" })
	void whateverIsInTheWayItSaysWhatToDo(KtlsFallbackReason reason) {
		KernelTls kernel = mock();
		given(kernel.unavailabilityCause()).willReturn(new KtlsFallback(reason, "the detail"));
		List<Finding> findings = ProbeChecks.examine(kernel, Optional.empty(), FakeHost.configured(true, true));
		assertThat(findings).singleElement().satisfies((finding) -> {
			assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
			assertThat(finding.finding()).contains(reason.name(), "the detail", reason.getAdvice());
			assertThat(finding.remedies()).isNotEmpty();
		});
	}

	@Test
	void whenTheModuleIsMissingItSaysHowToLoadIt() {
		Finding finding = this.host.kernel(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT)).finding("probe");
		assertThat(finding.finding()).startsWith("MODULE_MISSING (setsockopt(TCP_ULP) failed with ENOENT)");
		assertThat(finding.remedies().get(0)).isEqualTo(new Remedy("on the host, now", "modprobe tls"));
	}

	@Test
	void eachVersionAndCipherIsListed() {
		assertThat(this.host.examine().findings()).extracting(Finding::check)
			.filteredOn((check) -> check.startsWith("probe"))
			.containsExactlyInAnyOrder("probe TLSv1.2 AES_128_GCM", "probe TLSv1.2 AES_256_GCM",
					"probe TLSv1.2 CHACHA20_POLY1305", "probe TLSv1.3 AES_128_GCM", "probe TLSv1.3 AES_256_GCM",
					CHACHA);
		assertThat(this.host.finding("probe TLSv1.3 AES_128_GCM").finding())
			.isEqualTo("sends; receives; replaces keys: yes");
		assertThat(this.host.finding("probe TLSv1.2 AES_128_GCM").finding())
			.isEqualTo("sends; receives; replaces keys: no");
	}

	@Test
	void whatTheKernelCannotDoIsSaid() {
		this.host.kernel(new FakeKernel().withoutRekey().withoutReceive());
		assertThat(this.host.finding("probe TLSv1.3 AES_128_GCM").finding())
			.isEqualTo("sends; does not receive (RECEIVE_NOT_IN_KERNEL); replaces keys: no");
	}

	@Test
	void whenACipherIsMissingThatIsAWarningIfTheServerOffersIt() {
		this.host.kernel(new FakeKernel().withoutCipher(54));
		Finding finding = this.host.finding(CHACHA);
		assertThat(finding.status()).isEqualTo(CheckStatus.WARNING);
		assertThat(finding.remedies()).extracting(Remedy::line)
			.containsExactly("modprobe -a chacha20poly1305 gcm",
					"printf 'chacha20poly1305\\ngcm\\n' >> /etc/modules-load.d/ktls.conf",
					"server.ssl.ciphers=" + CiphersCheck.AES_GCM);
		assertThat(this.host.finding("probe TLSv1.2 CHACHA20_POLY1305").status()).isEqualTo(CheckStatus.OK);
		this.host.configuration(offering("TLS_AES_128_GCM_SHA256"));
		assertThat(this.host.finding(CHACHA).status()).isEqualTo(CheckStatus.OK);
		assertThat(this.host.examine().exitStatus()).isZero();
	}

	@Test
	void theCiphersAreAdvisedWhereTheyAreConfigured() {
		TlsSelection web = new TlsSelection("spring.ssl.bundle.pem.web.options", List.of(), List.of(), true);
		TlsSelection other = new TlsSelection("spring.ssl.bundle.jks.other.options", List.of(),
				List.of("TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"), true);
		TlsSelection without = new TlsSelection("spring.ssl.bundle.pem.without.options", List.of(),
				List.of("TLS_AES_128_GCM_SHA256"), true);
		TlsSelection code = new TlsSelection("the bundle 'code'", List.of(), List.of(), false);
		this.host.kernel(new FakeKernel().withoutCipher(54))
			.configuration(new ServerConfiguration(null, true, false, false, false, 100, Map.of(), null, true, false,
					List.of(web, other, without, code)));
		assertThat(this.host.finding(CHACHA).remedies()).extracting(Remedy::line)
			.filteredOn((line) -> line.contains("ciphers="))
			.containsExactly("spring.ssl.bundle.pem.web.options.ciphers=" + CiphersCheck.AES_GCM,
					"spring.ssl.bundle.jks.other.options.ciphers=" + CiphersCheck.AES_GCM);
	}

	@Test
	void theCiphersThatAreAdvisedNeedNoMissingOne() {
		this.host.kernel(new FakeKernel().withoutCipher(54))
			.configuration(offering(CiphersCheck.AES_GCM.split(",", -1)));
		assertThat(this.host.examine().exitStatus()).isZero();
	}

	private static ServerConfiguration offering(String... ciphers) {
		return new ServerConfiguration(null, true, false, false, false, 100, Map.of(), null, true, false,
				List.of(FakeHost.selection(List.of(), List.of(ciphers))));
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.EPERM, Errno.EACCES, Errno.ENOSYS })
	void whenASystemCallWasRefusedWhoeverCanDoSoIsNamed(int errno) {
		this.host.write("proc/self/status", "NoNewPrivs:\t1\nSeccomp:\t2\n")
			.write("proc/self/attr/current", "docker-default (enforce)\n")
			.kernel(new FakeKernel().refuse(Call.ATTACH, errno));
		Finding finding = this.host.finding(SANDBOX);
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).startsWith("a seccomp filter, no_new_privs set, security label docker-default "
				+ "(enforce); setsockopt(TCP_ULP) failed with " + Errno.nameOf(errno));
		assertThat(finding.remedies()).extracting(Remedy::where)
			.anyMatch((where) -> where.startsWith("seccomp: Docker"))
			.anyMatch((where) -> where.startsWith("seccomp: Kubernetes"))
			.anyMatch((where) -> where.startsWith("AppArmor"))
			.anyMatch((where) -> where.startsWith("SELinux"));
		assertThat(this.host.finding("probe").remedies()).isEqualTo(finding.remedies());
	}

	@Test
	void whenOnlyReceivingWasRefusedThatIsAWarning() {
		this.host.kernel(new FakeKernel().refuse(Call.INSTALL_RECEIVE, Errno.EPERM));
		assertThat(this.host.finding(SANDBOX).status()).isEqualTo(CheckStatus.WARNING);
	}

	@Test
	void whatTheKernelItselfAnswersIsNoRefusal() {
		this.host.kernel(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT));
		assertThat(this.host.finding(SANDBOX)).isEqualTo(
				Finding.ok(SANDBOX, "no seccomp, no_new_privs not set, no security label; no system call was refused"));
	}

	@Test
	void whenTheProcessStatusSaysNothingItIsUnknown() {
		this.host.write("proc/self/status", "Seccomp:\nSeccomp_filters:\t1\n");
		assertThat(this.host.finding(SANDBOX).status()).isEqualTo(CheckStatus.UNKNOWN);
	}

}
