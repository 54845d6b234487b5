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
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Cipher;

/**
 * Protects and unprotects single records (RFC 8446 section 5.2; RFC 5246 section 6.2.3.3
 * with RFC 5288 and RFC 7905). It is there to check what the kernel does and to read a
 * control record, not for bulk data: every call sets up its cipher anew.
 */
public final class RecordProtection {

	private RecordProtection() {
	}

	/**
	 * Protect one record.
	 * @param suite the cipher suite
	 * @param keys the keys of the sending direction
	 * @param sequenceNumber the number of records sent with these keys before, unsigned
	 * @param type the content type
	 * @param content the content, at most {@link RecordHeader#MAX_CONTENT_LENGTH} bytes
	 * @return the whole record, with its header
	 * @throws GeneralSecurityException if the Java runtime lacks the cipher
	 */
	public static byte[] protect(CipherSuite suite, TrafficKeys keys, long sequenceNumber, ContentType type,
			byte[] content) throws GeneralSecurityException {
		return protect(suite, keys, sequenceNumber, type, content, 0);
	}

	static byte[] protect(CipherSuite suite, TrafficKeys keys, long sequenceNumber, ContentType type, byte[] content,
			int padding) throws GeneralSecurityException {
		checkKeys(suite, keys);
		if (content.length + padding > RecordHeader.MAX_CONTENT_LENGTH) {
			throw new IllegalArgumentException("The content is too long for one record");
		}
		boolean tls13 = (suite.version() == ProtocolVersion.TLS_1_3);
		byte[] inner = tls13 ? innerPlaintext(type, content, padding) : content;
		byte[] explicitNonce = explicitNonce(suite, sequenceNumber);
		RecordHeader header = new RecordHeader(tls13 ? ContentType.APPLICATION_DATA : type, RecordHeader.LEGACY_VERSION,
				explicitNonce.length + inner.length + Aead.TAG_LENGTH);
		Cipher cipher = cipher(Cipher.ENCRYPT_MODE, suite, keys, nonce(keys.iv(), sequenceNumber, explicitNonce));
		cipher.updateAAD(additionalData(suite, sequenceNumber, header));
		return ByteBuffer.allocate(header.recordLength())
			.put(header.encode())
			.put(explicitNonce)
			.put(cipher.doFinal(inner))
			.array();
	}

	/**
	 * Unprotect one record.
	 * @param suite the cipher suite
	 * @param keys the keys of the sending direction
	 * @param sequenceNumber the number of records sent with these keys before, unsigned
	 * @param record the whole record, with its header
	 * @return the type and the content of the record
	 * @throws javax.crypto.AEADBadTagException if the record is not authentic
	 * @throws GeneralSecurityException if it is no valid record of this suite
	 */
	public static Plaintext unprotect(CipherSuite suite, TrafficKeys keys, long sequenceNumber, byte[] record)
			throws GeneralSecurityException {
		checkKeys(suite, keys);
		RecordHeader header = protectedHeader(suite, record);
		int ciphertextOffset = RecordHeader.LENGTH + suite.aead().explicitNonceLength(suite.version());
		byte[] explicitNonce = Arrays.copyOfRange(record, RecordHeader.LENGTH, ciphertextOffset);
		Cipher cipher = cipher(Cipher.DECRYPT_MODE, suite, keys, nonce(keys.iv(), sequenceNumber, explicitNonce));
		cipher.updateAAD(additionalData(suite, sequenceNumber, header));
		byte[] inner = cipher.doFinal(record, ciphertextOffset, record.length - ciphertextOffset);
		Plaintext plaintext = (suite.version() == ProtocolVersion.TLS_1_3) ? stripPadding(inner)
				: new Plaintext(header.type(), inner);
		if (plaintext.content().length > RecordHeader.MAX_CONTENT_LENGTH) {
			throw new GeneralSecurityException("The content of the record is too long");
		}
		return plaintext;
	}

