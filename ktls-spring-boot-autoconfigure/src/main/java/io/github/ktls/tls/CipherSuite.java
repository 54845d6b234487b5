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

import java.util.Arrays;
import java.util.Optional;

/**
 * Cipher suites whose records kernel TLS can protect, out of those that BoringSSL
 * negotiates. The constants bear the names that JSSE and Netty's OpenSSL engine report.
 */
public enum CipherSuite {

	/**
	 * RFC 8446 appendix B.4.
	 */
	TLS_AES_128_GCM_SHA256(ProtocolVersion.TLS_1_3, Aead.AES_128_GCM, HashAlgorithm.SHA256),

	/**
	 * RFC 8446 appendix B.4.
	 */
	TLS_AES_256_GCM_SHA384(ProtocolVersion.TLS_1_3, Aead.AES_256_GCM, HashAlgorithm.SHA384),

	/**
	 * RFC 8446 appendix B.4.
	 */
	TLS_CHACHA20_POLY1305_SHA256(ProtocolVersion.TLS_1_3, Aead.CHACHA20_POLY1305, HashAlgorithm.SHA256),

	/**
	 * RFC 5289 section 3.2.
	 */
	TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256(ProtocolVersion.TLS_1_2, Aead.AES_128_GCM, HashAlgorithm.SHA256),

	/**
	 * RFC 5289 section 3.2.
	 */
	TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384(ProtocolVersion.TLS_1_2, Aead.AES_256_GCM, HashAlgorithm.SHA384),

	/**
	 * RFC 7905 section 2.
	 */
	TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256(ProtocolVersion.TLS_1_2, Aead.CHACHA20_POLY1305,
			HashAlgorithm.SHA256),

	/**
	 * RFC 5289 section 3.2.
	 */
	TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256(ProtocolVersion.TLS_1_2, Aead.AES_128_GCM, HashAlgorithm.SHA256),

	/**
	 * RFC 5289 section 3.2.
	 */
	TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384(ProtocolVersion.TLS_1_2, Aead.AES_256_GCM, HashAlgorithm.SHA384),

	/**
	 * RFC 7905 section 2.
	 */
	TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256(ProtocolVersion.TLS_1_2, Aead.CHACHA20_POLY1305, HashAlgorithm.SHA256),

	/**
	 * RFC 7905 section 2.
	 */
	TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256(ProtocolVersion.TLS_1_2, Aead.CHACHA20_POLY1305, HashAlgorithm.SHA256),

	/**
	 * RFC 5288 section 3.
	 */
	TLS_RSA_WITH_AES_128_GCM_SHA256(ProtocolVersion.TLS_1_2, Aead.AES_128_GCM, HashAlgorithm.SHA256),

	/**
	 * RFC 5288 section 3.
	 */
	TLS_RSA_WITH_AES_256_GCM_SHA384(ProtocolVersion.TLS_1_2, Aead.AES_256_GCM, HashAlgorithm.SHA384);

	private final ProtocolVersion version;

	private final Aead aead;

	private final HashAlgorithm hash;

	CipherSuite(ProtocolVersion version, Aead aead, HashAlgorithm hash) {
		this.version = version;
		this.aead = aead;
		this.hash = hash;
	}

	/**
	 * Return the only protocol version this suite belongs to.
	 * @return the version
	 */
	public ProtocolVersion version() {
		return this.version;
	}

	/**
	 * Return the algorithm that protects records.
	 * @return the algorithm
	 */
	public Aead aead() {
		return this.aead;
	}

	/**
	 * Return the hash that keys are derived with.
	 * @return the hash
	 */
	public HashAlgorithm hash() {
		return this.hash;
	}

	/**
	 * Find the suite with the given name.
	 * @param version the negotiated protocol version
	 * @param name the name an {@link javax.net.ssl.SSLSession} reports
	 * @return the suite, or empty if its records are not for the kernel (CBC, CCM and any
	 * other) or the suite is not one of that version
	 */
	public static Optional<CipherSuite> of(ProtocolVersion version, String name) {
		return Arrays.stream(values())
			.filter((suite) -> suite.version == version && suite.name().equals(name))
			.findFirst();
	}

}
