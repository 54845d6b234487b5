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

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.TrafficKeys;

/**
 * Known keys of two generations, and known contents, for a probe.
 *
 * @param suite what they are for
 * @param first the first generation
 * @param second the second generation
 */
record ProbeKeys(CipherSuite suite, TrafficKeys first, TrafficKeys second) implements AutoCloseable {

	/** Not zero, so that a kernel that ignores it is found out. */
	static final long SEQUENCE_NUMBER = 0x0102030405L;

	private static final byte[] KNOWN_TEXT = "A record that the kernel encrypted.".getBytes(StandardCharsets.US_ASCII);

	/** RFC 8446 section 4.6.3, {@code update_not_requested}. */
	private static final byte[] KEY_UPDATE = { 24, 0, 0, 1, 0 };

	static ProbeKeys of(CipherSuite suite) {
		return new ProbeKeys(suite, keys(suite, 0x01), keys(suite, 0x41));
	}

	static byte[] knownText() {
		return KNOWN_TEXT.clone();
	}

	static byte[] keyUpdate() {
		return KEY_UPDATE.clone();
	}

	static boolean isKnownText(Plaintext plaintext, ContentType type) {
		return plaintext.type() == type && Arrays.equals(plaintext.content(), KNOWN_TEXT);
	}

	private static TrafficKeys keys(CipherSuite suite, int first) {
		return new TrafficKeys(ascending(suite.aead().keyLength(), first),
				ascending(suite.aead().fixedIvLength(suite.version()), first + 0xa0));
	}

	private static byte[] ascending(int length, int first) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) (first + i);
		}
		return bytes;
	}

	@Override
	public void close() {
		this.first.close();
		this.second.close();
	}

}
