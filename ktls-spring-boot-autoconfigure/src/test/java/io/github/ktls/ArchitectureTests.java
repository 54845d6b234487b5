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

package io.github.ktls;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The diagram of packages in {@code ARCHITECTURE.md}, and the house rules, as tests.
 */
class ArchitectureTests {

	private static final String BASE = "io.github.ktls";

	/** What each package may use, of this project. */
	private static final Map<String, Set<String>> USES = Map.ofEntries(Map.entry("tls", Set.of()),
			Map.entry("linux", Set.of()), Map.entry("secrets", Set.of("tls")),
			Map.entry("kernel", Set.of("linux", "tls")), Map.entry("netty", Set.of("kernel", "secrets", "tls")),
			Map.entry("web", Set.of("netty")), Map.entry("resource", Set.of("web", "netty")),
			Map.entry("server", Set.of("web", "netty", "kernel", "secrets")),
			Map.entry("metrics", Set.of("netty", "kernel")),
			Map.entry("actuate", Set.of("server", "resource", "web", "netty", "kernel", "tls")),
			Map.entry("doctor", Set.of("server", "kernel", "linux", "tls")), Map.entry("autoconfigure",
					Set.of("doctor", "actuate", "metrics", "server", "resource", "netty", "kernel")));

	/** What each package may use besides, as a regular expression of package names. */
	private static final Map<String, String> LIBRARIES = Map.ofEntries(Map.entry("tls", ""),
			Map.entry("linux", "com\\.sun\\.jna.*"),
			Map.entry("secrets", "io\\.netty\\.(buffer|handler\\.ssl|internal\\.tcnative)"), Map.entry("kernel", ""),
			Map.entry("netty", "io\\.netty\\..*"), Map.entry("web", "io\\.netty\\..*|reactor\\.netty.*"),
			Map.entry("resource",
					"io\\.netty\\.(buffer|channel|handler\\.stream|util)|reactor\\..*|org\\.springframework\\..*"
							+ "|org\\.apache\\.commons\\.logging|org\\.reactivestreams"),
			Map.entry("server", "io\\.netty\\..*|reactor\\.netty.*"),
			Map.entry("metrics",
					"io\\.micrometer\\..*|io\\.netty\\.channel|reactor\\.netty.*|org\\.springframework\\.http.*"),
			Map.entry("actuate",
					"org\\.springframework\\.boot\\.(actuate|health)\\..*|org\\.apache\\.commons\\.logging"),
			Map.entry("doctor", "io\\.netty\\.(channel\\.epoll|handler\\.ssl)"), Map.entry("autoconfigure",
					"io\\.micrometer\\..*|io\\.netty\\.handler\\.ssl|reactor\\.netty\\.http\\.server|org\\.springframework\\..*"));

	/** Types that users see although no other package needs them. */
	private static final Set<String> API = Set.of("io.github.ktls.autoconfigure.KtlsAutoConfiguration",
			"io.github.ktls.autoconfigure.KtlsRequiredAutoConfiguration",
			"io.github.ktls.autoconfigure.KtlsEndpointAutoConfiguration",
			"io.github.ktls.autoconfigure.KtlsHealthContributorAutoConfiguration",
			"io.github.ktls.autoconfigure.KtlsInfoContributorAutoConfiguration",
			"io.github.ktls.autoconfigure.KtlsProperties", "io.github.ktls.autoconfigure.KtlsProperties$Mode",
			"io.github.ktls.autoconfigure.KtlsProperties$KeyUpdate",
			"io.github.ktls.autoconfigure.KtlsProperties$ResourceCache",
			"io.github.ktls.autoconfigure.KtlsMetricsAutoConfiguration",
			"io.github.ktls.autoconfigure.KtlsObservationAutoConfiguration", "io.github.ktls.metrics.KtlsMeters",
			"io.github.ktls.metrics.KtlsMeters$Keys", "io.github.ktls.metrics.KtlsObservations",
			"io.github.ktls.metrics.KtlsObservations$LowCardinalityKeys",
			"io.github.ktls.metrics.KtlsObservations$Encryption", "io.github.ktls.netty.KtlsHandoverEvent",
			"io.github.ktls.netty.KtlsDrainEvent$Reason", "io.github.ktls.kernel.KernelAdvisory",
			"io.github.ktls.kernel.TlsStat", "io.github.ktls.server.KernelTlsServer",
			"io.github.ktls.kernel.KtlsException");

	/** Constants, which compilers copy, so that their use leaves no trace. */
	private static final Set<String> CONSTANTS = Set.of("io.github.ktls.linux.Errno",
			"io.github.ktls.linux.SocketConstants", "io.github.ktls.linux.NetlinkConstants",
			"io.github.ktls.linux.EthtoolConstants");

	private static JavaClasses classes;

