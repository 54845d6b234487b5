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

package io.github.ktls.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;

/**
 * What netty-tcnative's native library looks up when it is loaded, what it calls back,
 * and the native libraries themselves. Netty brings such a description for its epoll
 * transport, and none for this.
 */
final class TcnativeHints {

	private static final String PACKAGE = "io.netty.internal.tcnative.";

	private static final List<String> TYPES = List.of("AsyncSSLPrivateKeyMethod", "AsyncTask", "Buffer",
			"CertificateCallback", "CertificateCallbackTask", "CertificateCompressionAlgo",
			"CertificateRequestedCallback", "CertificateVerifier", "CertificateVerifierTask", "KeyLogCallback",
			"Library", "NativeStaticallyReferencedJniMethods", "ResultCallback", "SSL", "SSLContext", "SSLCredential",
			"SSLPrivateKeyMethod", "SSLPrivateKeyMethodDecryptTask", "SSLPrivateKeyMethodSignTask",
			"SSLPrivateKeyMethodTask", "SSLSession", "SSLSessionCache", "SSLTask", "SessionTicketKey",
			"SniHostNameMatcher");

	/** What is called back: the methods are looked up in the class of the object. */
	private static final List<String> CALLBACKS = List.of("io.github.ktls.secrets.OpenSslKeyLog",
			"io.netty.handler.ssl.JdkDelegatingPrivateKeyMethod", "io.netty.handler.ssl.OpenSslSessionCache",
			"io.netty.handler.ssl.ReferenceCountedOpenSslClientContext$OpenSslClientCertificateCallback",
			"io.netty.handler.ssl.ReferenceCountedOpenSslContext$AbstractCertificateVerifier",
			"io.netty.handler.ssl.ReferenceCountedOpenSslContext$AsyncPrivateKeyMethod",
			"io.netty.handler.ssl.ReferenceCountedOpenSslContext$CompressionAlgorithm",
			"io.netty.handler.ssl.ReferenceCountedOpenSslContext$PrivateKeyMethod",
			"io.netty.handler.ssl.ReferenceCountedOpenSslServerContext$OpenSslServerCertificateCallback",
			"io.netty.handler.ssl.ReferenceCountedOpenSslServerContext$OpenSslSniHostnameMatcher");

	private static final List<String> EXCEPTIONS = List.of("java.lang.Exception", "java.lang.IllegalArgumentException",
			"java.lang.NullPointerException", "java.lang.OutOfMemoryError", "java.lang.UnsupportedOperationException");

	private TcnativeHints() {
	}

	static void register(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		MemberCategory[] members = { MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
				MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.ACCESS_DECLARED_FIELDS };
		for (String type : TYPES) {
			hints.jni().registerTypeIfPresent(classLoader, PACKAGE + type, members);
			// OpenSsl looks for some of them by name.
			hints.reflection().registerTypeIfPresent(classLoader, PACKAGE + type);
		}
		for (String type : CALLBACKS) {
			hints.jni().registerTypeIfPresent(classLoader, type, MemberCategory.INVOKE_DECLARED_METHODS);
		}
		for (String type : EXCEPTIONS) {
			hints.jni().registerTypeIfPresent(classLoader, type, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS);
		}
		hints.jni().registerType(String.class);
		hints.reflection()
			.registerTypeIfPresent(classLoader, "io.netty.util.internal.NativeLibraryUtil",
					MemberCategory.INVOKE_DECLARED_METHODS);
		hints.resources().registerPattern("META-INF/native/libnetty_tcnative_linux_*.so");
		hints.resources().registerPattern("META-INF/native/libnetty_transport_native_epoll_*.so");
	}

}
