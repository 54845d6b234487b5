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

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Follows the simple 1-RTT handshake of RFC 8448 section 3, from the traffic secrets to
 * the last record of either side.
 */
class Rfc8448Tests {

	private static final CipherSuite SUITE = CipherSuite.TLS_AES_128_GCM_SHA256;

	private static final byte[] APPLICATION_DATA = Hex.sequence(0, 50);

	private static final byte[] CLOSE_NOTIFY = { 1, 0 };

	private final TrafficKeys client = KeySchedule.tls13(SUITE,
			Hex.bytes("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"));

	private final TrafficKeys server = KeySchedule.tls13(SUITE,
			Hex.bytes("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643"));

	@Test
	void writeKeysFollowFromTheTrafficSecrets() {
		assertThat(this.client.key()).isEqualTo(Hex.bytes("17422dda596ed5d9acd890e3c63f5051"));
		assertThat(this.client.iv()).isEqualTo(Hex.bytes("5b78923dee08579033e523d9"));
		assertThat(this.server.key()).isEqualTo(Hex.bytes("9f02283b6c9c07efc26bb9f2ac92e356"));
		assertThat(this.server.iv()).isEqualTo(Hex.bytes("cf782b88dd83549aadf1e984"));
	}

	@Test
	void serverSendsANewSessionTicketFirst() throws Exception {
		byte[] record = Hex.bytes("17030300de3a6b8f90414a97d6959c3487680de5134a2b240e6cffac116e95d4",
				"1d6af8f6b580dcf3d11d63c758db289a015940252f55713e061dc13e078891a3",
				"8efbcf5753ad8ef170ad3c7353d16d9da773b9ca7f2b9fa1b6c0d4a3d03f75e0",
				"9c30ba1e62972ac46f75f7b981be63439b2999ce13064615139891d5e4c5b406",
				"f16e3fc181a77ca475840025db2f0a77f81b5ab05b94c01346755f69232c8651",
				"9d86cbeeac87aac347d143f9605d64f650db4d023e70e952ca49fe5137121c74",
				"bc2697687e248746d6df353005f3bce18696129c8153556b3b6c6779b37bf159", "85684f");
		Plaintext plaintext = RecordProtection.unprotect(SUITE, this.server, 0, record);
		assertThat(plaintext.type()).isEqualTo(ContentType.HANDSHAKE);
		// NewSessionTicket is handshake message 4.
		assertThat(plaintext.content()).hasSize(205).startsWith(4, 0, 0, 201);
	}

	@Test
	void clientSendsApplicationDataAndCloses() throws Exception {
		assertRecord(this.client, 0, ContentType.APPLICATION_DATA, APPLICATION_DATA,
				Hex.bytes("1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f",
						"2b9819a8a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae6", "3aeebb21694915e4"));
		assertRecord(this.client, 1, ContentType.ALERT, CLOSE_NOTIFY,
				Hex.bytes("1703030013c9872760655666b74d7ff1153efd6db6d0b0e3"));
	}

	@Test
	void serverSendsApplicationDataAndCloses() throws Exception {
		assertRecord(this.server, 1, ContentType.APPLICATION_DATA, APPLICATION_DATA,
				Hex.bytes("17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36",
						"e30efaf97d90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf33254", "0dd032e167c2955d"));
		assertRecord(this.server, 2, ContentType.ALERT, CLOSE_NOTIFY,
				Hex.bytes("1703030013b58fd67166ebf599d24720cfbe7efa7a8864a9"));
	}

	private static void assertRecord(TrafficKeys keys, long sequenceNumber, ContentType type, byte[] content,
			byte[] record) throws Exception {
		Plaintext plaintext = RecordProtection.unprotect(SUITE, keys, sequenceNumber, record);
		assertThat(plaintext.type()).isEqualTo(type);
		assertThat(plaintext.content()).isEqualTo(content);
		assertThat(RecordProtection.protect(SUITE, keys, sequenceNumber, type, content)).isEqualTo(record);
	}

}
