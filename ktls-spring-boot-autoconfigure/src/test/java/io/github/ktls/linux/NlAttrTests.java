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

package io.github.ktls.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NlAttr}.
 */
class NlAttrTests {

	@Test
	void whenThereIsNothingNothingIsFound() {
		assertThat(NlAttr.find(bytes(""), 1)).isNull();
		assertThat(NlAttr.find(bytes("040001"), 1)).isNull();
	}

	@Test
	void whenLengthIsLessThanItsHeadNothingBehindItIsLookedAt() {
		assertThat(NlAttr.find(bytes("0300" + "0200" + "0500" + "0100" + "61000000"), 1)).isNull();
		assertThat(NlAttr.find(bytes("0000" + "0100" + "0500" + "0100" + "61000000"), 1)).isNull();
	}

	@Test
	void whenAttributeIsCutOffItIsNotFound() {
		assertThat(NlAttr.find(bytes("0900" + "0100" + "61626364"), 1)).isNull();
		assertThat(NlAttr.find(bytes("ffff" + "0100" + "61626364"), 1)).isNull();
	}

	@Test
	void attributeIsFoundBehindAnotherOneWithPadding() {
		ByteBuffer source = bytes("ffff" + "0500" + "0200" + "61ffffff" + "0800" + "0100" + "78563412").position(2);
		assertThat(NlAttr.integer(NlAttr.find(source, 1))).isEqualTo(0x12345678);
		assertThat(source.position()).isEqualTo(2);
	}

	@Test
	void flagsOfTheTypeDoNotMatter() {
		assertThat(NlAttr.string(NlAttr.find(bytes("0700" + "0180" + "616200ff"), 1))).isEqualTo("ab");
		assertThat(NlAttr.string(NlAttr.find(bytes("0700" + "0140" + "616263ff"), 1))).isEqualTo("abc");
	}

	@Test
	void whenValueIsShorterThanANumberItIsZero() {
		assertThat(NlAttr.integer(NlAttr.find(bytes("0700" + "0100" + "01010100"), 1))).isZero();
		assertThat(NlAttr.shortInteger(NlAttr.find(bytes("0500" + "0100" + "01010100"), 1))).isZero();
		assertThat(NlAttr.integer(null)).isZero();
		assertThat(NlAttr.shortInteger(null)).isZero();
		assertThat(NlAttr.string(null)).isNull();
	}

	@Test
	void shortNumberIsReadWithoutSign() {
		assertThat(NlAttr.shortInteger(NlAttr.find(bytes("0600" + "0100" + "feff0000"), 1))).isEqualTo(0xfffe);
	}

	private static ByteBuffer bytes(String hex) {
		return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
	}

}
