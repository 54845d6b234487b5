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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Published defects of the kernel's TLS, and which kernels have them: those that one
 * thread per socket and encryption in software can meet. Left out are defects of network
 * cards' TLS, of AES-CCM, of BPF socket maps, of the kernel's own readers
 * ({@code read_sock}) and of calls that this project does not make.
 * <p>
 * The numbers are those of the CVE records of the kernel's own numbering authority
 * (git.kernel.org, {@code security/vulns.git}); CVE-2024-0646 is Red Hat's. A
 * distribution may have fixed more than its version says: see
 * {@code server.ssl.ktls.receive-despite-advisories}.
 */
final class KernelAdvisories {

	private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");

	private static final Path VERSION = Path.of("/proc/sys/kernel/version");

	private static final List<Entry> ENTRIES = List.of(
			// What a peer can bring about by the records that it sends.
			received("CVE-2024-26582", "use after free: partial reads, asynchronous decryption", "6.0", "6.1.79",
					"6.6.18", "6.7.6", "6.8"),
			received("CVE-2024-26583", "race between asynchronous decryption and close", "5.4.44", "5.15.160", "6.1.79",
					"6.6.18", "6.7.6", "6.8"),
			received("CVE-2024-26584", "backlog of asynchronous decryption taken for a failure", "4.16", "5.15.160",
					"6.1.84", "6.6.18", "6.7.6", "6.8"),
			received("CVE-2024-26800", "use after free: failed decryption from the backlog", "4.16", "6.1.84", "6.6.21",
					"6.7.9", "6.8"),
			received("CVE-2024-58239", "two control records come out as one", "5.1", "5.4.270", "5.10.211", "5.15.150",
					"6.1.80", "6.6.19", "6.7.7", "6.8"),
			received("CVE-2024-58240", "synchronous and asynchronous decryption are mixed up", "4.13", "5.10.265",
					"5.15.216", "6.1.149", "6.6.21", "6.7.9", "6.8"),
			received("CVE-2025-38018", "kernel panic when memory is short", "6.0", "6.1.140", "6.6.92", "6.12.30",
					"6.14.8", "6.15"),
			received("CVE-2025-38471", "use after free: outdated receive queue", "6.0.6", "6.1.147", "6.6.100",
					"6.12.40", "6.15.8", "6.16"),
			received("CVE-2025-39682", "use after free: record without content", "6.0", "6.1.149", "6.6.103", "6.12.44",
					"6.16.4", "6.17"),
			received("CVE-2025-39946", "buffer overflow: invalid record header", "6.0", "6.1.154", "6.6.108", "6.12.49",
					"6.16.9", "6.17"),
			received("CVE-2025-40176", "use after free: asynchronous decryption when memory is short", "6.0", "6.1.158",
					"6.6.114", "6.12.55", "6.17.5", "6.18"),
			received("CVE-2026-23414", "memory leak: asynchronous decryption when memory is short", "6.0", "6.1.168",
					"6.6.131", "6.12.80", "6.18.21", "6.19.11", "7.0"),
			// Since 6.0 the kernel's TLS does not use that parser any more.
			received("CVE-2026-46102", "memory leak: stream parser that gives up within a record", "4.17", "6.0"),
			// The rest.
			other("CVE-2021-47496", "memory corruption: failed asynchronous encryption", "4.17", "5.4.157", "5.10.77",
					"5.14.16", "5.15"),
			other("CVE-2023-52767", "null pointer: end of a sendfile without content", "6.5", "6.6.4", "6.7"),
			other("CVE-2024-0646", "memory overwritten: splice into a socket", "4.13", "5.15.147", "6.1.69", "6.6.7",
					"6.7"),
			other("CVE-2024-26585", "race between asynchronous encryption and close", "4.20", "5.15.165", "6.1.84",
					"6.6.18", "6.7.6", "6.8"),
			other("CVE-2024-35841", "splice of more pages than a record holds", "6.5", "6.6.14", "6.7.2", "6.8"),
			other("CVE-2025-38616", "use after free: another reader of the same socket", "6.0", "6.1.185", "6.6.103",
					"6.12.43", "6.15.11", "6.16.2", "6.17"),
			other("CVE-2026-23240", "race between delayed sending and close", "5.3", "6.12.75", "6.18.16", "6.19.6",
					"7.0"),
			other("CVE-2026-31533", "use after free: failed encryption from the backlog", "4.16", "5.15.203", "6.1.169",
					"6.6.135", "6.12.82", "6.18.23", "6.19.13", "7.0"),
			other("CVE-2026-64046", "invalid scatter list of a record that is sent", "5.4.14", "5.10.258", "5.15.209",
					"6.1.175", "6.6.142", "6.12.92", "6.18.34", "7.0.11", "7.1"),
			other("CVE-2026-64047", "invalid scatter list of a record that is sent", "5.4.14", "5.10.258", "5.15.209",
					"6.1.175", "6.6.142", "6.12.92", "6.18.34", "7.0.11", "7.1"),
			other("CVE-2026-74611", "memory overwritten: control record, only with TLS_RX_EXPECT_NO_PAD", "6.0",
					"6.18.45", "7.1.9", "7.2"));

