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

package io.github.ktls.protocol;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.HashAlgorithm;
import io.github.ktls.tls.KeyDerivation;
import io.github.ktls.tls.KeySchedule;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

/**
 * One direction of a connection: its keys, and the number of the next record. Other than
 * {@link RecordProtection} it protects whatever it is given, however wrong.
 */
final class Direction {

	private static final HashAlgorithm HASH = HashAlgorithm.SHA256;

	private final CipherSuite suite;

	private TrafficKeys keys;

	private byte @Nullable [] secret;

	private long sequenceNumber;

	private Direction(CipherSuite suite, TrafficKeys keys, byte @Nullable [] secret, long sequenceNumber) {
		this.suite = suite;
		this.keys = keys;
		this.secret = secret;
		this.sequenceNumber = sequenceNumber;
	}

	static Direction tls13(CipherSuite suite, byte[] secret) {
		return new Direction(suite, KeySchedule.tls13(suite, secret), secret, 0);
	}

	static Direction tls12(CipherSuite suite, TrafficKeys keys) {
		return new Direction(suite, keys, null, 0);
	}

	/**
	 * Go on under the next key (RFC 8446 section 7.2).
	 */
	void update() {
		byte[] current = this.secret;
		if (current == null) {
			throw new IllegalStateException("Only TLS 1.3 has a next key");
		}
		byte[] next = KeyDerivation.expandLabel(HASH, current, "traffic upd", new byte[0]);
		this.secret = next;
		this.keys = KeySchedule.tls13(this.suite, next);
		this.sequenceNumber = 0;
	}

	/**
	 * Protect a record as it should be.
	 * @param type the content type
	 * @param content the content
	 * @return the record
	 */
	byte[] seal(int type, byte[] content) {
		return seal(type, content, 0);
	}

	/**
	 * Protect a record with padding (TLS 1.3).
	 * @param type the content type
	 * @param content the content
	 * @param padding the number of zeros
	 * @return the record
	 */
	byte[] seal(int type, byte[] content, int padding) {
		if (this.suite.version() == ProtocolVersion.TLS_1_2) {
			return sealAs(type, RecordHeader.LEGACY_VERSION, content);
		}
		byte[] inner = Arrays.copyOf(content, content.length + 1 + padding);
		inner[content.length] = (byte) type;
		return sealAs(ContentType.APPLICATION_DATA.value(), RecordHeader.LEGACY_VERSION, inner);
	}

	/**
	 * Protect a record with any header and anything in it. The tag is right.
	 * @param outerType the type in the header
	 * @param version the version in the header
	 * @param inner what is encrypted
	 * @return the record
	 */
	byte[] sealAs(int outerType, int version, byte[] inner) {
		return seal(outerType, version, inner, this.sequenceNumber);
	}

	/**
	 * Protect a record with an explicit nonce that is not the sequence number (TLS 1.2).
	 * @param type the content type
	 * @param content the content
	 * @param explicitNonce the nonce
	 * @return the record
	 */
	byte[] sealWithNonce(int type, byte[] content, long explicitNonce) {
		return seal(type, RecordHeader.LEGACY_VERSION, content, explicitNonce);
	}

	private byte[] seal(int outerType, int version, byte[] inner, long explicitNonce) {
		boolean tls13 = this.suite.version() == ProtocolVersion.TLS_1_3;
		int explicitLength = tls13 ? 0 : Long.BYTES;
		int length = explicitLength + inner.length + Aead.TAG_LENGTH;
		ByteBuffer nonce = ByteBuffer.allocate(Aead.NONCE_LENGTH).put(this.keys.iv());
		ByteBuffer aad = ByteBuffer.allocate(Long.BYTES + RecordHeader.LENGTH);
		if (tls13) {
			nonce.putLong(Integer.BYTES, nonce.getLong(Integer.BYTES) ^ this.sequenceNumber);
			putHeader(aad, outerType, version, length);
		}
		else {
			nonce.putLong(explicitNonce);
			putHeader(aad.putLong(this.sequenceNumber), outerType, version, inner.length);
		}
		ByteBuffer sealed = ByteBuffer.allocate(RecordHeader.LENGTH + length);
		putHeader(sealed, outerType, version, length);
		if (!tls13) {
			sealed.putLong(explicitNonce);
		}
		this.sequenceNumber++;
		try {
			Cipher cipher = Cipher.getInstance(this.suite.aead().cipherName());
			cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(this.keys.key(), "AES"),
					new GCMParameterSpec(Aead.TAG_LENGTH * Byte.SIZE, nonce.array()));
			cipher.updateAAD(aad.flip());
			return sealed.put(cipher.doFinal(inner)).array();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void putHeader(ByteBuffer target, int type, int version, int length) {
		target.put((byte) type).putShort((short) version).putShort((short) length);
	}

	/**
	 * Unprotect a record.
	 * @param sealed the record
	 * @return what it carries
	 * @throws GeneralSecurityException if it is not the next record under these keys
	 */
	Plaintext open(byte[] sealed) throws GeneralSecurityException {
		return RecordProtection.unprotect(this.suite, this.keys, this.sequenceNumber++, sealed);
	}

}
