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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.TrafficKeys;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CryptoInfo} against the layouts of {@code include/uapi/linux/tls.h}.
 * Keys count up from {@code 01}, IVs from {@code a0}.
 */
class CryptoInfoTests {

	private static final long SEQUENCE_NUMBER = 0xf1f2f3f4f5f6f7f8L;

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			// version and type | iv | key | salt | rec_seq
			"TLS_AES_128_GCM_SHA256 | 04033300 | a4a5a6a7a8a9aaab | 0102030405060708090a0b0c0d0e0f10 | a0a1a2a3 | f1f2f3f4f5f6f7f8",
			"TLS_AES_256_GCM_SHA384 | 04033400 | a4a5a6a7a8a9aaab | "
					+ "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 | a0a1a2a3 | f1f2f3f4f5f6f7f8",
			"TLS_CHACHA20_POLY1305_SHA256 | 04033600 | a0a1a2a3a4a5a6a7a8a9aaab | "
					+ "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 | '' | f1f2f3f4f5f6f7f8",
			"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | 03033300 | f1f2f3f4f5f6f7f8 | 0102030405060708090a0b0c0d0e0f10 | "
					+ "a0a1a2a3 | f1f2f3f4f5f6f7f8",
			"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 | 03033400 | f1f2f3f4f5f6f7f8 | "
					+ "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 | a0a1a2a3 | f1f2f3f4f5f6f7f8",
			"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 | 03033600 | a0a1a2a3a4a5a6a7a8a9aaab | "
					+ "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20 | '' | f1f2f3f4f5f6f7f8" })
	void structureIsWrittenByteForByte(CipherSuite suite, String littleEndianHeader, String iv, String key, String salt,
			String sequenceNumber) {
		assertThat(write(suite)).isEqualTo(littleEndianHeader + iv + key + salt + sequenceNumber);
	}

	@ParameterizedTest
	@CsvSource({ "AES_128_GCM, 40", "AES_256_GCM, 56", "CHACHA20_POLY1305, 56" })
	void lengthIsThatOfTheStructure(Aead aead, int length) {
		assertThat(CryptoInfo.length(aead)).isEqualTo(length);
	}

	@ParameterizedTest
	@EnumSource
	void structureFillsItsLength(CipherSuite suite) {
		assertThat(write(suite)).hasSize(2 * CryptoInfo.length(suite.aead()));
	}

	@ParameterizedTest
	@EnumSource
	void sequenceNumberIsReadFromWhereItWasWritten(CipherSuite suite) {
		ByteBuffer info = ByteBuffer.allocate(3 + CryptoInfo.length(suite.aead())).position(3);
		CryptoInfo.write(info, suite, keys(suite), SEQUENCE_NUMBER);
		info.position(3).order(ByteOrder.LITTLE_ENDIAN);
		assertThat(CryptoInfo.sequenceNumber(info, suite.aead())).isEqualTo(SEQUENCE_NUMBER);
		assertThat(info.position()).isEqualTo(3);
	}

	@Test
	void keysStayAsTheyAre() {
		CipherSuite suite = CipherSuite.TLS_AES_128_GCM_SHA256;
		TrafficKeys keys = keys(suite);
		CryptoInfo.write(ByteBuffer.allocate(40), suite, keys, 0);
		assertThat(keys.isDestroyed()).isFalse();
		assertThat(keys.key()).isEqualTo(ascending(0x01, 16));
		assertThat(keys.iv()).isEqualTo(ascending(0xa0, 12));
	}

	private static String write(CipherSuite suite) {
		ByteBuffer target = ByteBuffer.allocate(CryptoInfo.length(suite.aead()));
		CryptoInfo.write(target, suite, keys(suite), SEQUENCE_NUMBER);
		assertThat(target.hasRemaining()).isFalse();
		return HexFormat.of().formatHex(target.array());
	}

	private static TrafficKeys keys(CipherSuite suite) {
		return new TrafficKeys(ascending(0x01, suite.aead().keyLength()),
				ascending(0xa0, suite.aead().fixedIvLength(suite.version())));
	}

	private static byte[] ascending(int first, int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) (first + i);
		}
		return bytes;
	}

}
