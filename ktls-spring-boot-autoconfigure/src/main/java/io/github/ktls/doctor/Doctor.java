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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KernelAdvisory;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.NetworkInterfaceFeatures;
import io.github.ktls.server.NativeLibraries;

/**
 * Looks at everything that kernel TLS needs.
 */
public final class Doctor {

	private Doctor() {
	}

	/**
	 * Look at this machine and class path.
	 * @param configuration what is configured
	 * @return what was found
	 */
	public static DoctorReport examine(ServerConfiguration configuration) {
		HostFiles files = new HostFiles(Path.of("/"));
		// Before the probe, at which the kernel may load it.
		boolean moduleLoaded = ModuleCheck.isLoaded(files);
		KernelTls kernel = KernelTls.get();
		return examine(new DoctorInputs(files, copyOf(System.getProperties()), moduleLoaded, kernel, advisories(kernel),
				NativeLibraries.detect(), features(kernel), configuration));
	}

	static DoctorReport examine(DoctorInputs inputs) {
		HostFiles files = inputs.files();
		KernelTls kernel = inputs.kernel();
		boolean works = kernel.isAvailable();
		String release = HostCheck.release(files, inputs.properties());
		Optional<KernelConfiguration> options = KernelConfiguration.read(files, release);
		List<Finding> findings = new ArrayList<>();
		findings.add(HostCheck.examine(files, inputs.properties()));
		findings.add(KernelConfigurationCheck.examine(options, release));
		findings.add(ModuleCheck.examine(files, options, works, inputs.moduleLoaded()));
		findings.add(UlpCheck.examine(files, options, works));
		findings.addAll(ProbeChecks.examine(kernel, options, inputs.configuration()));
		findings.add(SandboxCheck.examine(files, kernel));
		findings.add(CapabilitiesCheck.examine(files));
		findings.add(AdvisoriesCheck.examine(inputs.advisories(), inputs.configuration()));
		findings.add(LibraryChecks.examineTcnative(inputs.libraries()));
		findings.add(LibraryChecks.examineEpoll(inputs.libraries()));
		findings.add(LibraryChecks.examineJna(kernel));
		findings.add(TemporaryDirectoryCheck.examine(files, inputs.properties(),
				LibraryChecks.areLoaded(inputs.libraries(), kernel)));
		findings.add(InterfacesCheck.examine(files, inputs.features()));
		findings.addAll(ConfigurationChecks.examine(inputs.configuration(), kernel));
		return new DoctorReport(findings);
	}

	// Where nothing was tried they were not looked for, either.
	private static @Nullable List<KernelAdvisory> advisories(KernelTls kernel) {
		return kernel.capabilities().list().isEmpty() ? null : kernel.advisories();
	}

	private static Function<String, List<InterfaceFeature>> features(KernelTls kernel) {
		Map<String, List<InterfaceFeature>> byName = new TreeMap<>();
		NetworkInterfaceFeatures.all(kernel).forEach((found) -> byName.put(found.name(), InterfaceFeature.of(found)));
		return (name) -> byName.getOrDefault(name, List.of());
	}

	private static Map<String, String> copyOf(Properties properties) {
		Map<String, String> copy = new TreeMap<>();
		properties.stringPropertyNames().forEach((name) -> copy.put(name, properties.getProperty(name)));
		return copy;
	}

}
