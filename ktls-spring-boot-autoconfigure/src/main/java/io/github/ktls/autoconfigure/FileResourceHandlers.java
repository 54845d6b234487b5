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

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.resource.ResourceWebHandler;

import io.github.ktls.resource.FileResourceHttpMessageWriter;
import io.github.ktls.resource.FileResources;

/**
 * Has static resources written by {@link FileResourceHttpMessageWriter}: their handlers
 * have a writer of their own, which no codec replaces. One that the user made is left
 * alone.
 */
class FileResourceHandlers implements BeanPostProcessor {

	private final ObjectProvider<FileResources> files;

	FileResourceHandlers(ObjectProvider<FileResources> files) {
		this.files = files;
	}

	@Override
	public @Nullable Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof ResourceWebHandler handler) {
			replaceWriter(handler);
		}
		if (bean instanceof SimpleUrlHandlerMapping mapping) {
			mapping.getUrlMap().values().forEach((handler) -> {
				if (handler instanceof ResourceWebHandler resources) {
					replaceWriter(resources);
				}
			});
		}
		return bean;
	}

	private void replaceWriter(ResourceWebHandler handler) {
		ResourceHttpMessageWriter writer = handler.getResourceHttpMessageWriter();
		if (writer == null || writer.getClass() == ResourceHttpMessageWriter.class) {
			handler.setResourceHttpMessageWriter(new FileResourceHttpMessageWriter(this.files.getObject()));
		}
	}

}
