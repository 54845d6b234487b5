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

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that refuses to start an application
 * for which kernel TLS is required and not enabled: whoever requires it counts on it.
 */
@AutoConfiguration
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnProperty(name = "server.ssl.ktls.mode", havingValue = "required")
@ConditionalOnBooleanProperty(name = "server.ssl.ktls.enabled", havingValue = false, matchIfMissing = true)
public final class KtlsRequiredAutoConfiguration {

	KtlsRequiredAutoConfiguration() {
		throw new InvalidConfigurationPropertyValueException("server.ssl.ktls.mode", "required",
				"Kernel TLS cannot be required while it is not enabled: set 'server.ssl.ktls.enabled' to 'true', or "
						+ "remove 'server.ssl.ktls.mode'.");
	}

}
