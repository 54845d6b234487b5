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

package io.github.ktls.resource;

import java.time.Instant;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The condition under which a client wants a part instead of the whole (RFC 9110 section
 * 13.1.5).
 */
final class IfRange {

	private static final long MILLIS = 1000;

	private IfRange() {
	}

	/**
	 * Return whether the ranges of a request are to be respected.
	 * @param request the headers of the request
	 * @param response the headers of the response
	 * @return whether there is no condition, or the response is what the client has
	 * already
	 */
	static boolean holds(HttpHeaders request, HttpHeaders response) {
		String condition = request.getFirst(HttpHeaders.IF_RANGE);
		if (condition == null) {
			return true;
		}
		if (condition.startsWith("\"") || condition.startsWith("W/")) {
			// By strong comparison, so a weak one never matches.
			return condition.startsWith("\"") && condition.equals(response.getETag());
		}
		Instant date = dateOf(request);
		long lastModified = response.getLastModified();
		return date != null && lastModified >= 0 && date.toEpochMilli() / MILLIS == lastModified / MILLIS;
	}

	private static @Nullable Instant dateOf(HttpHeaders request) {
		try {
			long date = request.getFirstDate(HttpHeaders.IF_RANGE);
			return (date != -1) ? Instant.ofEpochMilli(date) : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
