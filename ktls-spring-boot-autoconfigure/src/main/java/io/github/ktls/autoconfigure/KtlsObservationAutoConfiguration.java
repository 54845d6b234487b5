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

import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;

import io.github.ktls.metrics.KtlsRequestObserver;
import io.github.ktls.netty.KtlsStatistics;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that has observations of requests
 * tell who encrypted the response.
 */
@AutoConfiguration(after = KtlsAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnClass({ ObservationRegistry.class, ServerRequestObservationContext.class })
@ConditionalOnBean({ ObservationRegistry.class, KtlsStatistics.class })
public final class KtlsObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KtlsRequestObserver ktlsRequestObserver() {
		return new KtlsRequestObserver();
	}

}
