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

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.netty.handler.ssl.OpenSsl;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ssl.SslBundleProperties;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.web.server.Ssl;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KtlsRuntimeHints}, which fail where something new is reached by
 * reflection or from native code and is not among the hints.
 */
class KtlsRuntimeHintsTests {

	private static final String SSL = "io.netty.handler.ssl.";

	private static final String FUNCTIONS = "io.github.ktls.linux.JnaSystemCalls$LibC";

	/** What each handle is a handle of. */
	private static final Map<String, Predicate<RuntimeHints>> HANDLES = new TreeMap<>();

	/** The methods of this project that reflect, and how often. */
	private static final Map<String, Long> REFLECTION = new TreeMap<>(Map.of("OpenSslKeyLog$Internals.find", 2L,
			"SessionIds$Access.<clinit>", 10L, "HalfClosure.findSetFlag", 2L, "HalfClosure.allow", 1L));

	private static final Set<String> REFLECTING = Set.of(Class.class.getName(), MethodHandles.class.getName(),
			MethodHandles.Lookup.class.getName(), AccessibleObject.class.getName(), Method.class.getName(),
			Field.class.getName(), Proxy.class.getName(), ServiceLoader.class.getName(), ClassLoader.class.getName(),
			ClassUtils.class.getName());

	/** Methods of {@link Class} and others for which a native image needs no hint. */
	private static final Pattern HARMLESS = Pattern.compile(
			"get(Simple|Type|Canonical)?Name|isInstance|isAssignableFrom|cast|desiredAssertionStatus|getPackage\\w*"
					+ "|getClassLoader|lookup|getModifiers|isInterface|isArray|hashCode|equals|toString|getEnumConstants"
					+ "|getSuperclass|getComponentType|getSystemClassLoader");

	private static final RuntimeHints hints = new RuntimeHints();

	private static JavaClasses classes;

	@BeforeAll
	static void registerHints() throws ReflectiveOperationException {
		List<RuntimeHintsRegistrar> registrars = SpringFactoriesLoader
			.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter(KtlsRuntimeHints.class::isInstance)
			.toList();
		assertThat(registrars).hasSize(1);
		registrars.get(0).registerHints(hints, KtlsRuntimeHintsTests.class.getClassLoader());
		classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
			.importPackages("io.github.ktls");
		HANDLES.put("OpenSslKeyLog$Internals.PARENT_CONTEXT", field("ReferenceCountedOpenSslEngine", "parentContext"));
		HANDLES.put("OpenSslKeyLog$Internals.CTX", field("ReferenceCountedOpenSslContext", "ctx"));
		HANDLES.put("SessionIds$Access.WRAPPED", field("ExtendedOpenSslSession", "wrapped"));
		HANDLES.put("SessionIds$Access.ID", field("ReferenceCountedOpenSslEngine$DefaultOpenSslSession", "id"));
		HANDLES.put("SessionIds$Access.NEW_ID", RuntimeHintsPredicates.reflection()
			.onConstructorInvocation(type(SSL + "OpenSslSessionId").getDeclaredConstructor(byte[].class)));
		HANDLES.put("HalfClosure.SET_FLAG", RuntimeHintsPredicates.reflection()
			.onMethodInvocation(
					type("io.netty.channel.epoll.AbstractEpollChannel").getDeclaredMethod("setFlag", int.class)));
	}

	private static Predicate<RuntimeHints> field(String type, String name) throws ReflectiveOperationException {
		return RuntimeHintsPredicates.reflection().onFieldAccess(type(SSL + type).getDeclaredField(name));
	}

	// Without initializing it, which may need a native library.
	private static Class<?> type(String name) {
		return ClassUtils.resolveClassName(name, KtlsRuntimeHintsTests.class.getClassLoader());
	}

	@Test
	void whatEachHandleReachesIsRegistered() {
		Set<String> handles = classes.stream()
			.flatMap((type) -> type.getFields().stream())
			.filter((field) -> field.getRawType().isAssignableTo(MethodHandle.class)
					|| field.getRawType().isAssignableTo(VarHandle.class)
					|| field.getRawType().isAssignableTo(Member.class))
			.map((field) -> shortName(field.getOwner()) + "." + field.getName())
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(handles).isEqualTo(HANDLES.keySet());
		HANDLES.forEach((name, hint) -> assertThat(hint).as(name).accepts(hints));
	}

