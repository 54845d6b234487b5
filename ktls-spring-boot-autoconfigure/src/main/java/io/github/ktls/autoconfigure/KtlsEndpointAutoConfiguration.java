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

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

import io.github.ktls.actuate.KtlsEndpoint;
import io.github.ktls.actuate.KtlsEndpointWebExtension;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link KtlsEndpoint}.
 */
@AutoConfiguration(after = KtlsAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(KtlsEndpoint.class)
@ConditionalOnBean({ KtlsEnvironment.class, KernelTlsOptions.class, FileResources.class })
public final class KtlsEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	KtlsEndpoint ktlsEndpoint(KtlsEnvironment environment, KernelTlsOptions options, FileResources files) {
		return new KtlsEndpoint(environment, options, files);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(KtlsEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	KtlsEndpointWebExtension ktlsEndpointWebExtension(KtlsEndpoint endpoint) {
		return new KtlsEndpointWebExtension(endpoint);
	}

}
