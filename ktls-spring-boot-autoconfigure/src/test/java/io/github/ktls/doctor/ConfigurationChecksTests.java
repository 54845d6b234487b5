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

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.ktls.doctor.ServerConfiguration.TlsSelection;
import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KernelAdvisory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConfigurationChecks}, {@link CiphersCheck} and
 * {@link AdvisoriesCheck}.
 */
class ConfigurationChecksTests {

	private static final KernelAdvisory RECEIVED = new KernelAdvisory("CVE-1", "use after free", true);

	private static final KernelAdvisory OTHER = new KernelAdvisory("CVE-2", "race", false);

	@TempDir
	Path root;

	private FakeHost host;

	@BeforeEach
	void createHost() {
		this.host = new FakeHost(this.root);
	}

	private static ServerConfiguration configured(@Nullable String obstacle, boolean receive, boolean despite,
			int percentage, @Nullable String invalid, boolean http2) {
		return new ServerConfiguration(obstacle, true, false, receive, despite, percentage, Map.of(), invalid, true,
				http2, List.of(FakeHost.selection(List.of(), List.of())));
	}

	private FakeHost selected(List<String> protocols, List<String> ciphers) {
		return this.host.configuration(new ServerConfiguration(null, true, false, false, false, 100, Map.of(), null,
				true, false, List.of(new TlsSelection("server.ssl", protocols, ciphers, true))));
	}

	@Test
	void whenTheServerIsAnotherOneItFails() {
		this.host.configuration(configured("a servlet application", false, false, 100, null, false));
		assertThat(this.host.finding("web server").status()).isEqualTo(CheckStatus.FAILED);
		assertThat(this.host.finding("web server").finding()).isEqualTo("a servlet application");
	}

	@Test
	void whenThereIsNoTlsItSaysHowToConfigureIt() {
		Finding finding = this.host.configuration(FakeHost.configured(true, false)).finding("server.ssl");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.remedies()).extracting(Remedy::line).contains("server.ssl.bundle=web");
	}

	@Test
	void whenAValueIsInvalidItIsNamed() {
		this.host
			.configuration(configured(null, false, false, 100, "server.ssl.ktls.max-open-files=-1: at least 0", false));
		assertThat(this.host.finding("server.ssl.ktls").status()).isEqualTo(CheckStatus.FAILED);
		assertThat(this.host.finding("server.ssl.ktls").finding()).contains("max-open-files=-1: at least 0");
	}

	@Test
	void whenNoConnectionIsHandedOverItFails() {
		this.host.configuration(configured(null, false, false, 0, null, false));
		assertThat(this.host.finding("server.ssl.ktls.rollout-percentage").status()).isEqualTo(CheckStatus.FAILED);
		this.host.configuration(configured(null, false, false, 1, null, false));
		assertThat(this.host.finding("server.ssl.ktls.rollout-percentage").status()).isEqualTo(CheckStatus.OK);
	}

	@Test
	void whenTheKernelCannotReceiveThatFailsIfItIsToDoSo() {
		this.host.kernel(new FakeKernel().withoutReceive());
		assertThat(this.host.examine().exitStatus()).isZero();
		Finding finding = this.host.configuration(configured(null, true, false, 100, null, false))
			.finding("server.ssl.ktls.receive");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).startsWith("RECEIVE_NOT_IN_KERNEL");
		assertThat(finding.remedies()).extracting(Remedy::line).contains("server.ssl.ktls.receive=false");
	}

	@Test
	void whenHttp2IsOnItsConnectionsStayInUserSpace() {
		Finding finding = this.host.configuration(configured(null, false, false, 100, null, true))
			.finding("server.http2");
		assertThat(finding.status()).isEqualTo(CheckStatus.WARNING);
		assertThat(finding.remedies()).extracting(Remedy::line).containsExactly("server.http2.enabled=false");
	}

	@Test
	void whenNoProtocolIsHandedOverItFails() {
		Finding finding = selected(List.of("TLSv1.1", "TLSv1"), List.of()).finding("server.ssl.enabled-protocols");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.remedies()).extracting(Remedy::line)
			.containsExactly("server.ssl.enabled-protocols=TLSv1.3,TLSv1.2");
	}

	@Test
	void whenSomeProtocolsAreNotHandedOverThatIsAWarning() {
		Finding finding = selected(List.of("TLSv1.3", "TLSv1.1"), List.of()).finding("server.ssl.enabled-protocols");
		assertThat(finding.status()).isEqualTo(CheckStatus.WARNING);
		assertThat(finding.finding()).isEqualTo("not handed over: TLSv1.1");
	}

	@Test
	void whatIsConfiguredInCodeCannotBeSeen() {
		this.host.configuration(new ServerConfiguration(null, true, false, false, false, 100, Map.of(), null, true,
				false, List.of(new TlsSelection("the bundle 'web'", List.of(), List.of(), false))));
		assertThat(this.host.finding("the bundle 'web'").status()).isEqualTo(CheckStatus.UNKNOWN);
		assertThat(this.host.examine().exitStatus()).isZero();
	}

	@Test
	void whenNoCipherIsHandedOverItFails() {
		assertThat(
				selected(List.of(), List.of("TLS_RSA_WITH_AES_128_CBC_SHA", "nonsense")).finding("server.ssl.ciphers")
					.status())
			.isEqualTo(CheckStatus.FAILED);
	}

	@Test
	void whenSomeCiphersAreNotHandedOverThatIsAWarning() {
		Finding finding = selected(List.of("TLSv1.2"),
				List.of("TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"))
			.finding("server.ssl.ciphers");
		assertThat(finding.status()).isEqualTo(CheckStatus.WARNING);
		assertThat(finding.finding()).isEqualTo("not handed over: TLS_RSA_WITH_AES_128_CBC_SHA");
		assertThat(finding.remedies()).extracting(Remedy::line)
			.containsExactly("server.ssl.ciphers=" + CiphersCheck.AES_GCM);
	}

	@Test
	void whenTheKernelsDefectsWereNotLookedForThatIsSaid() {
		assertThat(this.host.withoutAdvisories().finding("advisories").status()).isEqualTo(CheckStatus.UNKNOWN);
	}

	@Test
	void whenTheKernelsDefectsConcernWhatIsOffTheyAreOnlyListed() {
		Finding finding = this.host.advisories(RECEIVED).finding("advisories");
		assertThat(finding).isEqualTo(Finding.ok("advisories", "1 concern receiving only, which is off: CVE-1"));
	}

	@Test
	void whenTheKernelHasOtherDefectsItIsToBeUpdated() {
		Finding finding = this.host.advisories(RECEIVED, OTHER).finding("advisories");
		assertThat(finding.status()).isEqualTo(CheckStatus.WARNING);
		assertThat(finding.finding()).isEqualTo("CVE-2 (race); 1 more concern receiving, which is off");
	}

	@Test
	void whenReceivingIsRefusedForTheKernelsDefectsItFails() {
		this.host.advisories(RECEIVED, OTHER).configuration(configured(null, true, false, 100, null, false));
		Finding finding = this.host.finding("advisories");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).contains("CVE-1 (use after free)", "CVE-2 (race)");
		assertThat(finding.remedies()).extracting(Remedy::line)
			.contains("server.ssl.ktls.receive=false", "server.ssl.ktls.receive-despite-advisories=true");
	}

	@Test
	void whenReceivingDespiteTheKernelsDefectsThatIsAWarning() {
		this.host.advisories(RECEIVED).configuration(configured(null, true, true, 100, null, false));
		assertThat(this.host.finding("advisories").status()).isEqualTo(CheckStatus.WARNING);
	}

}
