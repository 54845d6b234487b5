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

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The last step of either key schedule: from the secrets a handshake ends with to the
 * keys of its records.
 */
public final class KeySchedule {

	private static final int MASTER_SECRET_LENGTH = 48;

	private static final int RANDOM_LENGTH = 32;

	private static final byte[] NO_CONTEXT = {};

	private KeySchedule() {
	}

	/**
	 * Derive the keys of one direction of a TLS 1.3 connection (RFC 8446 section 7.3).
	 * @param suite the negotiated cipher suite
	 * @param trafficSecret the application traffic secret of that direction, which stays
	 * with the caller
	 * @return new keys, which the caller owns
	 */
	public static TrafficKeys tls13(CipherSuite suite, byte[] trafficSecret) {
		checkVersion(suite, ProtocolVersion.TLS_1_3);
		HashAlgorithm hash = suite.hash();
		checkLength("traffic secret", trafficSecret, hash.length());
		Aead aead = suite.aead();
		return new TrafficKeys(Hkdf.expandLabel(hash, trafficSecret, "key", NO_CONTEXT, aead.keyLength()),
				Hkdf.expandLabel(hash, trafficSecret, "iv", NO_CONTEXT, aead.fixedIvLength(suite.version())));
	}

	/**
	 * Derive the keys of both directions of a TLS 1.2 connection (RFC 5246 section 6.3).
	 * AEAD suites have no MAC keys, so the key block starts with the write keys.
	 * @param suite the negotiated cipher suite
	 * @param masterSecret the master secret, which stays with the caller
	 * @param clientRandom the random of the ClientHello
	 * @param serverRandom the random of the ServerHello
	 * @return new keys, which the caller owns
	 */
	public static Tls12KeyBlock tls12(CipherSuite suite, byte[] masterSecret, byte[] clientRandom,
			byte[] serverRandom) {
		checkVersion(suite, ProtocolVersion.TLS_1_2);
		checkLength("master secret", masterSecret, MASTER_SECRET_LENGTH);
		checkLength("client random", clientRandom, RANDOM_LENGTH);
		checkLength("server random", serverRandom, RANDOM_LENGTH);
		int keyLength = suite.aead().keyLength();
		int ivLength = suite.aead().fixedIvLength(suite.version());
		// The server's random comes first here, other than in the master secret's seed.
		byte[] seed = ByteBuffer.allocate(2 * RANDOM_LENGTH).put(serverRandom).put(clientRandom).array();
		byte[] keyBlock = Tls12Prf.compute(suite.hash(), masterSecret, "key expansion", seed,
				2 * (keyLength + ivLength));
		try {
			ByteBuffer remaining = ByteBuffer.wrap(keyBlock);
			byte[] clientKey = take(remaining, keyLength);
			byte[] serverKey = take(remaining, keyLength);
			byte[] clientIv = take(remaining, ivLength);
			byte[] serverIv = take(remaining, ivLength);
			return new Tls12KeyBlock(new TrafficKeys(clientKey, clientIv), new TrafficKeys(serverKey, serverIv));
		}
		finally {
			Arrays.fill(keyBlock, (byte) 0);
		}
	}

	private static byte[] take(ByteBuffer source, int length) {
		byte[] taken = new byte[length];
		source.get(taken);
		return taken;
	}

	private static void checkVersion(CipherSuite suite, ProtocolVersion version) {
		if (suite.version() != version) {
			throw new IllegalArgumentException(suite + " is not a suite of " + version.jsseName());
		}
	}

	private static void checkLength(String what, byte[] bytes, int length) {
		if (bytes.length != length) {
			throw new IllegalArgumentException(
					"The " + what + " must have " + length + " bytes, but has " + bytes.length);
		}
	}

}
