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

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.FeatureState;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.NetworkInterfaceFeatures;
import io.github.ktls.kernel.TlsFeature;
import io.github.ktls.server.NativeLibraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CapabilitiesCheck}, {@link LibraryChecks},
 * {@link TemporaryDirectoryCheck} and {@link InterfacesCheck}.
 */
class ProcessChecksTests {

	private static final String TMPDIR = "java.io.tmpdir";

	private static final String NOEXEC = "1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:1 / /tmp rw,noexec shared:1 - tmpfs tmpfs rw\n";

	@TempDir
	Path root;

	private FakeHost host;

	@BeforeEach
	void createHost() {
		this.host = new FakeHost(this.root);
	}

	@ParameterizedTest
	@CsvSource({ "0000000000000000, false", "00000000a80425fb, false", "00000000a80435fb, true",
			"000001ffffffffff, true", "1000, true" })
	void capabilitiesAreDecoded(String effective, boolean admin) {
		Finding finding = this.host.write("proc/self/status", "CapEff:\t" + effective + "\n").finding("capabilities");
		assertThat(finding.status()).isEqualTo(CheckStatus.OK);
		assertThat(finding.finding()).contains(admin ? "CAP_NET_ADMIN is there" : "CAP_NET_ADMIN is not there");
		assertThat(finding.remedies().stream().map(Remedy::line).anyMatch("cap_add: [NET_ADMIN]"::equals))
			.isNotEqualTo(admin);
	}

	@Test
	void whatIsAdvisedForCardsIsAllThatIsNeeded() {
		Finding finding = this.host.write("proc/self/status", "CapEff:\t0\n").finding("capabilities");
		assertThat(lines(finding, "Docker"))
			.containsExactly("docker run --network host --user 0 --cap-add NET_ADMIN IMAGE");
		assertThat(lines(finding, "Compose")).containsExactly("network_mode: host", "user: \"0\"",
				"cap_add: [NET_ADMIN]");
		assertThat(lines(finding, "Kubernetes, pod")).contains("hostNetwork: true")
			.anyMatch((line) -> line.contains("runAsUser: 0"));
		assertThat(lines(finding, "Kubernetes, container")).singleElement(InstanceOfAssertFactories.STRING)
			.contains("add: [\"NET_ADMIN\"]");
		assertThat(lines(finding, "systemd")).containsExactly("CapabilityBoundingSet=CAP_NET_ADMIN",
				"AmbientCapabilities=CAP_NET_ADMIN", "PrivateUsers=no");
	}

