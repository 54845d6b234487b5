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

package io.github.ktls.test;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

/**
 * {@link SystemCalls} that remember what the kernel was given with {@code TLS_TX}, so
 * that a test can read what the server had on the wire.
 */
public final class InstalledKeys {

	private final SystemCalls systemCalls;

	private final List<InstalledKey> keys = new CopyOnWriteArrayList<>();

	private final Map<Integer, InstalledKey> current = new HashMap<>();

	/**
	 * Create system calls that remember keys.
	 * @param delegate does the calls
	 */
	public InstalledKeys(SystemCalls delegate) {
		this.systemCalls = (SystemCalls) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { SystemCalls.class }, (proxy, method, arguments) -> {
					try {
						Object result = method.invoke(delegate, arguments);
						if (method.getName().equals("setsockopt")) {
							installed((int) arguments[0], (String) arguments[4], (ByteBuffer) arguments[3]);
						}
						return result;
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	// A socket that TLS is attached to is a new one, also if its descriptor is not.
	private synchronized void installed(int fd, String option, ByteBuffer value) {
		if (option.equals("TCP_ULP")) {
			this.current.remove(fd);
		}
		else if (option.equals("TLS_TX")) {
			InstalledKey key = InstalledKey.parse(value);
			InstalledKey before = this.current.put(fd, key);
			if (before != null) {
				before.successor = key;
			}
			else {
				this.keys.add(key);
			}
		}
	}

	/**
	 * Return the system calls.
	 * @return the system calls, to be used in place of the others
	 */
	public SystemCalls systemCalls() {
		return this.systemCalls;
	}

	/**
	 * Return the keys that the kernel took, but those that took the place of others.
	 * @return the first key of each connection, in their order
	 */
	public List<InstalledKey> keys() {
		return this.keys;
	}

	/**
	 * Forget the keys so far, for example those of the probe at start-up.
	 */
	public void forget() {
		this.keys.clear();
	}

	/**
	 * A key with the sequence number from which on the kernel used it. Before, the TLS
	 * engine used the same key.
	 */
	public static final class InstalledKey {

		private final CipherSuite suite;

		private final byte[] key;

		private final byte[] iv;

		private final long sequenceNumber;

		private volatile @Nullable InstalledKey successor;

		private InstalledKey(CipherSuite suite, byte[] key, byte[] iv, long sequenceNumber) {
			this.suite = suite;
			this.key = key;
			this.iv = iv;
			this.sequenceNumber = sequenceNumber;
		}

		// include/uapi/linux/tls.h: struct tls12_crypto_info_aes_gcm_128 and its like.
		static InstalledKey parse(ByteBuffer value) {
			ByteBuffer info = value.duplicate().order(ByteOrder.nativeOrder());
			ProtocolVersion version = (info.getShort() == 0x0304) ? ProtocolVersion.TLS_1_3 : ProtocolVersion.TLS_1_2;
			Aead aead = switch (info.getShort()) {
				case 51 -> Aead.AES_128_GCM;
				case 52 -> Aead.AES_256_GCM;
				case 54 -> Aead.CHACHA20_POLY1305;
				default -> throw new IllegalArgumentException("An unknown cipher");
			};
			boolean chaCha = aead == Aead.CHACHA20_POLY1305;
			byte[] iv = take(info, chaCha ? 12 : 8);
			byte[] key = take(info, aead.keyLength());
			byte[] salt = take(info, chaCha ? 0 : 4);
			ByteBuffer fixedIv = ByteBuffer.allocate(aead.fixedIvLength(version)).put(salt);
			fixedIv.put(iv, 0, fixedIv.remaining());
			// What a suite is besides its cipher makes no difference for records.
			CipherSuite suite = Arrays.stream(CipherSuite.values())
				.filter((candidate) -> candidate.version() == version && candidate.aead() == aead)
				.findFirst()
				.orElseThrow();
			return new InstalledKey(suite, key, fixedIv.array(), info.order(ByteOrder.BIG_ENDIAN).getLong());
		}

		private static byte[] take(ByteBuffer source, int length) {
			byte[] taken = new byte[length];
			source.get(taken);
			return taken;
		}

		/**
		 * Return the number that the kernel was told.
		 * @return the sequence number of the kernel's first record
		 */
		public int sequenceNumber() {
			return Math.toIntExact(this.sequenceNumber);
		}

		/**
		 * Read everything that was protected with this key, and with those that followed
		 * it: record by record to the end of the connection, each under the number of
		 * those before it.
		 * @param wire what the server had on the wire
		 * @return the contents; up to the first KeyUpdate the index is the sequence
		 * number
		 * @throws AssertionError if a record cannot be read with its number
		 */
		public List<Plaintext> decrypt(Wire wire) {
			List<byte[]> records = wire.records();
			int first = (this.suite.version() == ProtocolVersion.TLS_1_2)
					? 1 + indexOf(records, (bytes) -> bytes[0] == ContentType.CHANGE_CIPHER_SPEC.value())
					: indexOf(records, this::isFirst);
			List<Plaintext> contents = new ArrayList<>();
			InstalledKey key = this;
			int number = 0;
			for (byte[] bytes : records.subList(first, records.size())) {
				Plaintext plaintext = key.decrypt(number++, bytes);
				contents.add(plaintext);
				if (isKeyUpdate(plaintext)) {
					key = key.successor;
					number = 0;
					if (key == null) {
						throw new AssertionError("A KeyUpdate was sent, but no key followed");
					}
				}
			}
			return contents;
		}

		private Plaintext decrypt(int number, byte[] bytes) {
			try {
				return unprotect(number, bytes);
			}
			catch (GeneralSecurityException ex) {
				throw new AssertionError("Record %d of %d bytes is wrong; the kernel began with %d".formatted(number,
						bytes.length, this.sequenceNumber), ex);
			}
		}

		// RFC 8446 section 4.6.3.
		private static boolean isKeyUpdate(Plaintext plaintext) {
			return plaintext.type() == ContentType.HANDSHAKE && plaintext.content()[0] == 24;
		}

		private boolean isFirst(byte[] bytes) {
			try {
				unprotect(0, bytes);
				return true;
			}
			catch (GeneralSecurityException ex) {
				return false;
			}
		}

		private Plaintext unprotect(long number, byte[] bytes) throws GeneralSecurityException {
			try (TrafficKeys trafficKeys = new TrafficKeys(this.key.clone(), this.iv.clone())) {
				return RecordProtection.unprotect(this.suite, trafficKeys, number, bytes);
			}
		}

		private static int indexOf(List<byte[]> records, Predicate<byte[]> predicate) {
			for (int i = 0; i < records.size(); i++) {
				if (predicate.test(records.get(i))) {
					return i;
				}
			}
			throw new AssertionError("None of the " + records.size() + " records is the first under the key");
		}

	}

}