	@BeforeAll
	static void importClasses() {
		classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
			.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_JARS)
			.importPackages(BASE);
		assertThat(classes).hasSizeGreaterThan(50);
	}

	static Stream<String> packages() {
		return USES.keySet().stream().sorted();
	}

	@Test
	void packagesAreThoseOfTheDiagram() {
		Set<String> found = classes.stream()
			.map((type) -> type.getPackageName().substring(BASE.length() + 1))
			.collect(Collectors.toCollection(TreeSet::new));
		assertThat(found).containsExactlyElementsOf(new TreeSet<>(USES.keySet()));
	}

	@ParameterizedTest
	@MethodSource("packages")
	void packageUsesOnlyWhatTheDiagramAllows(String name) {
		Set<String> allowed = new TreeSet<>(USES.get(name));
		allowed.add(name);
		check(ArchRuleDefinition.noClasses()
			.that()
			.resideInAPackage(BASE + "." + name)
			.should()
			.dependOnClassesThat(
					JavaClass.Predicates.resideInAPackage(BASE + "..").and(DescribedPredicate.not(resideIn(allowed))))
			.because("the diagram has no arrow for it"));
	}

	@ParameterizedTest
	@MethodSource("packages")
	void packageUsesOnlyTheLibrariesItIsTheHomeOf(String name) {
		String pattern = "java\\..*|javax\\.(net|security|crypto)\\..*|javax\\.(net|security|crypto)|"
				+ "org\\.jspecify\\.annotations|" + BASE.replace(".", "\\.") + "\\..*|" + LIBRARIES.get(name);
		check(ArchRuleDefinition.classes()
			.that()
			.resideInAPackage(BASE + "." + name)
			.should()
			.onlyDependOnClassesThat(DescribedPredicate.describe("belong to an allowed library",
					(type) -> type.getPackageName().isEmpty() || type.getBaseComponentType().isPrimitive()
							|| type.getPackageName().matches(pattern)))
			.because("each library has one home"));
	}

	@Test
	void packagesHaveNoCycles() {
		check(SlicesRuleDefinition.slices().matching(BASE + ".(*)..").should().beFreeOfCycles());
	}

	@Test
	void packagesAreNullMarked() {
		Set<JavaPackage> all = classes.stream().map(JavaClass::getPackage).collect(Collectors.toSet());
		assertThat(all).allSatisfy(
				(javaPackage) -> assertThat(javaPackage.isAnnotatedWith(NullMarked.class)).as(javaPackage.getName())
					.isTrue());
	}

	@Test
	void nothingIsPrintedButTheReportOfTheDoctor() {
		check(ArchRuleDefinition.noClasses()
			.that()
			.doNotHaveFullyQualifiedName("io.github.ktls.autoconfigure.KtlsDoctorListener")
			.should()
			.accessField(System.class, "out")
			.orShould()
			.accessField(System.class, "err")
			.orShould()
			.callMethod(Throwable.class, "printStackTrace")
			.orShould()
			.dependOnClassesThat()
			.areAssignableTo(PrintStream.class));
	}

	@Test
	void typesThatNoOtherPackageUsesArePackagePrivate() {
		ArchCondition<JavaClass> beNeeded = new ArchCondition<>("be needed by another package") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				boolean needed = API.contains(type.getName()) || CONSTANTS.contains(type.getName())
						|| type.getDirectDependenciesToSelf()
							.stream()
							.map(Dependency::getOriginClass)
							.anyMatch((user) -> !user.getPackage().equals(type.getPackage()));
				events.add(new SimpleConditionEvent(type, needed, type.getName() + " is public"));
			}

		};
		check(ArchRuleDefinition.classes().that().arePublic().should(beNeeded));
	}

	@Test
	void whatUsersSeeIsPublic() {
		assertThat(API)
			.allSatisfy((name) -> assertThat(classes.get(name).getModifiers()).as(name).contains(JavaModifier.PUBLIC));
	}

	@Test
	void onlyTheServersSideOfWritingDecidesAboutTheTlsEngine() {
		List<String> transitions = classes.get("io.github.ktls.netty.KtlsConnection")
			.getMethod("transitionTo", classes.get("io.github.ktls.netty.KtlsConnection$State").reflect())
			.getAccessesToSelf()
			.stream()
			.map((access) -> access.getOriginOwner().getSimpleName() + "." + access.getOrigin().getName())
			.sorted()
			.toList();
		assertThat(transitions).containsExactly("HandoverProcess.handshakeCompleted", "HandoverProcess.hold",
				"HandoverProcess.switchOver");
	}

	@Test
	void onlyTheHandoverInstallsKeys() {
		assertThat(callers("installTransmit")).containsExactly("Handover.perform", "TransmitProbe.probe");
		assertThat(callers("installReceive")).containsExactly("Handover.performReceive", "ReceiveProbe.probe");
	}

	@Test
	void onlyTheKeysToComeReplaceKeys() {
		assertThat(callers("rekeyTransmit")).containsExactly("TransmitKeys.update", "TransmitProbe.canRekey");
		assertThat(callers("rekeyReceive")).containsExactly("ReceiveKeys.update", "ReceiveProbe.canRekey");
	}

	private static List<String> callers(String method) {
		return classes.get("io.github.ktls.kernel.KtlsSocket")
			.getMethods()
			.stream()
			.filter((candidate) -> candidate.getName().equals(method))
			.flatMap((candidate) -> candidate.getAccessesToSelf().stream())
			.map((access) -> access.getOriginOwner().getSimpleName() + "." + access.getOrigin().getName())
			.sorted()
			.toList();
	}

	private static DescribedPredicate<JavaClass> resideIn(Set<String> names) {
		return DescribedPredicate.describe("reside in " + names, (type) -> names
			.contains(type.getPackageName().substring(Math.min(BASE.length() + 1, type.getPackageName().length()))));
	}

	private static void check(ArchRule rule) {
		rule.check(classes);
	}

}
