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

import io.netty.handler.ssl.OpenSsl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.doctor.ServerConfiguration.InvalidProperty;
import io.github.ktls.doctor.ServerConfiguration.TlsSelection;
import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KernelAdvisory;
import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;

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
			int percentage, @Nullable InvalidProperty invalid, boolean http2) {
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
		this.host.configuration(configured(null, false, false, 100,
				new InvalidProperty("server.ssl.client-auth", "it is none of a, b"), false));
		Finding finding = this.host.finding("server.ssl.ktls");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).endsWith("the value of server.ssl.client-auth: it is none of a, b");
		assertThat(finding.remedies()).extracting(Remedy::line).containsExactly("server.ssl.client-auth=VALUE");
	}

	@Test
	void whenWhetherThereIsTlsIsNotKnownItIsNotSaidThatThereIsNone() {
		this.host.configuration(new ServerConfiguration(null, true, false, false, false, 100, Map.of(),
				new InvalidProperty("server.ssl.client-auth", "the reason"), null, false, List.of()));
		assertThat(this.host.finding("server.ssl").status()).isEqualTo(CheckStatus.UNKNOWN);
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
	void opensslsNamesAreThoseOfTheSameSuites() {
		List<String> names = List.of("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
				"ECDHE-RSA-CHACHA20-POLY1305", "AES128-GCM-SHA256");
		assertThat(selected(List.of(), names).finding("server.ssl.ciphers"))
			.isEqualTo(Finding.ok("server.ssl.ciphers", String.join(", ", names)));
		assertThat(selected(List.of(), List.of("ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256"))
			.finding("server.ssl.ciphers")
			.finding()).isEqualTo("not handed over: ECDHE-RSA-AES128-SHA");
		assertThat(FakeHost.selection(List.of(), names).offers(ProtocolVersion.TLS_1_2, Aead.CHACHA20_POLY1305))
			.isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void opensslsNamesAreThatOfTheLibrary(CipherSuite suite) {
		// What Netty takes for the name that OpenSSL has for the suite.
		assertThat(OpenSsl.availableOpenSslCipherSuites()).filteredOn((name) -> CiphersCheck.isNameOf(name, suite))
			.hasSize(OpenSsl.isCipherSuiteAvailable(suite.name()) ? 1 : 0);
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
