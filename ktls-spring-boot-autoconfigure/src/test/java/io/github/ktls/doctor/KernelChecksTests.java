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

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.linux.Errno;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KernelConfigurationCheck}, {@link ModuleCheck} and {@link UlpCheck}.
 */
class KernelChecksTests {

	private static final String CONFIGURATION = "boot/config-" + FakeHost.RELEASE;

	private static final String ULP = "proc/sys/net/ipv4/tcp_available_ulp";

	@TempDir
	Path root;

	private FakeHost host;

	@BeforeEach
	void createHost() {
		this.host = new FakeHost(this.root);
	}

	private FakeHost unable() {
		return this.host.write("proc/modules", "nf_tables 1 0 - Live 0x0\ntls_not 1 0 - Live 0x0\n")
			.write(ULP, "espintcp mptcp\n")
			.kernel(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT));
	}

	@Test
	void whenTheKernelWasBuiltWithoutTlsAnotherOneIsAdvised() {
		unable().write(CONFIGURATION, "CONFIG_NET=y\n# CONFIG_TLS is not set\nCONFIG_TLS_DEVICE_X=y\n");
		Finding configuration = this.host.finding("kernel configuration");
		assertThat(configuration.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(configuration.finding())
			.isEqualTo("CONFIG_TLS is not set, CONFIG_TLS_DEVICE is not set (/%s)".formatted(CONFIGURATION));
		for (String check : new String[] { "kernel configuration", "kernel module", "upper layer protocols",
				"probe" }) {
			assertThat(this.host.finding(check).status()).isEqualTo(CheckStatus.FAILED);
			assertThat(this.host.finding(check).remedies().get(0).line()).startsWith("boot a kernel with CONFIG_TLS=m");
		}
	}

	@Test
	void whatTheKernelItselfSaysOfItsConfigurationComesFirst() {
		this.host.writeCompressed("proc/config.gz", "CONFIG_TLS=y\n");
		assertThat(this.host.finding("kernel configuration").finding())
			.startsWith("CONFIG_TLS=y, CONFIG_TLS_DEVICE is not set (/proc/config.gz)");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "garbage", "\u001f\u008b\b\u0000\u0000\u0000\u0000\u0000garbage" })
	void whenTheKernelsOwnConfigurationIsGarbageThePackagesIsTaken(String garbage) {
		this.host.write("proc/config.gz", garbage);
		assertThat(this.host.finding("kernel configuration")).isEqualTo(
				Finding.ok("kernel configuration", "CONFIG_TLS=m, CONFIG_TLS_DEVICE=y (/%s)".formatted(CONFIGURATION)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "lib/modules/6.14.2-test/config", "usr/lib/modules/6.14.2-test/config" })
	void theConfigurationMayBeElsewhere(String path) {
		this.host.write(CONFIGURATION, "no option\n").write(path, "CONFIG_TLS=m\n");
		assertThat(this.host.finding("kernel configuration").finding()).contains("CONFIG_TLS=m", path);
	}

	@Test
	void whenNoConfigurationCanBeReadThatIsSaid() {
		Finding finding = this.host.remove(CONFIGURATION).finding("kernel configuration");
		assertThat(finding.status()).isEqualTo(CheckStatus.UNKNOWN);
		assertThat(finding.finding()).contains("/boot/config-6.14.2-test");
	}

	@Test
	void whenTheModuleIsNotLoadedItSaysHowToLoadIt() {
		Finding finding = unable().finding("kernel module");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.remedies()).extracting(Remedy::line)
			.contains("modprobe tls", "echo tls > /etc/modules-load.d/ktls.conf")
			.anySatisfy((line) -> assertThat(line).contains("chroot, /host, modprobe, tls", "privileged: true"));
	}

	@Test
	void whenTheModuleIsLoadedItIsSeenInEitherPlace() {
		assertThat(unable().write("sys/module/tls/refcnt", "0").finding("kernel module").finding())
			.contains("/sys/module/tls");
		assertThat(this.host.write("proc/modules", "tls 1 0 - Live 0x0\n").finding("kernel module").finding())
			.contains("/proc/modules");
	}

	@Test
	void whenTheCheckItselfHadTheModuleLoadedItIsNotThereAfterTheNextBoot() {
		Finding finding = this.host.withoutModuleBefore().finding("kernel module");
		assertThat(finding.status()).isEqualTo(CheckStatus.WARNING);
		assertThat(finding.finding()).startsWith("tls was loaded by this check").endsWith("it is not loaded at boot");
		assertThat(finding.remedies()).isEqualTo(ModuleCheck.load());
		this.host.write("proc/modules", "").write("sys/module/tls/refcnt", "0");
		assertThat(this.host.finding("kernel module").status()).isEqualTo(CheckStatus.WARNING);
	}

	@Test
	void whenNoModuleIsSeenNeitherBeforeNorAfterTheCheckItWasNotLoadedByIt() {
		this.host.withoutModuleBefore().write("proc/modules", "");
		assertThat(this.host.finding("kernel module").status()).isEqualTo(CheckStatus.OK);
	}

	@Test
	void whetherTheModuleIsThereIsSeenInEitherPlace() {
		assertThat(ModuleCheck.isLoaded(unable().files())).isFalse();
		assertThat(ModuleCheck.isLoaded(this.host.directory("sys/module/tls").files())).isTrue();
		this.host.remove("sys/module/tls").write("proc/modules", "tls 1 0 - Live 0x0\n");
		assertThat(ModuleCheck.isLoaded(this.host.files())).isTrue();
	}

	@Test
	void whenTlsIsBuiltInThereIsNoModule() {
		unable().write(CONFIGURATION, "CONFIG_TLS=y\n");
		assertThat(this.host.finding("kernel module")).isEqualTo(Finding.ok("kernel module", "tls is built in"));
	}

	@Test
	void whenModulesCannotBeReadTheProbeDecides() {
		unable().remove("proc/modules");
		assertThat(this.host.finding("kernel module").status()).isEqualTo(CheckStatus.UNKNOWN);
		assertThat(this.host.kernel(new FakeKernel()).finding("kernel module").status()).isEqualTo(CheckStatus.OK);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "espintcp mptcp\n", "tlsx" })
	void whenTlsIsNotAmongTheProtocolsTheModuleIsAdvised(String protocols) {
		Finding finding = unable().write(ULP, protocols).finding("upper layer protocols");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.remedies().get(0).line()).isEqualTo("modprobe tls");
	}

	@Test
	void whenTheProtocolsAreNotShownTheProbeDecides() {
		unable().remove(ULP);
		assertThat(this.host.finding("upper layer protocols").status()).isEqualTo(CheckStatus.UNKNOWN);
		assertThat(this.host.kernel(new FakeKernel()).finding("upper layer protocols").status())
			.isEqualTo(CheckStatus.OK);
	}

}
