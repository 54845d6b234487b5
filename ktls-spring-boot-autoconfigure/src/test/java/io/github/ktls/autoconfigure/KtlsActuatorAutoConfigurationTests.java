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

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.ReflectionException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;

import io.github.ktls.actuate.KtlsEndpoint;
import io.github.ktls.actuate.KtlsEndpointWebExtension;
import io.github.ktls.actuate.KtlsHealthIndicator;
import io.github.ktls.actuate.KtlsInfoContributor;
import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.netty.KtlsRollout;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.server.KtlsStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KtlsEndpointAutoConfiguration},
 * {@link KtlsHealthContributorAutoConfiguration} and
 * {@link KtlsInfoContributorAutoConfiguration}.
 */
class KtlsActuatorAutoConfigurationTests {

	private static final Class<?>[] CONFIGURATIONS = { KtlsEndpointAutoConfiguration.class,
			KtlsHealthContributorAutoConfiguration.class, KtlsInfoContributorAutoConfiguration.class };

	private static final String EXPOSED = "management.endpoints.web.exposure.include=ktls";

	private final ReactiveWebApplicationContextRunner plain = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CONFIGURATIONS))
		.withConfiguration(AutoConfigurations.of(KtlsAutoConfiguration.class))
		.withBean(KtlsEnvironment.class, () -> KtlsEnvironment.of(KernelTls.probe(new FakeKernel())));

	private final ReactiveWebApplicationContextRunner runner = this.plain
		.withPropertyValues("server.ssl.ktls.enabled=true");

	@Test
	void theyAreRegistered() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, null))
			.contains(Arrays.stream(CONFIGURATIONS).map(Class::getName).toArray(String[]::new));
	}

	// As an application has it: by name, so that annotations that are not there go
	// unnoticed.
	@Test
	void whenActuatorIsAbsentThenThereIsOnlyKernelTls() {
		ReactiveWebApplicationContextRunner imported = new ReactiveWebApplicationContextRunner()
			.withUserConfiguration(Imports.class)
			.withPropertyValues("server.ssl.ktls.enabled=true", EXPOSED, "management.info.ktls.enabled=true");
		imported.run((context) -> assertThat(actuatorBeans(context)).hasSize(4));
		imported
			.withClassLoader(
					new FilteredClassLoader("org.springframework.boot.actuate", "org.springframework.boot.health"))
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(KtlsStatus.class);
				assertThat(actuatorBeans(context)).isEmpty();
			});
	}

	private static List<String> actuatorBeans(ApplicationContext context) {
		return Arrays.stream(context.getBeanDefinitionNames())
			.filter((name) -> name.matches("ktls(Endpoint|Health|Info).*"))
			.toList();
	}

	@Test
	void whenOnlyOnePartOfActuatorIsAbsentThenTheOtherIsThere() {
		this.runner.withPropertyValues(EXPOSED)
			.withClassLoader(new FilteredClassLoader(Health.class, HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(KtlsEndpoint.class)
				.doesNotHaveBean(KtlsHealthIndicator.class));
		this.runner.withPropertyValues(EXPOSED, "management.info.ktls.enabled=true")
			.withClassLoader(new FilteredClassLoader(InfoContributor.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(KtlsEndpoint.class)
				.doesNotHaveBean(KtlsInfoContributor.class));
	}

	@Test
	void whenKernelTlsIsNotEnabledThenThereIsNothing() {
		this.plain.withPropertyValues(EXPOSED, "management.info.ktls.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(KtlsEndpoint.class)
				.doesNotHaveBean(KtlsEndpointWebExtension.class)
				.doesNotHaveBean(KtlsHealthIndicator.class)
				.doesNotHaveBean(KtlsInfoContributor.class));
	}

	@Test
	void whenNothingIsSaidThenThereIsOnlyHealth() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(KtlsEndpoint.class)
			.doesNotHaveBean(KtlsEndpointWebExtension.class)
			.hasSingleBean(KtlsHealthIndicator.class)
			.doesNotHaveBean(KtlsInfoContributor.class));
	}

	@Test
	void whenExposedThenThereIsAnEndpoint() {
		this.runner.withPropertyValues(EXPOSED)
			.run((context) -> assertThat(context).hasSingleBean(KtlsEndpoint.class)
				.hasSingleBean(KtlsEndpointWebExtension.class));
	}

	@Test
	void whenExposedByJmxAloneThenThereIsNoWebExtension() {
		this.runner.withPropertyValues("management.endpoints.jmx.exposure.include=ktls", "spring.jmx.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(KtlsEndpoint.class)
				.doesNotHaveBean(KtlsEndpointWebExtension.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoint.ktls.access=NONE", "management.endpoints.access.default=NONE",
			"management.endpoints.access.max-permitted=NONE" })
	void whenAccessIsNoneThenThereIsNoEndpoint(String property) {
		this.runner.withPropertyValues(EXPOSED, property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(KtlsEndpoint.class)
				.doesNotHaveBean(KtlsEndpointWebExtension.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.health.ktls.enabled=false", "management.health.defaults.enabled=false" })
	void whenHealthIsNotWantedThenThereIsNone(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(KtlsHealthIndicator.class));
	}

	@Test
	void whenInfoIsWantedThenThereIsSome() {
		this.runner.withPropertyValues("management.info.ktls.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(KtlsInfoContributor.class));
	}

	@Test
	void whenUserHasBeansOfHisOwnThenTheyAreUsed() {
		this.runner.withPropertyValues(EXPOSED)
			.withBean("own", KtlsEndpoint.class,
					() -> new KtlsEndpoint(KtlsEnvironment.of(KernelTls.probe(new FakeKernel())),
							KernelTlsOptions.defaults(), new FileResources(0, 1024, 0, new LongAdder()::add)))
			.withBean("ktlsHealthIndicator", HealthIndicator.class, () -> () -> Health.unknown().build())
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(KtlsHealthIndicator.class);
				assertThat(context.getBeanNamesForType(KtlsEndpoint.class)).containsExactly("own");
			});
	}

	@Test
	void endpointSteersTheServersRollout() {
		this.runner.withPropertyValues(EXPOSED).run((context) -> {
			KtlsRollout rollout = context.getBean(KtlsRollout.class);
			assertThat(context.getBean(KernelTlsOptions.class).rollout()).isSameAs(rollout);
			assertThat(context.getBean(KernelTlsOptions.class).status()).isSameAs(context.getBean(KtlsStatus.class));
		});
	}

	@Test
	void idIsThatOfTheDocumentation() {
		assertThat(KtlsEndpoint.class.getAnnotation(Endpoint.class).id()).isEqualTo("ktls");
	}

	// JMX

	@Test
	void whenAccessIsNotConfiguredThenJmxCanOnlyRead() {
		jmx().run((context) -> {
			MBeanServer server = context.getBean(MBeanServer.class);
			assertThat(server.getMBeanInfo(name(server)).getOperations()).extracting(MBeanOperationInfo::getName)
				.containsExactlyInAnyOrder("ktls", "list");
			Map<?, ?> answer = (Map<?, ?>) invoke(server, "ktls");
			assertThat(answer.get("available")).isEqualTo(true);
			assertThat(answer.get("rollout")).isEqualTo(Map.of("stopped", false, "percentage", 100));
			assertThat(((Map<?, ?>) invoke(server, "list", "connections", null, 10)).get("connections"))
				.isEqualTo(List.of());
			assertThat(invoke(server, "list", "sockets", null, null)).isNull();
			assertThatExceptionOfType(ReflectionException.class)
				.isThrownBy(() -> invoke(server, "list", "connections", -1L, null))
				.withMessage("'after' must not be negative");
		});
	}

	@Test
	void whenAccessIsUnrestrictedThenJmxCanSteer() {
		jmx().withPropertyValues("management.endpoint.ktls.access=UNRESTRICTED").run((context) -> {
			MBeanServer server = context.getBean(MBeanServer.class);
			MBeanOperationInfo steer = Arrays.stream(server.getMBeanInfo(name(server)).getOperations())
				.filter((operation) -> operation.getName().equals("steer"))
				.findFirst()
				.orElseThrow();
			assertThat(steer.getSignature()).extracting(MBeanParameterInfo::getName)
				.containsExactly("handovers", "percentage");
			assertThat(invoke(server, "steer", "stop", 25)).isEqualTo(Map.of("stopped", true, "percentage", 25));
			assertThat(context.getBean(KtlsRollout.class).isStopped()).isTrue();
			assertThatExceptionOfType(ReflectionException.class)
				.isThrownBy(() -> invoke(server, "steer", "resume", 101))
				.withMessage("'percentage' must be from 0 to 100");
			assertThat(context.getBean(KtlsRollout.class).isStopped()).isTrue();
		});
	}

	private ReactiveWebApplicationContextRunner jmx() {
		return this.runner
			.withConfiguration(AutoConfigurations.of(JmxAutoConfiguration.class, EndpointAutoConfiguration.class,
					JmxEndpointAutoConfiguration.class))
			.withBean("mbeanServer", MBeanServer.class, MBeanServerFactory::newMBeanServer)
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=ktls");
	}

	private static ObjectName name(MBeanServer server) throws Exception {
		Set<ObjectName> names = server.queryNames(new ObjectName("org.springframework.boot:type=Endpoint,name=Ktls,*"),
				null);
		assertThat(names).hasSize(1);
		return names.iterator().next();
	}

	private static @Nullable Object invoke(MBeanServer server, String operation, @Nullable Object... arguments)
			throws Exception {
		return server.invoke(name(server), operation, arguments, new String[arguments.length]);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ KtlsAutoConfiguration.class, KtlsEndpointAutoConfiguration.class,
			KtlsHealthContributorAutoConfiguration.class, KtlsInfoContributorAutoConfiguration.class })
	static class Imports {

	}

}
