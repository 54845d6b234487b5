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

package io.github.ktls.netty;

import java.io.IOException;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import io.netty.handler.codec.DecoderException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.tls.AlertDescription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EngineFailures}, with what BoringSSL's errors were seen to say and the
 * alerts that it sent along with them.
 */
class EngineFailuresTests {

	@ParameterizedTest
	@CsvSource({ "error:10000088:DATA_LENGTH_TOO_LONG, RECORD_OVERFLOW",
			"error:100000db:TOO_MANY_EMPTY_FRAGMENTS, UNEXPECTED_MESSAGE",
			"error:1e000065:Cipher functions:OPENSSL_internal:BAD_DECRYPT, BAD_RECORD_MAC",
			"error:10000092:ENCRYPTED_LENGTH_TOO_LONG, RECORD_OVERFLOW",
			"error:10000070:BAD_PACKET_LENGTH, BAD_RECORD_MAC",
			"error:1000008b:DECRYPTION_FAILED_OR_BAD_RECORD_MAC, DECRYPT_ERROR",
			"error:100000e1:UNEXPECTED_RECORD, UNEXPECTED_MESSAGE",
			"error:100000fb:INVALID_OUTER_RECORD_TYPE, DECODE_ERROR",
			"error:100000f7:WRONG_VERSION_NUMBER, PROTOCOL_VERSION",
			"error:10000104:TOO_MANY_KEY_UPDATES, UNEXPECTED_MESSAGE", "error:10000089:DECODE_ERROR, DECODE_ERROR",
			"error:100000ff:EXCESS_HANDSHAKE_DATA, UNEXPECTED_MESSAGE",
			"error:100000b6:NO_RENEGOTIATION, NO_RENEGOTIATION", "error:10000066:BAD_ALERT, DECODE_ERROR",
			"error:100000dc:TOO_MANY_WARNING_ALERTS, UNEXPECTED_MESSAGE",
			"error:100000e3:UNKNOWN_ALERT_TYPE, ILLEGAL_PARAMETER",
			"error:100000df:UNEXPECTED_MESSAGE, UNEXPECTED_MESSAGE",
			"error:10000096:EXCESSIVE_MESSAGE_SIZE, ILLEGAL_PARAMETER" })
	void alertIsTheOneThatBoringSslSends(String message, AlertDescription alert) {
		assertThat(EngineFailures.alert(new SSLException(message))).contains(alert);
		assertThat(EngineFailures.alert(new SSLHandshakeException("javax.net.ssl.SSLException: " + message)))
			.contains(alert);
	}

	@ParameterizedTest
	@ValueSource(strings = { "error:100003e8:SSLV3_ALERT_CLOSE_NOTIFY", "error:100003f2:SSLV3_ALERT_UNEXPECTED_MESSAGE",
			"error:100003fc:SSLV3_ALERT_BAD_RECORD_MAC", "error:10000438:TLSV1_ALERT_INTERNAL_ERROR",
			"error:100004b0:reason(1200)" })
	void whenErrorIsAnAlertOfThePeersNoneIsDue(String message) {
		assertThat(EngineFailures.alert(new SSLException(message))).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "error:10000041:MALLOC_FAILURE", "error:", "error:xyz:BAD_DECRYPT", "closed", "" })
	void whenErrorIsNotKnownItIsAnInternalOne(String message) {
		assertThat(EngineFailures.alert(new SSLException(message))).contains(AlertDescription.INTERNAL_ERROR);
	}

	@Test
	void whenThereIsNoMessageItIsAnInternalError() {
		assertThat(EngineFailures.alert(new SSLException((String) null))).contains(AlertDescription.INTERNAL_ERROR);
	}

	@Test
	void tooManyKeyUpdatesAreToldApart() {
		assertThat(EngineFailures.isTooManyKeyUpdates(new SSLException("error:10000104:TOO_MANY_KEY_UPDATES")))
			.isTrue();
		assertThat(EngineFailures.isTooManyKeyUpdates(new SSLException("error:100000df:UNEXPECTED_MESSAGE"))).isFalse();
		assertThat(EngineFailures.isTooManyKeyUpdates(new SSLException((String) null))).isFalse();
	}

	@Test
	void errorIsFoundInWhatWrapsIt() {
		SSLException failure = new SSLException("error");
		assertThat(EngineFailures.find(failure)).isSameAs(failure);
		assertThat(EngineFailures.find(new DecoderException(new IOException(failure)))).isSameAs(failure);
		assertThat(EngineFailures.find(new DecoderException(new IOException("Connection reset by peer")))).isNull();
	}

	@Test
	void whenCausesGoInCirclesTheSearchEnds() {
		IOException first = new IOException();
		IOException second = new IOException(first);
		first.initCause(second);
		assertThat(EngineFailures.find(first)).isNull();
	}

}
