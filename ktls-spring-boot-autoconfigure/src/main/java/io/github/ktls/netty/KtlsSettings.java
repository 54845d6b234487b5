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

/**
 * What the user decides about handing connections over.
 *
 * @param activation when a connection is handed over
 * @param activationThreshold the smallest file that triggers
 * {@link Activation#ON_FIRST_FILE}, in bytes
 * @param fallbackChunkSize the size of the pieces in which files go through the TLS
 * engine, in bytes
 */
public record KtlsSettings(Activation activation, long activationThreshold, int fallbackChunkSize) {

	/**
	 * Check the settings.
	 */
	public KtlsSettings {
		if (activationThreshold < 0) {
			throw new IllegalArgumentException("'activationThreshold' must not be negative");
		}
		if (fallbackChunkSize <= 0) {
			throw new IllegalArgumentException("'fallbackChunkSize' must be positive");
		}
	}

}
