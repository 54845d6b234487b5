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

import java.io.Serial;

import javax.crypto.SecretKey;

/**
 * Key that lends its bytes to the Java cryptography API.
 * {@link javax.crypto.spec.SecretKeySpec} would leave one more copy of the secret on the
 * heap that nobody can wipe.
 */
final class RawKey implements SecretKey {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String algorithm;

	private final transient byte[] bytes;

	RawKey(String algorithm, byte[] bytes) {
		this.algorithm = algorithm;
		this.bytes = bytes;
	}

	@Override
	public String getAlgorithm() {
		return this.algorithm;
	}

	@Override
	public String getFormat() {
		return "RAW";
	}

	/**
	 * Return a copy of the key, because providers wipe what they get from here.
	 * @return the key bytes
	 */
	@Override
	public byte[] getEncoded() {
		return this.bytes.clone();
	}

}
