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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * HKDF (RFC 5869) and its use by TLS 1.3 (RFC 8446 section 7.1).
 */
final class Hkdf {

	private static final int MAX_BLOCKS = 255;

	private static final byte[] LABEL_PREFIX = "tls13 ".getBytes(StandardCharsets.US_ASCII);

	private Hkdf() {
	}

	static byte[] extract(HashAlgorithm hash, byte[] salt, byte[] inputKeyingMaterial) {
		byte[] pseudorandomKey = new byte[hash.length()];
		new Hmac(hash, salt).update(inputKeyingMaterial).finish(pseudorandomKey);
		return pseudorandomKey;
	}

	static byte[] expand(HashAlgorithm hash, byte[] pseudorandomKey, byte[] info, int length) {
		if (length < 0 || length > MAX_BLOCKS * hash.length()) {
			throw new IllegalArgumentException("HKDF cannot give " + length + " bytes");
		}
		Hmac hmac = new Hmac(hash, pseudorandomKey);
		byte[] output = new byte[length];
		byte[] block = new byte[hash.length()];
		try {
			int counter = 1;
			for (int position = 0; position < length; position += block.length) {
				if (counter > 1) {
					hmac.update(block);
				}
				hmac.update(info).update((byte) counter++).finish(block);
				System.arraycopy(block, 0, output, position, Math.min(block.length, length - position));
			}
			return output;
		}
		finally {
			Arrays.fill(block, (byte) 0);
		}
	}

	static byte[] expandLabel(HashAlgorithm hash, byte[] secret, String label, byte[] context, int length) {
		byte[] labelBytes = label.getBytes(StandardCharsets.US_ASCII);
		ByteBuffer info = ByteBuffer
			.allocate(Short.BYTES + 1 + LABEL_PREFIX.length + labelBytes.length + 1 + context.length);
		info.putShort((short) length);
		info.put((byte) (LABEL_PREFIX.length + labelBytes.length)).put(LABEL_PREFIX).put(labelBytes);
		info.put((byte) context.length).put(context);
		return expand(hash, secret, info.array(), length);
	}

}