	@Test
	void nothingElseReflects() {
		Map<String, Long> found = classes.stream()
			.flatMap((type) -> type.getCodeUnits().stream())
			.flatMap((unit) -> unit.getCallsFromSelf().stream())
			.filter((call) -> isReflection(call.getTarget()))
			.collect(
					Collectors.groupingBy((call) -> shortName(call.getOriginOwner()) + "." + call.getOrigin().getName(),
							TreeMap::new, Collectors.counting()));
		// They ask for the types below, and for the constants of an enum.
		found.keySet()
			.removeAll(Set.of("ConfiguredServer.isPresent", "ConfiguredServer.reason",
					"KtlsRuntimeHints.registerProperties"));
		assertThat(found).isEqualTo(REFLECTION);
	}

	private static boolean isReflection(AccessTarget.CodeUnitCallTarget target) {
		return REFLECTING.contains(target.getOwner().getName()) && !HARMLESS.matcher(target.getName()).matches();
	}

	private static String shortName(JavaClass type) {
		return type.getName().substring(type.getPackageName().length() + 1);
	}

	@ParameterizedTest
	@ValueSource(strings = { SSL + "OpenSslInternalSession", SSL + "OpenSslSessionId", SSL + "ExtendedOpenSslSession",
			SSL + "ReferenceCountedOpenSslEngine$DefaultOpenSslSession", "io.netty.internal.tcnative.SSLContext",
			"reactor.netty.http.server.HttpServer",
			"org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory",
			"org.springframework.boot.web.server.Ssl" })
	void typesThatAreLookedForByNameAreRegistered(String name) {
		assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of(name))).accepts(hints);
	}

	@Test
	void propertiesThatTheDoctorBindsAreRegistered() throws NoSuchMethodException {
		for (Method setter : List.of(KtlsProperties.class.getMethod("setEnabled", boolean.class),
				KtlsProperties.KeyUpdate.class.getMethod("setRecordLimit", Long.class),
				Ssl.class.getMethod("setBundle", String.class),
				SslBundleProperties.Options.class.getMethod("setCiphers", Set.class))) {
			assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(setter)).as(setter.toString())
				.accepts(hints);
		}
	}

	@Test
	void nativeMethodsAreRegistered() {
		Set<String> found = classes.stream()
			.filter((type) -> type.getMethods()
				.stream()
				.anyMatch((method) -> method.getModifiers().contains(JavaModifier.NATIVE)))
			.map(JavaClass::getName)
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(found).contains(FUNCTIONS);
		for (String name : found) {
			assertThat(typeHint(hints.jni(), name).getMemberCategories()).as(name)
				.contains(MemberCategory.INVOKE_DECLARED_METHODS);
			// JNA looks at the methods to bind them.
			for (Method method : type(name).getDeclaredMethods()) {
				assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method)).as(method.toString())
					.accepts(hints);
			}
		}
	}

	@Test
	void whatTcnativeCallsBackIsRegistered() {
		JavaClasses netty = new ClassFileImporter()
			.importUrl(OpenSsl.class.getProtectionDomain().getCodeSource().getLocation());
		List<String> callbacks = Stream.concat(netty.stream(), classes.stream())
			.filter((type) -> Stream
				.concat(type.getRawInterfaces().stream(), type.getRawSuperclass().stream().map(JavaClass.class::cast))
				.anyMatch((parent) -> parent.getPackageName().equals("io.netty.internal.tcnative")))
			.map(JavaClass::getName)
			.toList();
		assertThat(callbacks).contains("io.github.ktls.secrets.OpenSslKeyLog")
			.allSatisfy((name) -> assertThat(typeHint(hints.jni(), name).getMemberCategories()).as(name)
				.contains(MemberCategory.INVOKE_DECLARED_METHODS));
	}

	@ParameterizedTest
	@ValueSource(strings = { "com/sun/jna/linux-x86-64/libjnidispatch.so",
			"com/sun/jna/linux-aarch64/libjnidispatch.so", "META-INF/native/libnetty_tcnative_linux_x86_64.so",
			"META-INF/native/libnetty_tcnative_linux_aarch_64.so" })
	void nativeLibrariesAndAllTypesThatTheyNameAreRegistered(String library) throws IOException {
		assertThat(RuntimeHintsPredicates.resource().forResource(library)).accepts(hints);
		Set<String> names = typesIn(library);
		assertThat(names).hasSizeGreaterThan(15)
			.allSatisfy((name) -> assertThat(hints.jni().getTypeHint(TypeReference.of(name))).as(name).isNotNull());
	}

	@ParameterizedTest
	@ValueSource(strings = { "META-INF/native/libnetty_transport_native_epoll_x86_64.so",
			"META-INF/native/libnetty_transport_native_epoll_aarch_64.so" })
	void nativeLibrariesOfTheTransportAreRegistered(String library) {
		assertThat(KtlsRuntimeHintsTests.class.getClassLoader().getResource(library)).isNotNull();
		assertThat(RuntimeHintsPredicates.resource().forResource(library)).accepts(hints);
	}

	// The names by which a library looks types up are among its strings.
	private static Set<String> typesIn(String library) throws IOException {
		try (InputStream in = KtlsRuntimeHintsTests.class.getClassLoader().getResourceAsStream(library)) {
			String content = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
			return Pattern.compile("(?<=\0)(?:java|com/sun/jna|io/netty/internal/tcnative)/[\\w/$]+(?=\0)")
				.matcher(content)
				.results()
				.map((result) -> result.group().replace('/', '.'))
				.collect(Collectors.toCollection(TreeSet::new));
		}
	}

	@Test
	void whatHintsNameExists() {
		Map<String, List<String>> missing = new LinkedHashMap<>();
		Stream.concat(hints.jni().typeHints(), hints.reflection().typeHints()).forEach((hint) -> {
			List<String> members = missingMembers(hint);
			if (!members.isEmpty()) {
				missing.put(hint.getType().getName(), members);
			}
		});
		assertThat(missing).isEmpty();
	}

	private static List<String> missingMembers(TypeHint hint) {
		Class<?> type = type(hint.getType().getName());
		Set<String> fields = Arrays.stream(type.getDeclaredFields()).map(Field::getName).collect(Collectors.toSet());
		Set<String> executables = Stream
			.concat(Arrays.stream(type.getDeclaredMethods())
				.map((method) -> signature(method.getName(), method.getParameterTypes())),
					Arrays.stream(type.getDeclaredConstructors())
						.map((constructor) -> signature("<init>", constructor.getParameterTypes())))
			.collect(Collectors.toSet());
		return Stream
			.concat(hint.fields().map((field) -> field.getName()).filter((name) -> !fields.contains(name)),
					Stream.concat(hint.methods(), hint.constructors())
						.filter((executable) -> executable.getMode() == ExecutableMode.INVOKE)
						.map((executable) -> executable.getName()
								+ executable.getParameterTypes().stream().map(TypeReference::getCanonicalName).toList())
						.filter((signature) -> !executables.contains(signature)))
			.toList();
	}

	private static String signature(String name, Class<?>... parameters) {
		return name + Arrays.stream(parameters).map(Class::getCanonicalName).toList();
	}

	@Test
	void whenLibrariesAreMissingTheirHintsAreLeftOut() {
		RuntimeHints without = new RuntimeHints();
		new KtlsRuntimeHints().registerHints(without,
				new FilteredClassLoader("io.netty", "com.sun.jna", "reactor.netty", "org.springframework.boot"));
		assertThat(Stream.concat(without.reflection().typeHints(), without.jni().typeHints()))
			.extracting((hint) -> hint.getType().getName())
			.noneMatch((name) -> name.startsWith("io.netty.") || name.startsWith("com.sun.jna."));
	}

	private static TypeHint typeHint(ReflectionHints reflection, String name) {
		TypeHint hint = reflection.getTypeHint(TypeReference.of(name));
		assertThat(hint).as(name).isNotNull();
		return hint;
	}

}
