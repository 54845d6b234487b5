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

package io.github.ktls.actuate;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * Reads what requests say.
 */
final class Requests {

	private Requests() {
	}

	/**
	 * Create an exception for a request that makes no sense.
	 * @param message what is wrong
	 * @return the exception
	 */
	static InvalidEndpointRequestException invalid(String message) {
		return new InvalidEndpointRequestException(message, message);
	}

	/**
	 * Read a number.
	 * @param <N> its type
	 * @param name what it is called
	 * @param value the text, or {@code null} if there is none
	 * @param parser reads the text
	 * @return the number, or {@code null} if there is none
	 * @throws InvalidEndpointRequestException if the text is not a number of that type
	 */
	static <N extends Number> @Nullable N number(String name, @Nullable String value, Function<String, N> parser) {
		try {
			return (value != null) ? parser.apply(value) : null;
		}
		catch (NumberFormatException ex) {
			throw invalid("'" + name + "' must be a whole number");
		}
	}

}
