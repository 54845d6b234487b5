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

import java.lang.reflect.Method;
import java.nio.Buffer;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.TypeReference;

/**
 * What JNA's native library looks up when it is loaded and when it binds a function
 * ({@code native/dispatch.c} and {@code native/callback.c} of JNA), and the library
 * itself.
 */
final class JnaHints {

	private static final String PACKAGE = "com.sun.jna.";

	private static final List<String> TYPES = List.of("Callback", "Callback$UncaughtExceptionHandler",
			"CallbackReference", "CallbackReference$AttachOptions", "FromNativeConverter", "IntegerType", "JNIEnv",
			"LastErrorException", "Native", "Native$ffi_callback", "NativeMapped", "Pointer", "PointerType",
			"Structure", "Structure$ByValue", "Structure$FFIType$FFITypes", "ToNativeConverter", "WString");

	private static final List<String> EXCEPTIONS = List.of("java.lang.Error", "java.lang.IllegalArgumentException",
			"java.lang.IllegalStateException", "java.lang.OutOfMemoryError", "java.lang.UnsatisfiedLinkError",
			"java.lang.UnsupportedOperationException");

	private static final List<String> BUFFERS = List.of("Byte", "Char", "Short", "Int", "Long", "Float", "Double");

	private static final Map<String, Class<?>> PRIMITIVES = Map.of("Boolean", boolean.class, "Byte", byte.class,
			"Character", char.class, "Short", short.class, "Integer", int.class, "Long", long.class, "Float",
			float.class, "Double", double.class);

	private JnaHints() {
	}

	static void register(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		MemberCategory[] members = { MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
				MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.ACCESS_DECLARED_FIELDS };
		for (String type : TYPES) {
			hints.jni().registerTypeIfPresent(classLoader, PACKAGE + type, members);
		}
		// Its layout is found out by looking at its fields.
		hints.reflection()
			.registerTypeIfPresent(classLoader, PACKAGE + "Structure$FFIType", members)
			.registerTypeIfPresent(classLoader, PACKAGE + "Structure$FFIType$size_t", members)
			.registerTypeIfPresent(classLoader, PACKAGE + "NativeLong", members);
		registerJava(hints.jni());
		for (String platform : List.of("linux-x86-64", "linux-aarch64")) {
			hints.resources().registerPattern("com/sun/jna/%s/libjnidispatch.so".formatted(platform));
		}
	}

	private static void registerJava(ReflectionHints jni) {
		for (String exception : EXCEPTIONS) {
			jni.registerType(TypeReference.of(exception),
					(type) -> type.withConstructor(TypeReference.listOf(String.class), ExecutableMode.INVOKE));
		}
		PRIMITIVES.forEach((name, primitive) -> jni.registerType(TypeReference.of("java.lang." + name),
				(type) -> type.withField("TYPE")
					.withField("value")
					.withConstructor(TypeReference.listOf(primitive), ExecutableMode.INVOKE)));
		jni.registerType(Void.class, (type) -> type.withField("TYPE"));
		jni.registerType(Buffer.class, (type) -> method(type, "position"));
		for (String buffer : BUFFERS) {
			jni.registerType(TypeReference.of("java.nio.%sBuffer".formatted(buffer)), (type) -> {
				method(type, "array");
				method(type, "arrayOffset");
			});
		}
		jni.registerType(System.class, (type) -> method(type, "getProperty", String.class));
		jni.registerType(Object.class, (type) -> method(type, "toString"));
		jni.registerType(Class.class, (type) -> method(type, "getComponentType"));
		jni.registerType(Method.class, (type) -> {
			method(type, "getParameterTypes");
			method(type, "getReturnType");
		});
		jni.registerType(String.class, (type) -> {
			type.withConstructor(TypeReference.listOf(byte[].class), ExecutableMode.INVOKE);
			type.withConstructor(TypeReference.listOf(byte[].class, String.class), ExecutableMode.INVOKE);
			method(type, "getBytes");
			method(type, "getBytes", String.class);
			method(type, "toCharArray");
		});
	}

	private static void method(TypeHint.Builder type, String name, Class<?>... parameters) {
		type.withMethod(name, TypeReference.listOf(parameters), ExecutableMode.INVOKE);
	}

}
