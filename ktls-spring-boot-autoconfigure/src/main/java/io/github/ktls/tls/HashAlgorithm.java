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

package io.github.ktls.tls;

/**
 * Hash a cipher suite derives its keys with.
 */
public enum HashAlgorithm {

	/**
	 * SHA-256.
	 */
	SHA256("HmacSHA256", 32),

	/**
	 * SHA-384.
	 */
	SHA384("HmacSHA384", 48);

	private final String macName;

	private final int length;

	HashAlgorithm(String macName, int length) {
		this.macName = macName;
		this.length = length;
	}

	/**
	 * Return the name of the HMAC with this hash.
	 * @return the name that {@link javax.crypto.Mac} knows
	 */
	public String macName() {
		return this.macName;
	}

	/**
	 * Return the length of a hash, which is also that of a TLS 1.3 traffic secret.
	 * @return the length in bytes
	 */
	public int length() {
		return this.length;
	}

}
