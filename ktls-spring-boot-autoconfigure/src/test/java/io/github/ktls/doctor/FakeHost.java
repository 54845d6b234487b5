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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

import org.jspecify.annotations.Nullable;

import io.github.ktls.doctor.ServerConfiguration.TlsSelection;
import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KernelAdvisory;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.server.NativeLibraries;

/**
 * A host in a directory, on which nothing is in the way until it is told so.
 */
final class FakeHost {

	static final String RELEASE = "6.14.2-test";

	private static final List<InterfaceFeature> FEATURES = List.of(
			new InterfaceFeature("tls-hw-tx-offload", false, true),
			new InterfaceFeature("tls-hw-rx-offload", false, false));

	static final String UP = "sys/class/net/eth0/operstate";

	private final Path root;

	private final Map<String, String> properties = new TreeMap<>(Map.of("os.name", "Linux", "os.arch", "amd64",
			"java.vm.name", "Test VM", "java.version", "17.0.1", "java.io.tmpdir", "/tmp"));

	private KernelTls kernel = KernelTls.probe(new FakeKernel());

	private boolean moduleLoaded = true;

	private @Nullable List<KernelAdvisory> advisories = List.of();

	private NativeLibraries libraries = new NativeLibraries(null, null, "BoringSSL", true);

	private ServerConfiguration configuration = configured(true, true);

	FakeHost(Path root) {
		this.root = root;
		write("proc/sys/kernel/osrelease", RELEASE + "\n");
		write("proc/modules", "nf_tables 1 0 - Live 0x0\ntls 151552 0 - Live 0x0000000000000000\n");
		write("proc/sys/net/ipv4/tcp_available_ulp", "espintcp mptcp tls\n");
		write("proc/self/status", "Name:\tjava\nCapEff:\t0000000000001000\nNoNewPrivs:\t0\nSeccomp:\t0\n");
		write("proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda rw\n");
		write("boot/config-" + RELEASE, "CONFIG_TLS=m\nCONFIG_TLS_DEVICE=y\n");
		write(UP, "up\n");
		directory("tmp");
	}

	static ServerConfiguration configured(boolean enabled, boolean tls) {
		return new ServerConfiguration(null, enabled, false, false, false, 100, Map.of("mode", "preferred"), null, tls,
				false, tls ? List.of(selection(List.of(), List.of())) : List.of());
	}

	static TlsSelection selection(List<String> protocols, List<String> ciphers) {
		return new TlsSelection("server.ssl", protocols, ciphers, true);
	}

	HostFiles files() {
		return new HostFiles(this.root);
	}

	FakeHost write(String path, String text) {
		return write(path, text.getBytes(StandardCharsets.ISO_8859_1));
	}

	FakeHost write(String path, byte[] content) {
		try {
			Path file = this.root.resolve(path);
			Files.createDirectories(file.getParent());
			Files.write(file, content);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return this;
	}

	FakeHost writeCompressed(String path, String text) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
			out.write(text.getBytes(StandardCharsets.ISO_8859_1));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return write(path, bytes.toByteArray());
	}

	FakeHost directory(String path) {
		try {
			Files.createDirectories(this.root.resolve(path));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return this;
	}

	FakeHost link(String path, String target) {
		try {
			Files.createSymbolicLink(this.root.resolve(path), Path.of(target));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return this;
	}

	FakeHost remove(String path) {
		try {
			Files.delete(this.root.resolve(path));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return this;
	}

	FakeHost property(String name, String value) {
		this.properties.put(name, value);
		return this;
	}

	FakeHost kernel(FakeKernel systemCalls) {
		return kernel(KernelTls.probe(systemCalls));
	}

	FakeHost kernel(KernelTls tls) {
		this.kernel = tls;
		return this;
	}

	FakeHost withoutModuleBefore() {
		this.moduleLoaded = false;
		return this;
	}

	FakeHost advisories(KernelAdvisory... found) {
		this.advisories = List.of(found);
		return this;
	}

	FakeHost withoutAdvisories() {
		this.advisories = null;
		return this;
	}

	FakeHost libraries(NativeLibraries found) {
		this.libraries = found;
		return this;
	}

	FakeHost configuration(ServerConfiguration configured) {
		this.configuration = configured;
		return this;
	}

	DoctorReport examine() {
		return Doctor
			.examine(new DoctorInputs(files(), this.properties, this.moduleLoaded, this.kernel, this.advisories,
					this.libraries, (name) -> name.equals("eth0") ? FEATURES : List.of(), this.configuration));
	}

	/**
	 * Return what one check found.
	 * @param check the name of the check
	 * @return the finding
	 */
	Finding finding(String check) {
		List<Finding> found = examine().findings().stream().filter((finding) -> finding.check().equals(check)).toList();
		if (found.size() != 1) {
			throw new AssertionError("%d findings of '%s'".formatted(found.size(), check));
		}
		return found.get(0);
	}

}
