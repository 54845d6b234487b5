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

package io.github.ktls.actuate;

import java.util.List;
import java.util.Map;

import io.github.ktls.kernel.KernelAdvisory;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.TlsStat;

/**
 * The running kernel.
 *
 * @param release its name and release, for example {@code Linux 6.1.0-44-amd64}
 * @param advisories the published defects that its TLS has, as far as the release tells
 * @param counters what it counts of TLS itself, by the names it has for them in
 * {@code /proc/net/tls_stat}, for all processes of this network namespace; empty where
 * its TLS module is not loaded
 */
record KernelDescriptor(String release, List<KernelAdvisory> advisories, Map<String, Long> counters) {

	static KernelDescriptor of(KernelTls kernel) {
		return new KernelDescriptor(kernel.release(), kernel.advisories(), TlsStat.read());
	}

}
