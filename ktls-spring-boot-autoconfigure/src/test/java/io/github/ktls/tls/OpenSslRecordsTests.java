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

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reads records that two OpenSSL 3.0 peers exchanged right after their handshake, with
 * the secrets of their key log.
 */
class OpenSslRecordsTests {

	@ParameterizedTest
	@MethodSource
	void tls13ApplicationDataIsReadAndWrittenAlike(CipherSuite suite, String clientSecret, String serverSecret,
			String clientRecord, String serverRecord) throws Exception {
		// Without session tickets the first application data has sequence number 0.
		TrafficKeys client = KeySchedule.tls13(suite, Hex.bytes(clientSecret));
		TrafficKeys server = KeySchedule.tls13(suite, Hex.bytes(serverSecret));
		assertContent(suite, client, 0, clientRecord, "hello from the client");
		assertContent(suite, server, 0, serverRecord, "hello from the server");
		assertThat(RecordProtection.protect(suite, server, 0, ContentType.APPLICATION_DATA,
				"hello from the server".getBytes(StandardCharsets.US_ASCII)))
			.isEqualTo(Hex.bytes(serverRecord));
	}

	static Stream<String[]> tls13ApplicationDataIsReadAndWrittenAlike() {
		return Stream.of(new String[] { "TLS_AES_256_GCM_SHA384",
				"1cfd9a98c58d339a3d1a3c104a95d7eb4a44af4a79508170748e2f8042481b6296536429eff9ed54a115aeda93309c8a",
				"54fa7e37256d0ec8726873bb0fd657413d235b6210da14b9b1dae6f3eb31da5e2c35960c11849e510ac8eb9004dcb073",
				"17030300269fb5374c2b1c359088768c072ac7bc70a997ef285a876793d74ccedcc43ea2edfe273bbc2d98",
				"1703030026f49f95dfd06143119ac3357c2f0893a564aeb7382c2432367bec9647771f998d81020f5ac1c2" },
				new String[] { "TLS_CHACHA20_POLY1305_SHA256",
						"b35299be631215b6d9b4335898fe3d8eb1dbaca36a62ef724a9d9c1dc975a110",
						"e1ca722f770839c20c939ddb567750297b0326927f382898a610f534c8f2d88e",
						"1703030026759a86fadcf656548839e678c96cf89603b58937d51b8bc71800246961e12129fc68b5e25bf5",
						"170303002672461ea083213089ac624bb6ed65b7a321a991da3d46d43952920ff9216d924e70d1ee86aed5" });
	}

	@ParameterizedTest
	@MethodSource
	void tls12ApplicationDataIsRead(CipherSuite suite, String masterSecret, String clientRandom, String serverRandom,
			String clientRecord, String serverRecord) throws Exception {
		Tls12KeyBlock keys = KeySchedule.tls12(suite, Hex.bytes(masterSecret), Hex.bytes(clientRandom),
				Hex.bytes(serverRandom));
		// Sequence number 0 went to the Finished message.
		assertContent(suite, keys.clientWrite(), 1, clientRecord, "hello from the client");
		assertContent(suite, keys.serverWrite(), 1, serverRecord, "hello from the server");
	}

	static Stream<String[]> tls12ApplicationDataIsRead() {
		return Stream.of(new String[] { "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
				"5be1d8e60abd57cea3b3c722ffa4c8e2a22fc30582984f2ec44e26c269625187d393a893979986ed9e98e0b6fdb8ffed",
				"0145df7a9c2c0590dc2466a74df186f831b5c30c4e696971dc1bbfb1b22709d2",
				"c454eaccd10d03356f96ba5418865f53cdbbc5113bf2fd20444f574e47524401",
				"170303002d595f03595f54aac5736d09a44d585db8a0e5847ff3c48085cf96d63306c0e0195a42227d6d412a1515625c952b",
				"170303002dee19fd105ae98a0960fd6b6d3cef388d11cf5197d54ac3fd8352bddaa8988083388cb410f8c99a4697d1ba7630" },
				new String[] { "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
						"7ebf10e08f50810c12a8e3b4443b97ee3e6492bc4114f80c0544b5d61843edee486903dbbe883f5862c4452850af4dff",
						"c2e5f664ec0e4de013e20651997232aa2fa5323cd1643dd4e65fafc51dca98be",
						"4ebe498c16bb010e078a10d0910b30b28907d1069de064d6444f574e47524401",
						"170303002dcd82f5416a2c94e783118d03546dfb1d64315a0a6915e5ab74abf105efc0fe83987ba7d8bff9f15d3959130cb2",
						"170303002d6782e441ca7e9004eec1a7c7de53ebcfe8bf1ad7a259a58781e99e232a901c8c9ecf93b2f1a13373a8c57f57b3" },
				new String[] { "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
						"cd3b9ba10230a4b6d7562bf23235f4bd4e9b01e3be6f069894251c3fba3fe6e3c2313fc9699e935fc5cba777b3d7b826",
						"82533092c95d5a67c59c1b90f32637e145275d6fceff151ad0bb813350fbb94d",
						"61320f8d3cf5c5e911d392d702e6f746fa6ca660938aa196444f574e47524401",
						"1703030025aef6fd40dae9f3e12de4f8f7cadb0e2f6980b03fb9f97e5cea3d081ea87cb023f7e70fbb2c",
						"170303002507e219114e6935b52eb274c7c8fe2a52613c2069edab3b90e78f13da5c66f6add03c4a0404" },
				new String[] { "TLS_RSA_WITH_AES_256_GCM_SHA384",
						"b79e5a2d84edde6b73a15adaf817395a4fceaacaf49e5f68ec8bc12b6963c4d4352becf1600af89b5dfa2147f2f50e50",
						"8d0b9a12e134b0037305c0b88e30d992da72d014768884ec48aa1346bde7043d",
						"da50033de263d19ebac4f62b3667b1710438327b821849df444f574e47524401",
						"170303002d25745df1ddc1573c57001b73bcbaf0f2de55e251a50b297f5d5399d0fa2753bedfc598609f742826150ab1cc8b",
						"170303002de3b0c25d077b6c9e055700cb39cf0f4762e3b458ed2fbbc98cd375cb386fff6e717904be0318a4885fe00987d6" });
	}

	private static void assertContent(CipherSuite suite, TrafficKeys keys, long sequenceNumber, String record,
			String content) throws Exception {
		Plaintext plaintext = RecordProtection.unprotect(suite, keys, sequenceNumber, Hex.bytes(record));
		assertThat(plaintext.type()).isEqualTo(ContentType.APPLICATION_DATA);
		assertThat(plaintext.content()).asString(StandardCharsets.US_ASCII).isEqualTo(content);
	}

}
