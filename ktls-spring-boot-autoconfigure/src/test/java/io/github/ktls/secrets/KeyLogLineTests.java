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

package io.github.ktls.secrets;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KeyLogLine}.
 */
class KeyLogLineTests {

	private static final String RANDOM = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

	private static final String SECRET = "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643";

	@ParameterizedTest
	@ValueSource(strings = { SECRET, SECRET + "00ff7f8001020304a5a5a5a5ffffffff" })
	void whenLineHoldsTrafficSecretItIsReadForItsSideAlone(String secret) {
		byte[] server = bytes("SERVER_TRAFFIC_SECRET_0 " + RANDOM + " " + secret);
		assertThat(KeyLogLine.trafficSecret(Side.SERVER, server)).isEqualTo(HexFormat.of().parseHex(secret));
		assertThat(KeyLogLine.trafficSecret(Side.CLIENT, server)).isNull();
		byte[] client = bytes("CLIENT_TRAFFIC_SECRET_0 " + RANDOM + " " + secret);
		assertThat(KeyLogLine.trafficSecret(Side.CLIENT, client)).isEqualTo(HexFormat.of().parseHex(secret));
		assertThat(KeyLogLine.trafficSecret(Side.SERVER, client)).isNull();
	}

	@Test
	void whenDigitsAreInUpperCaseTheyAreRead() {
		assertThat(parse("SERVER_TRAFFIC_SECRET_0 " + RANDOM + " ABCDEF")).containsExactly(0xab, 0xcd, 0xef);
	}

	@ParameterizedTest
	@ValueSource(strings = { "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "EXPORTER_SECRET",
			"CLIENT_RANDOM", "SERVER_TRAFFIC_SECRET_1", "CLIENT_TRAFFIC_SECRET_1", "server_traffic_secret_0", "" })
	void whenLineHoldsAnotherSecretThereIsNone(String label) {
		assertThat(parse(label + " " + RANDOM + " " + SECRET)).isNull();
	}

	@Test
	void whenAnotherLabelHasTheSameLengthThereIsNone() {
		assertThat(parse("SERVER_TRAFFIC_SECRET_N " + RANDOM + " " + SECRET)).isNull();
		assertThat(parse("CLIENT_TRAFFIC_SECRET_N " + RANDOM + " " + SECRET)).isNull();
		assertThat(parse("SERVER_TRAFFIC_SECRET_0-" + RANDOM + " " + SECRET)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "SERVER_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0 ",
			"SERVER_TRAFFIC_SECRET_0 " + RANDOM, "SERVER_TRAFFIC_SECRET_0 " + RANDOM + " ",
			"SERVER_TRAFFIC_SECRET_0 " + RANDOM + " a", "SERVER_TRAFFIC_SECRET_0 " + RANDOM + " abc",
			"SERVER_TRAFFIC_SECRET_0 " + RANDOM + " 0g", "SERVER_TRAFFIC_SECRET_0 " + RANDOM + " g0",
			"SERVER_TRAFFIC_SECRET_0 " + RANDOM + "  ab", "SERVER_TRAFFIC_SECRET_0 " + RANDOM + " abcd\r\n",
			"SERVER_TRAFFIC_SECRET_0 " + RANDOM + "-abcd", "SERVER_TRAFFIC_SECRET_0 " + RANDOM + RANDOM + " abcd" })
	void whenLineIsMalformedThereIsNone(String line) {
		assertThat(parse(line)).isNull();
	}

	@Test
	void everyPrefixOfLineGivesAPrefixOfTheSecretOrNone() {
		String line = "SERVER_TRAFFIC_SECRET_0 " + RANDOM + " " + SECRET;
		int start = line.length() - SECRET.length();
		for (int length = 0; length < line.length(); length++) {
			byte[] secret = parse(line.substring(0, length));
			if (length > start && (length - start) % 2 == 0) {
				assertThat(secret).isEqualTo(HexFormat.of().parseHex(SECRET, 0, length - start));
			}
			else {
				assertThat(secret).as("first %d characters", length).isNull();
			}
		}
	}

	// The server's if it is one, else the client's.
	private static byte[] parse(String line) {
		byte[] secret = KeyLogLine.trafficSecret(Side.SERVER, bytes(line));
		return (secret != null) ? secret : KeyLogLine.trafficSecret(Side.CLIENT, bytes(line));
	}

	private static byte[] bytes(String line) {
		return line.getBytes(StandardCharsets.ISO_8859_1);
	}

}
