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

import java.security.spec.AlgorithmParameterSpec;

import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/**
 * Authenticated encryption algorithms of records, with the sizes that the two protocol
 * versions give them.
 */
public enum Aead {

	/**
	 * AES-GCM with a 128-bit key.
	 */
	AES_128_GCM(16, "AES/GCM/NoPadding", "AES"),

	/**
	 * AES-GCM with a 256-bit key.
	 */
	AES_256_GCM(32, "AES/GCM/NoPadding", "AES"),

	/**
	 * ChaCha20-Poly1305.
	 */
	CHACHA20_POLY1305(32, "ChaCha20-Poly1305", "ChaCha20");

	/**
	 * Length of the nonce of one record, in bytes.
	 */
	public static final int NONCE_LENGTH = 12;

	/**
	 * Length of the authentication tag at the end of a record, in bytes.
	 */
	public static final int TAG_LENGTH = 16;

	/**
	 * 2^24.5, rounded down.
	 */
	private static final long GCM_RECORD_LIMIT = 23_726_566;

	private final int keyLength;

	private final String cipherName;

	private final String keyAlgorithm;

	Aead(int keyLength, String cipherName, String keyAlgorithm) {
		this.keyLength = keyLength;
		this.cipherName = cipherName;
		this.keyAlgorithm = keyAlgorithm;
	}

	/**
	 * Return the length of a key.
	 * @return the length in bytes
	 */
	public int keyLength() {
		return this.keyLength;
	}

	/**
	 * Return the length of the part of the nonce that is derived with the key. With TLS
	 * 1.2 AES-GCM that is the 4-byte salt (RFC 5288 section 3); everywhere else it is a
	 * whole nonce, into which the sequence number is mixed (RFC 7905 section 2, RFC 8446
	 * section 5.3).
	 * @param version the protocol version
	 * @return the length in bytes
	 */
	public int fixedIvLength(ProtocolVersion version) {
		return NONCE_LENGTH - explicitNonceLength(version);
	}

	/**
	 * Return the length of the part of the nonce that travels in front of the ciphertext
	 * (RFC 5288 section 3).
	 * @param version the protocol version
	 * @return the length in bytes; {@code 0} for all but TLS 1.2 AES-GCM
	 */
	public int explicitNonceLength(ProtocolVersion version) {
		return (version == ProtocolVersion.TLS_1_2 && isGcm()) ? Long.BYTES : 0;
	}

	/**
	 * Return how many full-size records one key may protect. RFC 8446 section 5.5 allows
	 * AES-GCM 2^24.5 of them and RFC 9325 section 4.4 asks the same of TLS 1.2; with
	 * ChaCha20-Poly1305 the sequence number would come to its end first.
	 * @return the number of records; {@link Long#MAX_VALUE} stands for no limit in
	 * practice
	 */
	public long maxRecordsPerKey() {
		return isGcm() ? GCM_RECORD_LIMIT : Long.MAX_VALUE;
	}

	/**
	 * Return the name of the algorithm.
	 * @return the name that {@link javax.crypto.Cipher} knows
	 */
	public String cipherName() {
		return this.cipherName;
	}

	/**
	 * Return the name of the algorithm of a key.
	 * @return the name for {@link java.security.Key#getAlgorithm()}
	 */
	public String keyAlgorithm() {
		return this.keyAlgorithm;
	}

	AlgorithmParameterSpec parameters(byte[] nonce) {
		return isGcm() ? new GCMParameterSpec(TAG_LENGTH * Byte.SIZE, nonce) : new IvParameterSpec(nonce);
	}

	private boolean isGcm() {
		return this != CHACHA20_POLY1305;
	}

}
