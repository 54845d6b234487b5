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

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link RecordProtection}; see {@link Rfc8448Tests} and
 * {@link OpenSslRecordsTests} for records that others made.
 */
class RecordProtectionTests {

	private static final CipherSuite TLS13_SUITE = CipherSuite.TLS_AES_128_GCM_SHA256;

	private static final byte[] CONTENT = Hex.sequence(0x20, 24);

	@ParameterizedTest
	@EnumSource
	void anyFlippedBitIsNoticed(CipherSuite suite) throws Exception {
		TrafficKeys keys = keys(suite);
		byte[] record = RecordProtection.protect(suite, keys, 7, ContentType.APPLICATION_DATA, CONTENT);
		for (int i = 0; i < record.length; i++) {
			Class<? extends GeneralSecurityException> expected = (i < RecordHeader.LENGTH)
					? GeneralSecurityException.class : AEADBadTagException.class;
			for (int bit = 0; bit < Byte.SIZE; bit++) {
				byte[] tampered = record.clone();
				tampered[i] ^= (byte) (1 << bit);
				assertThatExceptionOfType(expected)
					.isThrownBy(() -> RecordProtection.unprotect(suite, keys, 7, tampered));
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void anyCutIsNoticed(CipherSuite suite) throws Exception {
		TrafficKeys keys = keys(suite);
		byte[] record = RecordProtection.protect(suite, keys, 7, ContentType.APPLICATION_DATA, CONTENT);
		for (int length = 0; length < record.length; length++) {
			byte[] cut = Arrays.copyOf(record, length);
			assertRefused(suite, keys, cut);
			if (length >= RecordHeader.LENGTH) {
				ByteBuffer.wrap(cut).putShort(3, (short) (length - RecordHeader.LENGTH));
				assertRefused(suite, keys, cut);
			}
		}
		assertRefused(suite, keys, Arrays.copyOf(record, record.length + 1));
	}

	@ParameterizedTest
	@EnumSource
	void anotherSequenceNumberIsNoticed(CipherSuite suite) throws Exception {
		TrafficKeys keys = keys(suite);
		byte[] record = RecordProtection.protect(suite, keys, 7, ContentType.APPLICATION_DATA, CONTENT);
		for (long other : new long[] { 0, 6, 8, 7 + (1L << 32), 7 | Long.MIN_VALUE }) {
			assertThatExceptionOfType(AEADBadTagException.class)
				.isThrownBy(() -> RecordProtection.unprotect(suite, keys, other, record));
		}
	}

	@ParameterizedTest
	@EnumSource
	void anotherKeyOrIvIsNoticed(CipherSuite suite) throws Exception {
		TrafficKeys keys = keys(suite);
		byte[] record = RecordProtection.protect(suite, keys, 7, ContentType.APPLICATION_DATA, CONTENT);
		keys.iv()[0] ^= (byte) 1;
		assertThatExceptionOfType(AEADBadTagException.class)
			.isThrownBy(() -> RecordProtection.unprotect(suite, keys, 7, record));
		keys.iv()[0] ^= (byte) 1;
		keys.key()[0] ^= (byte) 1;
		assertThatExceptionOfType(AEADBadTagException.class)
			.isThrownBy(() -> RecordProtection.unprotect(suite, keys, 7, record));
	}

	@ParameterizedTest
	@EnumSource
	void everySuiteReadsWhatItWrote(CipherSuite suite) throws Exception {
		TrafficKeys keys = keys(suite);
		for (ContentType type : ContentType.values()) {
			for (long sequenceNumber : new long[] { 0, 1, 255, 1L << 32, Long.MAX_VALUE, -1 }) {
				byte[] record = RecordProtection.protect(suite, keys, sequenceNumber, type, CONTENT);
				assertPlaintext(RecordProtection.unprotect(suite, keys, sequenceNumber, record), type, CONTENT);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void everySuiteTakesFromNothingToAFullRecord(CipherSuite suite) throws Exception {
		TrafficKeys keys = keys(suite);
		for (int length : new int[] { 0, 1, RecordHeader.MAX_CONTENT_LENGTH }) {
			byte[] content = Hex.sequence(0, length);
			byte[] record = RecordProtection.protect(suite, keys, 0, ContentType.APPLICATION_DATA, content);
			assertPlaintext(RecordProtection.unprotect(suite, keys, 0, record), ContentType.APPLICATION_DATA, content);
		}
		assertThatIllegalArgumentException().isThrownBy(() -> RecordProtection.protect(suite, keys, 0,
				ContentType.APPLICATION_DATA, new byte[RecordHeader.MAX_CONTENT_LENGTH + 1]));
	}

	@ParameterizedTest
	@EnumSource
	void theSameContentLooksDifferentInEveryRecord(CipherSuite suite) throws Exception {
		TrafficKeys keys = keys(suite);
		byte[] first = RecordProtection.protect(suite, keys, 0, ContentType.APPLICATION_DATA, CONTENT);
		byte[] second = RecordProtection.protect(suite, keys, 1, ContentType.APPLICATION_DATA, CONTENT);
		int offset = RecordHeader.LENGTH + suite.aead().explicitNonceLength(suite.version());
		assertThat(Arrays.copyOfRange(first, offset, first.length))
			.isNotEqualTo(Arrays.copyOfRange(second, offset, second.length));
	}

	/**
	 * The server's keys of {@link KeyScheduleTests}, with which Python's
	 * {@code cryptography} made these records.
	 */
	@ParameterizedTest
	@CsvSource({
			"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 170303001d0102030405060708fea3e38a9fa0d66cfa2f161fc9b672ef94bd1ec43e",
			"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, 170303001d01020304050607081bbe8a4f13430c2cfcda3f97ee02d6d42ecb46ebc6",
			"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, 1703030015ded953564ebe385958374318ed1bc9bcf2f0bdd5f8" })
	void tls12RecordsAreTheSameAsThoseOfAnotherImplementation(CipherSuite suite, String record) throws Exception {
		TrafficKeys keys = keys(suite);
		byte[] content = { 'h', 'e', 'l', 'l', 'o' };
		assertThat(RecordProtection.protect(suite, keys, 0x0102030405060708L, ContentType.APPLICATION_DATA, content))
			.isEqualTo(Hex.bytes(record));
	}

	@Test
	void tls12ShowsTheContentTypeAndTls13HidesIt() throws Exception {
		CipherSuite tls12 = CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256;
		assertThat(RecordProtection.protect(tls12, keys(tls12), 1, ContentType.ALERT, CONTENT)).startsWith(21, 3, 3);
		assertThat(RecordProtection.protect(TLS13_SUITE, keys(TLS13_SUITE), 1, ContentType.ALERT, CONTENT))
			.startsWith(23, 3, 3);
	}

	@ParameterizedTest
	@EnumSource(names = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256" })
	void paddingIsStripped(CipherSuite suite) throws Exception {
		TrafficKeys keys = keys(suite);
		byte[] content = { 1, 0, 0 };
		for (int padding : new int[] { 1, 255, RecordHeader.MAX_CONTENT_LENGTH - content.length }) {
			byte[] record = RecordProtection.protect(suite, keys, 3, ContentType.HANDSHAKE, content, padding);
			assertThat(record).hasSize(RecordHeader.LENGTH + content.length + 1 + padding + Aead.TAG_LENGTH);
			assertPlaintext(RecordProtection.unprotect(suite, keys, 3, record), ContentType.HANDSHAKE, content);
		}
	}

	@Test
	void tls13RecordWithoutContentTypeIsRefused() throws Exception {
		assertThatExceptionOfType(GeneralSecurityException.class).isThrownBy(() -> unprotectTls13(new byte[20]))
			.withMessage("The record has no content type");
		assertThatExceptionOfType(GeneralSecurityException.class).isThrownBy(() -> unprotectTls13(new byte[0]))
			.withMessage("The record has no content type");
	}

	@Test
	void tls13RecordWithUnknownContentTypeIsRefused() {
		assertThatExceptionOfType(GeneralSecurityException.class)
			.isThrownBy(() -> unprotectTls13(new byte[] { 1, 2, 24 }))
			.withMessage("The record has an unknown content type");
	}

	@Test
	void tls13RecordWithTooMuchContentIsRefused() throws Exception {
		byte[] inner = new byte[RecordHeader.MAX_CONTENT_LENGTH + 2];
		inner[RecordHeader.MAX_CONTENT_LENGTH] = 23;
		assertThat(unprotectTls13(inner).content()).hasSize(RecordHeader.MAX_CONTENT_LENGTH);
		inner[RecordHeader.MAX_CONTENT_LENGTH + 1] = 23;
		assertThatExceptionOfType(GeneralSecurityException.class).isThrownBy(() -> unprotectTls13(inner))
			.withMessage("The content of the record is too long");
	}

	@Test
	void tls13RecordThatIsNotProtectedIsRefused() {
		byte[] changeCipherSpec = Hex.bytes("140303001d", "00".repeat(29));
		assertThatExceptionOfType(GeneralSecurityException.class)
			.isThrownBy(() -> RecordProtection.unprotect(TLS13_SUITE, keys(TLS13_SUITE), 0, changeCipherSpec))
			.withMessage("The record is not protected");
	}

	@Test
	void destroyedKeysAreRefused() throws Exception {
		TrafficKeys keys = keys(TLS13_SUITE);
		byte[] record = RecordProtection.protect(TLS13_SUITE, keys, 0, ContentType.APPLICATION_DATA, CONTENT);
		keys.destroy();
		assertThatIllegalStateException().isThrownBy(() -> RecordProtection.unprotect(TLS13_SUITE, keys, 0, record));
		assertThatIllegalStateException()
			.isThrownBy(() -> RecordProtection.protect(TLS13_SUITE, keys, 0, ContentType.APPLICATION_DATA, CONTENT));
	}

	@Test
	void keysOfAnotherSuiteAreRefused() {
		TrafficKeys keys = keys(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> RecordProtection.protect(TLS13_SUITE, keys, 0, ContentType.ALERT, CONTENT))
			.withMessage("The traffic keys are not for TLS_AES_128_GCM_SHA256");
	}

	@Test
	void keysStayIntact() throws Exception {
		TrafficKeys keys = keys(TLS13_SUITE);
		byte[] key = keys.key().clone();
		byte[] iv = keys.iv().clone();
		byte[] record = RecordProtection.protect(TLS13_SUITE, keys, 9, ContentType.APPLICATION_DATA, CONTENT);
		RecordProtection.unprotect(TLS13_SUITE, keys, 9, record);
		assertThat(keys.key()).isEqualTo(key);
		assertThat(keys.iv()).isEqualTo(iv);
	}

	private static TrafficKeys keys(CipherSuite suite) {
		if (suite.version() == ProtocolVersion.TLS_1_3) {
			return KeySchedule.tls13(suite, Hex.sequence(1, suite.hash().length()));
		}
		return KeySchedule.tls12(suite, Hex.sequence(0x00, 48), Hex.sequence(0xa0, 32), Hex.sequence(0x60, 32))
			.serverWrite();
	}

	/**
	 * Unprotect a record that has the given inner plaintext, well-formed or not.
	 */
	private static Plaintext unprotectTls13(byte[] inner) throws GeneralSecurityException {
		TrafficKeys keys = keys(TLS13_SUITE);
		byte[] header = new RecordHeader(ContentType.APPLICATION_DATA, RecordHeader.LEGACY_VERSION,
				inner.length + Aead.TAG_LENGTH)
			.encode();
		Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
		cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(keys.key(), "AES"), new GCMParameterSpec(128, keys.iv()));
		cipher.updateAAD(header);
		byte[] ciphertext = cipher.doFinal(inner);
		byte[] record = ByteBuffer.allocate(header.length + ciphertext.length).put(header).put(ciphertext).array();
		return RecordProtection.unprotect(TLS13_SUITE, keys, 0, record);
	}

	private static void assertRefused(CipherSuite suite, TrafficKeys keys, byte[] record) {
		assertThatExceptionOfType(GeneralSecurityException.class)
			.isThrownBy(() -> RecordProtection.unprotect(suite, keys, 7, record));
	}

	private static void assertPlaintext(Plaintext plaintext, ContentType type, byte[] content) {
		assertThat(plaintext.type()).isEqualTo(type);
		assertThat(plaintext.content()).isEqualTo(content);
	}

}
