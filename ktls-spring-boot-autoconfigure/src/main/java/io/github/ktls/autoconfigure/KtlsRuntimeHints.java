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

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.boot.autoconfigure.ssl.SslProperties;
import org.springframework.boot.context.properties.bind.BindableRuntimeHintsRegistrar;
import org.springframework.boot.web.server.Ssl;
import org.springframework.util.ClassUtils;

/**
 * What this project reaches by reflection and from native code, for native images. What
 * is not on the class path is left out.
 */
class KtlsRuntimeHints implements RuntimeHintsRegistrar {

	private static final String SSL = "io.netty.handler.ssl.";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		registerOwn(hints, classLoader);
		registerProperties(hints, classLoader);
		JnaHints.register(hints, classLoader);
		TcnativeHints.register(hints, classLoader);
	}

	private static void registerOwn(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		// secrets.OpenSslKeyLog
		registerField(hints, classLoader, SSL + "ReferenceCountedOpenSslEngine", "parentContext");
		registerField(hints, classLoader, SSL + "ReferenceCountedOpenSslContext", "ctx");
		// netty.SessionIds
		registerField(hints, classLoader, SSL + "ExtendedOpenSslSession", "wrapped");
		registerField(hints, classLoader, SSL + "ReferenceCountedOpenSslEngine$DefaultOpenSslSession", "id");
		hints.reflection().registerTypeIfPresent(classLoader, SSL + "OpenSslInternalSession");
		hints.reflection()
			.registerTypeIfPresent(classLoader, SSL + "OpenSslSessionId",
					(type) -> type.withConstructor(TypeReference.listOf(byte[].class), ExecutableMode.INVOKE));
		// netty.HalfClosure
		hints.reflection()
			.registerTypeIfPresent(classLoader, "io.netty.channel.epoll.AbstractEpollChannel",
					(type) -> type.withMethod("setFlag", TypeReference.listOf(int.class), ExecutableMode.INVOKE));
		// autoconfigure.ConfiguredServer
		hints.reflection().registerTypeIfPresent(classLoader, "reactor.netty.http.server.HttpServer");
		hints.reflection()
			.registerTypeIfPresent(classLoader, "org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory");
		// linux.JnaSystemCalls: JNA looks at the methods and binds them.
		String functions = "io.github.ktls.linux.JnaSystemCalls$LibC";
		hints.reflection().registerTypeIfPresent(classLoader, functions, MemberCategory.INVOKE_DECLARED_METHODS);
		hints.jni().registerTypeIfPresent(classLoader, functions, MemberCategory.INVOKE_DECLARED_METHODS);
	}

	// The doctor binds them even where kernel TLS is not enabled and nothing else does.
	private static void registerProperties(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		BindableRuntimeHintsRegistrar.forTypes(KtlsProperties.class, SslProperties.class).registerHints(hints);
		if (ClassUtils.isPresent("org.springframework.boot.web.server.Ssl", classLoader)) {
			BindableRuntimeHintsRegistrar.forTypes(Ssl.class).registerHints(hints);
		}
	}

	private static void registerField(RuntimeHints hints, @Nullable ClassLoader classLoader, String type, String name) {
		hints.reflection().registerTypeIfPresent(classLoader, type, (builder) -> builder.withField(name));
	}

}