	private KernelAdvisories() {
	}

	/**
	 * Return the advisories that apply to the running kernel.
	 * @return the advisories; all of them where the kernel does not say which it is
	 */
	static List<KernelAdvisory> read() {
		try {
			return forKernel(Files.readString(RELEASE), Files.readString(VERSION));
		}
		catch (IOException ex) {
			return forKernel("", "");
		}
	}

	/**
	 * Return the advisories that apply to a kernel. What cannot be told for certain
	 * counts as applying: a kernel whose upstream patch level is not known, and a release
	 * that is none.
	 * @param release the text of {@code uname -r}
	 * @param version the text of {@code uname -v}, in which Debian has the upstream patch
	 * level
	 * @return the advisories
	 */
	static List<KernelAdvisory> forKernel(String release, String version) {
		Optional<KernelVersion> kernel = KernelVersion.of(release, version);
		return ENTRIES.stream()
			.filter((entry) -> kernel.isEmpty() || entry.appliesTo(kernel.get()))
			.map(Entry::advisory)
			.toList();
	}

	private static Entry received(String id, String summary, String since, String... fixed) {
		return Entry.of(new KernelAdvisory(id, summary, true), since, fixed);
	}

	private static Entry other(String id, String summary, String since, String... fixed) {
		return Entry.of(new KernelAdvisory(id, summary, false), since, fixed);
	}

	/**
	 * An advisory and the kernels that have its defect.
	 *
	 * @param advisory the advisory
	 * @param since the first release with the defect
	 * @param fixed the first release of each stable branch that has the fix; the last is
	 * the first release of all that came with it
	 */
	private record Entry(KernelAdvisory advisory, KernelVersion since, List<KernelVersion> fixed) {

		static Entry of(KernelAdvisory advisory, String since, String... fixed) {
			return new Entry(advisory, parse(since), Arrays.stream(fixed).map(Entry::parse).toList());
		}

		private static KernelVersion parse(String text) {
			return KernelVersion.parse(text).orElseThrow();
		}

		boolean appliesTo(KernelVersion kernel) {
			// Without the upstream patch level nothing is known of what was added to an
			// old kernel, so a defect may be there before the release that it came with.
			boolean hasCode = !kernel.exact() || kernel.compareTo(this.since) >= 0;
			return hasCode && !isFixedIn(kernel);
		}

		private boolean isFixedIn(KernelVersion kernel) {
			KernelVersion last = this.fixed.get(this.fixed.size() - 1);
			return kernel.compareTo(last) >= 0 || this.fixed.stream()
				.anyMatch((version) -> version.isSameBranch(kernel) && kernel.compareTo(version) >= 0);
		}

	}

}