	private static List<String> lines(Finding finding, String where) {
		return finding.remedies()
			.stream()
			.filter((remedy) -> remedy.where().equals("only for that: " + where))
			.map(Remedy::line)
			.toList();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "CapEff:\n", "CapEff:\tzz\n", "CapEff:\t-1\n", "Cap" })
	void whenCapabilitiesCannotBeReadTheyAreUnknown(String status) {
		assertThat(this.host.write("proc/self/status", status).finding("capabilities").status())
			.isEqualTo(CheckStatus.UNKNOWN);
	}

	@Test
	void whenTcnativeCannotBeLoadedItFails() {
		Finding finding = this.host.libraries(new NativeLibraries(null, "java.lang.UnsatisfiedLinkError: x", "", false))
			.finding("netty-tcnative");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).isEqualTo("java.lang.UnsatisfiedLinkError: x");
		assertThat(finding.remedies().get(0).line()).contains("<artifactId>ktls-spring-boot-starter</artifactId>");
	}

	@Test
	void whenTheTlsLibraryHasNoKeyLogItFails() {
		Finding finding = this.host.libraries(new NativeLibraries(null, null, "OpenSSL 3.5", false))
			.finding("netty-tcnative");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).startsWith("OpenSSL 3.5");
		assertThat(finding.remedies().get(0).line()).contains("netty-tcnative-boringssl-static");
	}

	@Test
	void whenEpollCannotBeLoadedItFails() {
		Finding finding = this.host.libraries(new NativeLibraries("no epoll", null, "BoringSSL", true))
			.finding("netty epoll");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).isEqualTo("no epoll");
	}

	@ParameterizedTest
	@CsvSource({ "java.lang.ClassNotFoundException: com.sun.jna.Native, <artifactId>jna</artifactId>",
			"java.lang.UnsatisfiedLinkError: Permission denied, -Djna.tmpdir=" })
	void whenJnaCannotBeLoadedItFails(String detail, String remedy) {
		Finding finding = LibraryChecks.examineJna(without(KtlsFallbackReason.NATIVE_ACCESS_UNAVAILABLE, detail));
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).isEqualTo(detail);
		assertThat(finding.remedies().get(0).line()).contains(remedy);
	}

	@Test
	void whenTheKernelIsWhatIsMissingJnaIsNot() {
		assertThat(LibraryChecks.examineJna(without(KtlsFallbackReason.MODULE_MISSING, "the detail")).status())
			.isEqualTo(CheckStatus.OK);
	}

	private static KernelTls without(KtlsFallbackReason reason, String detail) {
		KernelTls kernel = mock();
		given(kernel.unavailabilityCause()).willReturn(new KtlsFallback(reason, detail));
		return kernel;
	}

	@Test
	void whenTheTemporaryDirectoryIsMissingResourcesCannotBeStaged() {
		Finding finding = this.host.property(TMPDIR, "/nowhere").finding(TMPDIR);
		assertThat(finding.status()).isEqualTo(CheckStatus.WARNING);
		assertThat(finding.finding()).startsWith("'/nowhere' is not writable");
	}

	@Test
	void whenTheTemporaryDirectoryIsNoDirectoryNothingCanBeUnpacked() {
		this.host.libraries(new NativeLibraries("no epoll", null, "BoringSSL", true)).property(TMPDIR, "/proc/modules");
		assertThat(this.host.finding(TMPDIR).status()).isEqualTo(CheckStatus.FAILED);
	}

	@Test
	void whenTheTemporaryDirectoryIsMountedNoexecItFailsIfNothingCouldBeLoaded() {
		this.host.write("proc/self/mountinfo", NOEXEC);
		assertThat(this.host.finding(TMPDIR).status()).isEqualTo(CheckStatus.OK);
		Finding finding = this.host.libraries(new NativeLibraries("no epoll", null, "BoringSSL", true)).finding(TMPDIR);
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).startsWith("'/tmp' is mounted noexec");
		assertThat(finding.remedies().get(0).line()).isEqualTo("docker run --tmpfs /tmp:exec IMAGE");
	}

	@ParameterizedTest
	@ValueSource(strings = { "1 0 8:1 / / rw,noexec - x\n2 1 0:1 / /tmp rw - x\n", "2 1 0:1 / /tmpfoo rw,noexec - x\n",
			"2 1 0:1 / /tm rw,noexec - x\n", "2 1 0:1 / /tmp/deeper rw,noexec - x\n", "", "noexec", "a b c d /tmp" })
	void whatIsMountedElsewhereDoesNotMatter(String mounts) {
		this.host.write("proc/self/mountinfo", mounts)
			.libraries(new NativeLibraries("no epoll", null, "BoringSSL", true));
		assertThat(this.host.finding(TMPDIR).status()).isEqualTo(CheckStatus.OK);
	}

	@ParameterizedTest
	@CsvSource({ "rw, 'rw,noexec', true", "'rw,noexec', rw, false" })
	void ofMountsInTheSamePlaceTheLastOneCounts(String first, String last, boolean noexec) {
		this.host.write("proc/self/mountinfo",
				"1 0 8:1 / / rw - x\n2 1 0:1 / /tmp %s - x\n3 2 0:2 / /tmp %s - x\n4 1 0:3 / /var rw - x\n"
					.formatted(first, last));
		assertThat(this.host.finding(TMPDIR).finding().contains("mounted noexec,")).isEqualTo(noexec);
	}

	@Test
	void whereTheTemporaryDirectoryIsALinkItIsTheTargetsMountThatCounts() {
		this.host.write("proc/self/mountinfo", NOEXEC)
			.directory("var")
			.link("var/tmp", "../tmp")
			.property(TMPDIR, "/var/tmp");
		assertThat(this.host.finding(TMPDIR).finding()).startsWith("'/var/tmp' is mounted noexec");
	}

	@Test
	void whenADirectoryCannotBeReadToItsEndItIsEmpty() throws IOException {
		Path directory = mock();
		FileSystemProvider provider = mock();
		given(directory.resolve("sys")).willReturn(directory);
		FileSystem fileSystem = mock();
		given(directory.getFileSystem()).willReturn(fileSystem);
		given(fileSystem.provider()).willReturn(provider);
		DirectoryStream<Path> stream = mock();
		given(provider.newDirectoryStream(eq(directory), any())).willReturn(stream);
		Iterator<Path> names = mock();
		given(stream.iterator()).willReturn(names);
		given(names.hasNext()).willThrow(new DirectoryIteratorException(new IOException("gone")));
		assertThat(new HostFiles(directory).list("sys")).isEmpty();
	}

	@Test
	void mountPointsMayHaveSpaces() {
		this.host.directory("my tmp")
			.write("proc/self/mountinfo", "2 1 0:1 / /my\\040tmp rw,noexec - x\n")
			.property(TMPDIR, "/my tmp");
		assertThat(this.host.finding(TMPDIR).finding()).startsWith("'/my tmp' is mounted noexec");
	}

	@Test
	void whatAnInterfaceDoesNotHaveIsLeftOut() {
		assertThat(features(FeatureState.OFF_FIXED, FeatureState.UNKNOWN)).isEmpty();
		assertThat(features(FeatureState.OFF, FeatureState.ON_FIXED))
			.hasToString("[tls-hw-tx-offload off, tls-hw-rx-offload on for good]");
		assertThat(features(FeatureState.ON, FeatureState.OFF_FIXED)).hasToString("[tls-hw-tx-offload on]");
	}

	private static List<InterfaceFeature> features(FeatureState transmit, FeatureState receive) {
		return InterfaceFeature.of(new NetworkInterfaceFeatures("eth0", 2, List.of(), null,
				Map.of(TlsFeature.TRANSMIT, transmit, TlsFeature.RECEIVE, receive), Map.of()));
	}

	@Test
	void interfacesAreListedWithTheirFeatures() {
		this.host.write("sys/class/net/lo/operstate", "unknown\n")
			.write("sys/class/net/eth0/device/vendor", "")
			.directory("sys/class/net/veth0");
		Finding finding = this.host.finding("network interfaces");
		assertThat(finding.status()).isEqualTo(CheckStatus.OK);
		assertThat(finding.finding())
			.isEqualTo("eth0 (up, a device, tls-hw-tx-offload off, tls-hw-rx-offload off for good); lo (unknown); "
					+ "veth0 (unknown)");
		assertThat(finding.remedies()).extracting(Remedy::line).containsExactly("ethtool -K eth0 tls-hw-tx-offload on");
	}

}
