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

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.server.KtlsEnvironment;

/**
 * {@link ApplicationContextInitializer} that has the application reach the kernel through
 * given system calls, at its start-up probe and later.
 */
public final class SystemCallsInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private final SystemCalls systemCalls;

	/**
	 * Create a new instance.
	 * @param systemCalls the system calls
	 */
	public SystemCallsInitializer(SystemCalls systemCalls) {
		this.systemCalls = systemCalls;
	}

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		((GenericApplicationContext) context).registerBean(KtlsEnvironment.class,
				() -> KtlsEnvironment.of(KernelTls.probe(this.systemCalls)));
	}

}
