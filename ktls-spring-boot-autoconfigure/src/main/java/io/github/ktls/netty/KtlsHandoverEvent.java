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

package io.github.ktls.netty;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallback;

/**
 * User event that says how it went: fired through a channel's pipeline once per
 * connection, when it was handed over or when it is certain that it will not be.
 *
 * @param fallback why the connection stays in user space, or {@code null} if it was
 * handed over
 */
public record KtlsHandoverEvent(@Nullable KtlsFallback fallback) {

	/**
	 * Return whether the connection was handed over.
	 * @return whether the kernel encrypts what is sent
	 */
	public boolean isOffloaded() {
		return this.fallback == null;
	}

}
