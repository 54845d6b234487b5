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

package io.github.ktls.kernel;

/**
 * What a network interface can be made to do for TLS ({@code net/ethtool/common.c}).
 */
public enum TlsFeature {

	/** The card encrypts what the kernel sends. */
	TRANSMIT("tls-hw-tx-offload"),

	/** The card decrypts what the kernel receives. */
	RECEIVE("tls-hw-rx-offload"),

	/** The card does all of TLS, and of TCP. */
	RECORD("tls-hw-record");

	private final String featureName;

	TlsFeature(String featureName) {
		this.featureName = featureName;
	}

	/**
	 * Return the name by which {@code ethtool -k} shows it.
	 * @return the name
	 */
	public String featureName() {
		return this.featureName;
	}

}
