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

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.linux.Errno;
import io.github.ktls.metrics.KtlsMeters;
import io.github.ktls.metrics.KtlsMetrics;
import io.github.ktls.metrics.KtlsRequestObserver;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.test.Certificates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KtlsMetricsAutoConfiguration} and
 * {@link KtlsObservationAutoConfiguration}, with servers that really start.
 */
class KtlsMetricsAutoConfigurationTests {

	private static final FakeKernel ABLE = new FakeKernel();

	private static final FakeKernel UNABLE = new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT);

	@TempDir
	static Path keys;

	private static String[] tls = {};

	private final ReactiveWebApplicationContextRunner plain = new ReactiveWebApplicationContextRunner(
			AnnotationConfigReactiveWebServerApplicationContext::new)
		.withConfiguration(AutoConfigurations.of(NettyReactiveWebServerAutoConfiguration.class,
				SslAutoConfiguration.class, KtlsAutoConfiguration.class, KtlsMetricsAutoConfiguration.class,
				KtlsObservationAutoConfiguration.class))
		.withBean(HttpHandler.class, () -> (request, response) -> response.setComplete())
		.withPropertyValues("server.port=0", "server.address=127.0.0.1", "server.ssl.ktls.enabled=true");

	private final ReactiveWebApplicationContextRunner runner = this.plain.withConfiguration(
			AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
					SimpleMetricsExportAutoConfiguration.class, ObservationAutoConfiguration.class));

	@BeforeAll
	static void createCertificates() {
		Certificates certificates = Certificates.create("EC", "localhost");
		tls = new String[] { "server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys) };
	}

	@Test
	void theyAreRegistered() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, null))
			.contains(KtlsMetricsAutoConfiguration.class.getName(), KtlsObservationAutoConfiguration.class.getName());
	}

	@Test
	void whenThereIsNoMicrometerThereIsNothing() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(KtlsStatistics.class)
				.doesNotHaveBean("ktlsMetrics")
				.doesNotHaveBean("ktlsMetricsRefresher")
				.doesNotHaveBean("ktlsRequestObserver"));
	}

	@Test
	void whenThereAreObservationsAloneTheyTell() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("ktlsMetrics")
				.hasSingleBean(KtlsRequestObserver.class));
	}

	@Test
	void whenThereAreNoObservationsThereAreMeters() {
		this.plain.withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(KtlsMetrics.class)
				.doesNotHaveBean("ktlsRequestObserver"));
	}

	@Test
	void whenRequestsAreNotObservedThereIsNoFilter() {
		this.runner.withClassLoader(new FilteredClassLoader(ServerRequestObservationContext.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(KtlsMetrics.class)
				.doesNotHaveBean("ktlsRequestObserver"));
	}

	@Test
	void whenThereIsNoRegistryThereIsNothing() {
		this.plain.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(KtlsStatistics.class)
			.doesNotHaveBean(KtlsMetrics.class)
			.doesNotHaveBean(KtlsMetricsRefresher.class)
			.doesNotHaveBean(KtlsRequestObserver.class));
	}

	@Test
	void whenBootDoesNotBindTheUserCan() {
		this.plain.withClassLoader(new FilteredClassLoader("org.springframework.boot.micrometer"))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(KtlsRequestObserver.class);
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				assertThat(registry.getMeters()).isEmpty();
				context.getBean(KtlsMetrics.class).bindTo(registry);
				assertThat(meters(context)).contains(KtlsMeters.FALLBACKS.getName());
			});
	}

	@Test
	void whenNotEnabledThereIsNothing() {
		this.runner.withPropertyValues("server.ssl.ktls.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed()
				.doesNotHaveBean(KtlsMetrics.class)
				.doesNotHaveBean(KtlsMetricsRefresher.class)
				.doesNotHaveBean(KtlsRequestObserver.class);
			assertThat(meters(context)).isEmpty();
		});
	}

	@Test
	void whenUserHasBeansOfHisOwnTheyAreUsed() {
		KtlsMetrics metrics = new KtlsMetrics(new KtlsStatistics(), () -> false);
		KtlsRequestObserver filter = new KtlsRequestObserver();
		this.runner.withBean("own", KtlsMetrics.class, () -> metrics)
			.withBean("ownFilter", KtlsRequestObserver.class, () -> filter)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context).getBean(KtlsMetrics.class).isSameAs(metrics);
				assertThat(context).getBean(KtlsRequestObserver.class).isSameAs(filter);
			});
	}

	@Test
	void whenKernelCannotThereAreOnlyFallbacks() {
		with(UNABLE).run((context) -> {
			assertThat(meters(context)).containsExactly(KtlsMeters.FALLBACKS.getName());
			assertThat(fallbacks(context, "MODULE_MISSING")).isOne();
		});
	}

	@Test
	void whenServerHasNoTlsThereAreOnlyFallbacks() {
		this.runner.withBean(KtlsEnvironment.class, environment(ABLE)).run((context) -> {
			assertThat(meters(context)).containsExactly(KtlsMeters.FALLBACKS.getName());
			assertThat(fallbacks(context, "SSL_NOT_ENABLED")).isOne();
		});
	}

	@Test
	void whenServerTurnsOutNotToHandOverThereAreOnlyFallbacks() {
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> noTls = (factory) -> factory
			.addServerCustomizers((server) -> server.noSSL());
		with(ABLE).withBean("noTls", WebServerFactoryCustomizer.class, () -> noTls).run((context) -> {
			assertThat(meters(context)).containsExactly(KtlsMeters.FALLBACKS.getName());
			assertThat(fallbacks(context, "SSL_NOT_ENABLED")).isOne();
		});
	}

	@Test
	void whenServerHandsOverThereAreAll() {
		with(ABLE).run((context) -> assertThat(meters(context)).containsAll(namesWithoutKernel()));
	}

	@Test
	void whenRegistryIsMadeAfterTheServerItHasAll() {
		with(ABLE)
			.withBean(SimpleMeterRegistry.class, SimpleMeterRegistry::new, (definition) -> definition.setLazyInit(true))
			.run((context) -> assertThat(meters(context)).containsAll(namesWithoutKernel()));
	}

	private ReactiveWebApplicationContextRunner with(FakeKernel kernel) {
		return this.runner.withPropertyValues(tls).withBean(KtlsEnvironment.class, environment(kernel));
	}

	private static Supplier<KtlsEnvironment> environment(FakeKernel kernel) {
		return () -> KtlsEnvironment.of(KernelTls.probe(kernel));
	}

	private static double fallbacks(ApplicationContext context, String reason) {
		return context.getBean(MeterRegistry.class)
			.get(KtlsMeters.FALLBACKS.getName())
			.tags("reason", reason, "direction", "transmit")
			.functionCounter()
			.count();
	}

	private static Set<String> meters(ApplicationContext context) {
		return context.getBean(MeterRegistry.class)
			.getMeters()
			.stream()
			.map((meter) -> meter.getId().getName())
			.filter((name) -> name.startsWith("ktls"))
			.collect(Collectors.toCollection(TreeSet::new));
	}

	// Those of the kernel itself are there where it is one with TLS.
	private static List<String> namesWithoutKernel() {
		return List.of(KtlsMeters.values())
			.stream()
			.map(KtlsMeters::getName)
			.filter((name) -> !name.startsWith("ktls.kernel."))
			.toList();
	}

}
