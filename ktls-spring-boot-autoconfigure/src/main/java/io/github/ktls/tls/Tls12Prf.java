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

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The pseudorandom function of TLS 1.2 (RFC 5246 section 5).
 */
final class Tls12Prf {

	private Tls12Prf() {
	}

	static byte[] compute(HashAlgorithm hash, byte[] secret, String label, byte[] seed, int length) {
		byte[] labelBytes = label.getBytes(StandardCharsets.US_ASCII);
		Hmac hmac = new Hmac(hash, secret);
		byte[] output = new byte[length];
		byte[] chain = new byte[hash.length()];
		byte[] block = new byte[hash.length()];
		try {
			hmac.update(labelBytes).update(seed).finish(chain);
			for (int position = 0; position < length; position += block.length) {
				hmac.update(chain).update(labelBytes).update(seed).finish(block);
				System.arraycopy(block, 0, output, position, Math.min(block.length, length - position));
				hmac.update(chain).finish(chain);
			}
			return output;
		}
		finally {
			Arrays.fill(chain, (byte) 0);
			Arrays.fill(block, (byte) 0);
		}
	}

}
