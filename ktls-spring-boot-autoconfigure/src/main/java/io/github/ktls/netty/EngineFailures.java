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

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.AlertDescription;

/**
 * Which alert BoringSSL sends for which of its errors. It does not tell, but names the
 * error, and each has its alert ({@code ssl/tls_record.cc}, {@code ssl/s3_both.cc},
 * {@code ssl/s3_pkt.cc}, {@code ssl/tls13_both.cc}).
 */
final class EngineFailures {

	private static final Map<String, AlertDescription> ALERTS = Map.ofEntries(
			Map.entry("BAD_DECRYPT", AlertDescription.BAD_RECORD_MAC),
			Map.entry("BAD_PACKET_LENGTH", AlertDescription.BAD_RECORD_MAC),
			Map.entry("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", AlertDescription.DECRYPT_ERROR),
			Map.entry("DATA_LENGTH_TOO_LONG", AlertDescription.RECORD_OVERFLOW),
			Map.entry("ENCRYPTED_LENGTH_TOO_LONG", AlertDescription.RECORD_OVERFLOW),
			Map.entry("WRONG_VERSION_NUMBER", AlertDescription.PROTOCOL_VERSION),
			Map.entry("INVALID_OUTER_RECORD_TYPE", AlertDescription.DECODE_ERROR),
			Map.entry("BAD_ALERT", AlertDescription.DECODE_ERROR),
			Map.entry("DECODE_ERROR", AlertDescription.DECODE_ERROR),
			Map.entry("UNKNOWN_ALERT_TYPE", AlertDescription.ILLEGAL_PARAMETER),
			Map.entry("EXCESSIVE_MESSAGE_SIZE", AlertDescription.ILLEGAL_PARAMETER),
			Map.entry("TOO_MANY_EMPTY_FRAGMENTS", AlertDescription.UNEXPECTED_MESSAGE),
			Map.entry("TOO_MANY_WARNING_ALERTS", AlertDescription.UNEXPECTED_MESSAGE),
			Map.entry("TOO_MANY_KEY_UPDATES", AlertDescription.UNEXPECTED_MESSAGE),
			Map.entry("EXCESS_HANDSHAKE_DATA", AlertDescription.UNEXPECTED_MESSAGE),
			Map.entry("UNEXPECTED_RECORD", AlertDescription.UNEXPECTED_MESSAGE),
			Map.entry("UNEXPECTED_MESSAGE", AlertDescription.UNEXPECTED_MESSAGE),
			Map.entry("NO_RENEGOTIATION", AlertDescription.NO_RENEGOTIATION));

	/**
	 * {@code error:}, library and reason as eight hexadecimal digits, perhaps more names,
	 * and the reason's name; there may be the name of an exception before it.
	 */
	private static final Pattern ERROR = Pattern.compile("error:([0-9a-f]{8}):(?:.*:)?([^:]+)$");

	private static final int REASON_MASK = 0xfff;

	/** {@code SSL_AD_REASON_OFFSET}: what follows is an alert of the peer's. */
	private static final int FIRST_ALERT_REASON = 1000;

	private EngineFailures() {
	}

	/**
	 * Return the alert for an error.
	 * @param failure the error
	 * @return the alert, {@link AlertDescription#INTERNAL_ERROR} for an error that is not
	 * known, or empty where none is due, as the error is an alert of the peer's
	 */
	static Optional<AlertDescription> alert(Throwable failure) {
		Matcher error = ERROR.matcher(String.valueOf(failure.getMessage()));
		if (!error.find()) {
			return Optional.of(AlertDescription.INTERNAL_ERROR);
		}
		if ((Integer.parseUnsignedInt(error.group(1), 16) & REASON_MASK) >= FIRST_ALERT_REASON) {
			return Optional.empty();
		}
		return Optional.of(ALERTS.getOrDefault(error.group(2).strip(), AlertDescription.INTERNAL_ERROR));
	}

	/**
	 * Return whether the peer sent more KeyUpdates in a row than BoringSSL accepts.
	 * @param failure the error
	 * @return whether that is the error
	 */
	static boolean isTooManyKeyUpdates(Throwable failure) {
		return String.valueOf(failure.getMessage()).endsWith(":TOO_MANY_KEY_UPDATES");
	}

	/**
	 * Return whether an exception stems from a TLS engine.
	 * @param cause the exception
	 * @return the engine's error, or {@code null} if there is none
	 */
	static @Nullable SSLException find(Throwable cause) {
		Throwable current = cause;
		for (int depth = 0; current != null && depth < 8; depth++) {
			if (current instanceof SSLException failure) {
				return failure;
			}
			current = current.getCause();
		}
		return null;
	}

}
