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

import java.util.Arrays;
import java.util.Optional;

/**
 * What an alert says, as far as this project sends it or tells it apart (RFC 8446 section
 * 6, RFC 5246 section 7.2).
 */
public enum AlertDescription {

	/**
	 * The sender will send nothing more.
	 */
	CLOSE_NOTIFY(0),

	/**
	 * A message that has no place here.
	 */
	UNEXPECTED_MESSAGE(10),

	/**
	 * A record that is not authentic.
	 */
	BAD_RECORD_MAC(20),

	/**
	 * A record that is too long.
	 */
	RECORD_OVERFLOW(22),

	/**
	 * A field that is wrong or does not agree with others.
	 */
	ILLEGAL_PARAMETER(47),

	/**
	 * A message that cannot be read.
	 */
	DECODE_ERROR(50),

	/**
	 * A cryptographic operation of the handshake failed.
	 */
	DECRYPT_ERROR(51),

	/**
	 * A protocol version that is not the negotiated one.
	 */
	PROTOCOL_VERSION(70),

	/**
	 * Something that has nothing to do with the peer.
	 */
	INTERNAL_ERROR(80),

	/**
	 * The handshake is given up; without a meaning after it.
	 */
	USER_CANCELED(90),

	/**
	 * A handshake on an established connection is refused; TLS 1.2 only.
	 */
	NO_RENEGOTIATION(100);

	private final int value;

	AlertDescription(int value) {
		this.value = value;
	}

	/**
	 * Return the number of this description.
	 * @return the number, which fits a signed byte
	 */
	public int value() {
		return this.value;
	}

	/**
	 * Find the description with the given number.
	 * @param value the number
	 * @return the description, or empty if it is none that is told apart
	 */
	public static Optional<AlertDescription> of(int value) {
		return Arrays.stream(values()).filter((description) -> description.value == value).findFirst();
	}

}
