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
 * Record content types (RFC 8446 section 5.1, RFC 5246 section 6.2.1).
 */
public enum ContentType {

	/**
	 * Ends the plain part of a TLS 1.2 handshake; without a meaning in TLS 1.3.
	 */
	CHANGE_CIPHER_SPEC(20),

	/**
	 * A warning, an error or the end of the connection.
	 */
	ALERT(21),

	/**
	 * Handshake messages; after the handshake {@code NewSessionTicket} and
	 * {@code KeyUpdate} among them.
	 */
	HANDSHAKE(22),

	/**
	 * What the application sent; in TLS 1.3 also the outer type of every protected
	 * record.
	 */
	APPLICATION_DATA(23);

	private final int value;

	ContentType(int value) {
		this.value = value;
	}

	/**
	 * Return the number of this type.
	 * @return the number, which fits a signed byte
	 */
	public int value() {
		return this.value;
	}

	/**
	 * Find the type with the given number.
	 * @param value the number
	 * @return the type, or empty if there is none
	 */
	public static Optional<ContentType> of(int value) {
		return Arrays.stream(values()).filter((type) -> type.value == value).findFirst();
	}

}
