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

import java.security.GeneralSecurityException;

import javax.crypto.Mac;

/**
 * HMAC (RFC 2104) under one key, which can be computed again and again. What the
 * {@link Mac} itself keeps of the key is out of reach and left to the garbage collector.
 */
final class Hmac {

	private final Mac mac;

	Hmac(HashAlgorithm hash, byte[] key) {
		try {
			this.mac = Mac.getInstance(hash.macName());
			this.mac.init(new RawKey(hash.macName(), key));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The Java runtime cannot compute " + hash.macName(), ex);
		}
	}

	Hmac update(byte... bytes) {
		this.mac.update(bytes);
		return this;
	}

	/**
	 * Finish one computation, and get ready for the next.
	 * @param target where the result goes, of the length of the hash; it may be one of
	 * the arrays that went in
	 */
	void finish(byte[] target) {
		try {
			this.mac.doFinal(target, 0);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalArgumentException("The target is shorter than the hash", ex);
		}
	}

}
