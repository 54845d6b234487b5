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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordHeader}.
 */
class RecordHeaderTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "17030300", "1303030010", "1803030010", "ff03030010", "1703000010", "1703040010",
			"1702030010", "474554202f" })
	void whatCannotBeARecordIsNotParsed(String bytes) {
		for (ProtocolVersion version : ProtocolVersion.values()) {
			assertThat(RecordHeader.parse(version, Hex.bytes(bytes), 0)).isEmpty();
		}
	}

	@ParameterizedTest
	@CsvSource({ "TLS_1_2, 18432", "TLS_1_3, 16640" })
	void recordsMayBeAsLongAsTheirVersionAllows(ProtocolVersion version, int maxLength) {
		assertThat(RecordHeader.maxLength(version)).isEqualTo(maxLength);
		assertThat(RecordHeader.parse(version, header(maxLength), 0)).map(RecordHeader::length).contains(maxLength);
		assertThat(RecordHeader.parse(version, header(maxLength + 1), 0)).isEmpty();
		assertThat(RecordHeader.parse(version, header(0xffff), 0)).isEmpty();
	}

	@Test
	void parsesTheFieldsAtTheOffset() {
		byte[] bytes = Hex.bytes("ffff", "1603010203", "ff");
		RecordHeader header = RecordHeader.parse(ProtocolVersion.TLS_1_3, bytes, 2).orElseThrow();
		assertThat(header).isEqualTo(new RecordHeader(ContentType.HANDSHAKE, 0x0301, 0x0203));
		assertThat(header.recordLength()).isEqualTo(0x0203 + 5);
		assertThat(RecordHeader.parse(ProtocolVersion.TLS_1_3, bytes, 4)).isEmpty();
	}

	@Test
	void encodesWhatItParsed() {
		byte[] bytes = Hex.bytes("1703034110");
		assertThat(RecordHeader.parse(ProtocolVersion.TLS_1_2, bytes, 0).orElseThrow().encode()).isEqualTo(bytes);
	}

	private static byte[] header(int length) {
		return new RecordHeader(ContentType.APPLICATION_DATA, RecordHeader.LEGACY_VERSION, length).encode();
	}

}