	private static void checkKeys(CipherSuite suite, TrafficKeys keys) {
		Aead aead = suite.aead();
		if (keys.key().length != aead.keyLength() || keys.iv().length != aead.fixedIvLength(suite.version())) {
			throw new IllegalArgumentException("The traffic keys are not for " + suite);
		}
	}

	private static RecordHeader protectedHeader(CipherSuite suite, byte[] record) throws GeneralSecurityException {
		RecordHeader header = RecordHeader.parse(suite.version(), record, 0)
			.filter((parsed) -> parsed.legacyVersion() == RecordHeader.LEGACY_VERSION)
			.orElseThrow(() -> new GeneralSecurityException("The record has no valid header"));
		if (header.recordLength() != record.length) {
			throw new GeneralSecurityException("The record is not as long as its header says");
		}
		if (header.length() < suite.aead().explicitNonceLength(suite.version()) + Aead.TAG_LENGTH) {
			throw new GeneralSecurityException("The record is too short to be protected");
		}
		if (suite.version() == ProtocolVersion.TLS_1_3 && header.type() != ContentType.APPLICATION_DATA) {
			throw new GeneralSecurityException("The record is not protected");
		}
		return header;
	}

	private static byte[] explicitNonce(CipherSuite suite, long sequenceNumber) {
		// The sender may choose it freely; the sequence number is what the kernel takes.
		boolean explicit = suite.aead().explicitNonceLength(suite.version()) > 0;
		return explicit ? ByteBuffer.allocate(Long.BYTES).putLong(sequenceNumber).array() : new byte[0];
	}

	private static byte[] nonce(byte[] iv, long sequenceNumber, byte[] explicitNonce) {
		ByteBuffer nonce = ByteBuffer.allocate(Aead.NONCE_LENGTH).put(iv).put(explicitNonce);
		if (explicitNonce.length == 0) {
			int offset = Aead.NONCE_LENGTH - Long.BYTES;
			nonce.putLong(offset, nonce.getLong(offset) ^ sequenceNumber);
		}
		return nonce.array();
	}

	private static byte[] additionalData(CipherSuite suite, long sequenceNumber, RecordHeader header) {
		// RFC 8446 section 5.2: the header as it is on the wire.
		if (suite.version() == ProtocolVersion.TLS_1_3) {
			return header.encode();
		}
		// RFC 5246 section 6.2.3.3: the header with the length of the content.
		int overhead = suite.aead().explicitNonceLength(suite.version()) + Aead.TAG_LENGTH;
		RecordHeader content = new RecordHeader(header.type(), header.legacyVersion(), header.length() - overhead);
		return ByteBuffer.allocate(Long.BYTES + RecordHeader.LENGTH)
			.putLong(sequenceNumber)
			.put(content.encode())
			.array();
	}

	private static Cipher cipher(int mode, CipherSuite suite, TrafficKeys keys, byte[] nonce)
			throws GeneralSecurityException {
		Aead aead = suite.aead();
		Cipher cipher = Cipher.getInstance(aead.cipherName());
		cipher.init(mode, new RawKey(aead.keyAlgorithm(), keys.key()), aead.parameters(nonce));
		return cipher;
	}

	private static byte[] innerPlaintext(ContentType type, byte[] content, int padding) {
		byte[] inner = Arrays.copyOf(content, content.length + 1 + padding);
		inner[content.length] = (byte) type.value();
		return inner;
	}

	private static Plaintext stripPadding(byte[] inner) throws GeneralSecurityException {
		// RFC 8446 section 5.4: the last byte that is not zero is the content type.
		int end = inner.length - 1;
		while (end >= 0 && inner[end] == 0) {
			end--;
		}
		if (end < 0) {
			throw new GeneralSecurityException("The record has no content type");
		}
		ContentType type = ContentType.of(inner[end])
			.orElseThrow(() -> new GeneralSecurityException("The record has an unknown content type"));
		return new Plaintext(type, Arrays.copyOf(inner, end));
	}

}
