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

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.server.NativeLibraries;

/**
 * Whether the native libraries are there and can be loaded.
 */
final class LibraryChecks {

	private static final String TCNATIVE = "netty-tcnative";

	private static final String EPOLL = "netty epoll";

	private static final String JNA = "JNA";

	private static final Remedy STARTER = new Remedy("pom.xml",
			"<dependency><groupId>io.github.ktls</groupId><artifactId>ktls-spring-boot-starter</artifactId></dependency>");

	private static final Remedy TEMPORARY_DIRECTORY = new Remedy("command line",
			"-Djava.io.tmpdir=DIRECTORY, which is writable and not mounted noexec");

	private LibraryChecks() {
	}

	static Finding examineTcnative(NativeLibraries libraries) {
		String failure = libraries.tlsFailure();
		if (failure != null) {
			return Finding.failed(TCNATIVE, failure, List.of(STARTER, TEMPORARY_DIRECTORY, notExcluded()));
		}
		if (!libraries.keyLog()) {
			return Finding.failed(TCNATIVE, "%s, which does not hand out secrets".formatted(libraries.tlsVersion()),
					List.of(new Remedy("pom.xml",
							"<dependency><groupId>io.netty</groupId>"
									+ "<artifactId>netty-tcnative-boringssl-static</artifactId>"
									+ "<classifier>linux-x86_64</classifier></dependency>")));
		}
		return Finding.ok(TCNATIVE, "%s, with a key log".formatted(libraries.tlsVersion()));
	}

	static Finding examineEpoll(NativeLibraries libraries) {
		String failure = libraries.epollFailure();
		return (failure != null) ? Finding.failed(EPOLL, failure, List.of(STARTER, TEMPORARY_DIRECTORY, notExcluded()))
				: Finding.ok(EPOLL, "loaded");
	}

	private static Remedy notExcluded() {
		return new Remedy("command line",
				"-Dio.netty.transport.noNative=false -Dio.netty.handler.ssl.noOpenSsl=false (the defaults)");
	}

	static Finding examineJna(KernelTls kernel) {
		KtlsFallback failure = nativeAccessFailure(kernel);
		return (failure != null) ? Finding.failed(JNA, String.valueOf(failure.detail()), loadJna(failure))
				: Finding.ok(JNA, "loaded");
	}

	static boolean areLoaded(NativeLibraries libraries, KernelTls kernel) {
		return libraries.tlsFailure() == null && libraries.epollFailure() == null
				&& nativeAccessFailure(kernel) == null;
	}

	private static @Nullable KtlsFallback nativeAccessFailure(KernelTls kernel) {
		KtlsFallback unavailability = kernel.unavailabilityCause();
		return (unavailability != null && unavailability.reason() == KtlsFallbackReason.NATIVE_ACCESS_UNAVAILABLE)
				? unavailability : null;
	}

	/**
	 * Return what to do where JNA cannot be used.
	 * @param failure why not
	 * @return what puts it on the class path, or what lets it unpack its library
	 */
	static List<Remedy> loadJna(KtlsFallback failure) {
		String detail = String.valueOf(failure.detail());
		if (detail.contains("ClassNotFound") || detail.contains("NoClassDefFound")) {
			return List.of(new Remedy("pom.xml",
					"<dependency><groupId>net.java.dev.jna</groupId><artifactId>jna</artifactId></dependency>"));
		}
		return List.of(new Remedy("command line", "-Djna.tmpdir=DIRECTORY, which is writable and not mounted noexec"),
				new Remedy("command line", "--enable-native-access=ALL-UNNAMED, no -Djna.boot.library.path"));
	}

}
