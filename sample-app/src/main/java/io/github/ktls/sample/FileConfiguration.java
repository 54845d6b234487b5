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

package io.github.ktls.sample;

import java.io.IOException;
import java.io.UncheckedIOException;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.core.io.ResourceLoader;
import org.springframework.web.reactive.config.ResourceHandlerRegistry;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Two of the three ways to serve files; {@link FileController} is the third.
 */
@Configuration(proxyBeanMethods = false)
class FileConfiguration {

	@Bean
	WebFluxConfigurer staticResources(SampleFiles files) {
		return new WebFluxConfigurer() {

			@Override
			public void addResourceHandlers(ResourceHandlerRegistry registry) {
				registry.addResourceHandler("/files/**")
					.addResourceLocations(files.location())
					.setEtagGenerator(FileConfiguration::etag);
			}

		};
	}

	@Bean
	RouterFunction<ServerResponse> resourceRoutes(SampleFiles files, ResourceLoader loader) {
		return RouterFunctions.resources("/fn/**", loader.getResource(files.location()));
	}

	private static String etag(Resource file) {
		try {
			return "%x-%x".formatted(file.contentLength(), file.lastModified());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
