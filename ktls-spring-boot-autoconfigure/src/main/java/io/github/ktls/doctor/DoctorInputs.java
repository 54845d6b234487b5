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

import java.util.List;
import java.util.Map;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KernelAdvisory;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.server.NativeLibraries;

/**
 * All that is looked at.
 *
 * @param files the files in which the kernel describes itself
 * @param properties the JVM's system properties
 * @param moduleLoaded whether the kernel's module was there before the kernel was asked
 * @param kernel the kernel's TLS
 * @param advisories the kernel's published defects, or {@code null} if they were not
 * looked for
 * @param libraries the native libraries
 * @param features tells of a network interface what it can do for TLS
 * @param configuration what is configured
 */
record DoctorInputs(HostFiles files, Map<String, String> properties, boolean moduleLoaded, KernelTls kernel,
		@Nullable List<KernelAdvisory> advisories, NativeLibraries libraries,
		Function<String, List<InterfaceFeature>> features, ServerConfiguration configuration) {

}
