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
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.config.WebFluxConfigurer;

import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.server.KtlsStatus;
import io.github.ktls.test.Certificates;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is configured ahead of time, as for a native image, works as what is configured
 * when the application starts.
 */
class AheadOfTimeTests {

	@TempDir
	static Path keys;

	@Test
	@CompileWithForkedClassLoader
	void serverThatWasConfiguredAheadOfTimeStarts() {
		process((context) -> {
			assertThat(context.getBean(KtlsProperties.class).getRolloutPercentage()).isEqualTo(40);
			assertThat(context.getBean(KernelTlsOptions.class).rollout().getPercentage()).isEqualTo(40);
			assertThat(context.getBean(KernelTlsOptions.class).statistics())
				.isSameAs(context.getBean(KtlsStatistics.class));
			assertThat(context.getBean(FileResources.class)).isNotNull();
			assertThat(context.getBean(KtlsEnvironment.class)).isNotNull();
			assertThat(context.getBean("ktlsWebFluxConfigurer", WebFluxConfigurer.class)).isNotNull();
			assertThat(context.getBean(FileResourceHandlers.class)).isNotNull();
			assertThat(context.getBean(NettyReactiveWebServerFactory.class).getServerCustomizers())
				.hasAtLeastOneElementOfType(KtlsServerCustomizer.class);
			KtlsStatus status = context.getBean(KtlsStatus.class);
			// It has bound, and found out whether the kernel of this machine can do it.
			assertThat(status.isUsed()).isEqualTo(status.obstacle() == null);
			assertThat(((ReactiveWebServerApplicationContext) context).getWebServer().getPort()).isPositive();
		});
	}

	@Test
	@CompileWithForkedClassLoader
	void propertiesAreRegisteredForBinding() throws NoSuchMethodException {
		RuntimeHints hints = process((context) -> {
		});
		for (Class<?> type : new Class<?>[] { KtlsProperties.class, KtlsProperties.KeyUpdate.class,
				KtlsProperties.ResourceCache.class }) {
			assertThat(RuntimeHintsPredicates.reflection().onType(type)).accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(KtlsProperties.class.getMethod("setRolloutPercentage", int.class))).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(KtlsProperties.KeyUpdate.class.getMethod("setRecordLimit", Long.class))).accepts(hints);
	}

	@SuppressWarnings("unchecked")
	private static RuntimeHints process(Consumer<GenericApplicationContext> check) {
		Certificates certificates = Certificates.create("EC", "localhost");
		TestPropertyValues properties = TestPropertyValues.of("server.port=0", "server.address=127.0.0.1",
				"server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys),
				"server.ssl.ktls.enabled=true", "server.ssl.ktls.rollout-percentage=40");
		TestGenerationContext generation = new TestGenerationContext(AheadOfTimeTests.class);
		try (AnnotationConfigReactiveWebServerApplicationContext context = new AnnotationConfigReactiveWebServerApplicationContext()) {
			properties.applyTo(context);
			context.register(Application.class);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		}
		generation.writeGeneratedContent();
		TestCompiler.forSystem().with(generation).compile((compiled) -> {
			try (ReactiveWebServerApplicationContext context = new ReactiveWebServerApplicationContext()) {
				properties.applyTo(context);
				compiled.getInstance(ApplicationContextInitializer.class).initialize(context);
				context.refresh();
				check.accept(context);
			}
		});
		return generation.getRuntimeHints();
	}

	/**
	 * An application with the starter.
	 */
	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ NettyReactiveWebServerAutoConfiguration.class, SslAutoConfiguration.class,
			WebFluxAutoConfiguration.class, KtlsAutoConfiguration.class })
	static class Application {

		@Bean
		ReactorResourceFactory reactorResourceFactory() {
			ReactorResourceFactory factory = new ReactorResourceFactory();
			factory.setUseGlobalResources(false);
			return factory;
		}

		@Bean
		HttpHandler httpHandler() {
			return (request, response) -> response.setComplete();
		}

	}

}
