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
 * Tests for {@link ProtocolVersion}.
 */
class ProtocolVersionTests {

	@Test
	void findsVersionsByTheirJsseName() {
		assertThat(ProtocolVersion.ofJsseName("TLSv1.2")).contains(ProtocolVersion.TLS_1_2);
		assertThat(ProtocolVersion.ofJsseName("TLSv1.3")).contains(ProtocolVersion.TLS_1_3);
	}

	@Test
	void knowsNoOtherVersion() {
		assertThat(ProtocolVersion.ofJsseName("TLSv1.1")).isEmpty();
		assertThat(ProtocolVersion.ofJsseName("DTLSv1.2")).isEmpty();
		assertThat(ProtocolVersion.ofJsseName("")).isEmpty();
	}

	@Test
	void wireValuesAreThoseOfTheRfcs() {
		assertThat(ProtocolVersion.TLS_1_2.wireValue()).isEqualTo(0x0303);
		assertThat(ProtocolVersion.TLS_1_3.wireValue()).isEqualTo(0x0304);
	}

}
