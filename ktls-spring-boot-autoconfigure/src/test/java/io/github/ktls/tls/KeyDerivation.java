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
 * Opens what the key schedule is made of to tests that do a handshake of their own.
 */
public final class KeyDerivation {

	private KeyDerivation() {
	}

	/**
	 * HKDF-Extract (RFC 5869 section 2.2).
	 * @param hash the hash
	 * @param salt the salt
	 * @param inputKeyingMaterial the input
	 * @return the pseudorandom key
	 */
	public static byte[] extract(HashAlgorithm hash, byte[] salt, byte[] inputKeyingMaterial) {
		return Hkdf.extract(hash, salt, inputKeyingMaterial);
	}

	/**
	 * HKDF-Expand-Label with the length of the hash (RFC 8446 section 7.1).
	 * @param hash the hash
	 * @param secret the secret
	 * @param label the label, without its prefix
	 * @param context the context
	 * @return the derived secret
	 */
	public static byte[] expandLabel(HashAlgorithm hash, byte[] secret, String label, byte[] context) {
		return Hkdf.expandLabel(hash, secret, label, context, hash.length());
	}

	/**
	 * HMAC (RFC 2104).
	 * @param hash the hash
	 * @param key the key
	 * @param message the message
	 * @return the authentication code
	 */
	public static byte[] hmac(HashAlgorithm hash, byte[] key, byte[] message) {
		byte[] code = new byte[hash.length()];
		new Hmac(hash, key).update(message).finish(code);
		return code;
	}

	/**
	 * The pseudorandom function of TLS 1.2 (RFC 5246 section 5).
	 * @param hash the hash
	 * @param secret the secret
	 * @param label the label
	 * @param seed the seed
	 * @param length how many bytes to compute
	 * @return the bytes
	 */
	public static byte[] prf(HashAlgorithm hash, byte[] secret, String label, byte[] seed, int length) {
		return Tls12Prf.compute(hash, secret, label, seed, length);
	}

}
