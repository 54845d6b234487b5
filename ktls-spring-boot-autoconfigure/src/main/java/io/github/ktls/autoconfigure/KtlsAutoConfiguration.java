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

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.netty.KtlsRollout;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.resource.FileResourceHttpMessageWriter;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.AvailabilityReport;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.server.KtlsStatus;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for kernel TLS on a Netty-based
 * reactive web server.
 */
@AutoConfiguration(
		beforeName = "org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration")
@ConditionalOnClass({ HttpServer.class, NettyReactiveWebServerFactory.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBooleanProperty("server.ssl.ktls.enabled")
@EnableConfigurationProperties(KtlsProperties.class)
public final class KtlsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KtlsStatistics ktlsStatistics() {
		return new KtlsStatistics();
	}

	@Bean
	@ConditionalOnMissingBean
	KtlsRollout ktlsRollout(KtlsProperties properties) {
		return properties.toRollout();
	}

	@Bean
	@ConditionalOnMissingBean
	KtlsStatus ktlsStatus() {
		return new KtlsStatus();
	}

	@Bean
	@ConditionalOnMissingBean
	KernelTlsOptions ktlsOptions(KtlsProperties properties, KtlsRollout rollout, KtlsStatistics statistics,
			KtlsStatus status) {
		return properties.toOptions(rollout, statistics, status);
	}

	@Bean
	@ConditionalOnMissingBean
	KtlsEnvironment ktlsEnvironment() {
		return KtlsEnvironment.detect();
	}

	@Bean
	@ConditionalOnMissingBean
	FileResources ktlsFileResources(KtlsProperties properties, KtlsStatistics statistics) {
		return properties.toFileResources(statistics);
	}

	// The last of all, as writers of the user's come before Spring's own.
	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE)
	WebFluxConfigurer ktlsWebFluxConfigurer(FileResources files) {
		return new WebFluxConfigurer() {

			@Override
			public void configureHttpMessageCodecs(ServerCodecConfigurer codecs) {
				codecs.customCodecs().register(new FileResourceHttpMessageWriter(files));
			}

		};
	}

	@Bean
	static FileResourceHandlers ktlsFileResourceHandlers(ObjectProvider<FileResources> files) {
		return new FileResourceHandlers(files);
	}

	@Bean
	KtlsServerVerifier ktlsServerVerifier(ApplicationContext context, KtlsEnvironment environment,
			KernelTlsOptions options) {
		return new KtlsServerVerifier(context, environment, new AvailabilityReport(options));
	}

	@Bean
	KtlsWebServerFactoryCustomizer ktlsWebServerFactoryCustomizer(KernelTlsOptions options, KtlsEnvironment environment,
			KtlsServerVerifier verifier) {
		return new KtlsWebServerFactoryCustomizer(options, environment, verifier);
	}

}
