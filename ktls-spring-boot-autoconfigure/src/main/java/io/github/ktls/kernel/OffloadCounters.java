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

package io.github.ktls.kernel;

import org.jspecify.annotations.Nullable;

/**
 * How often a key was taken by the kernel and by a network card since the namespace
 * began. These never go down, and each installation that succeeds raises one of them
 * ({@code net/tls/tls_main.c}, {@code do_tls_setsockopt_conf}).
 *
 * @param transmitSoftware sending keys that the kernel took
 * @param transmitDevice sending keys that a card took
 * @param receiveSoftware receiving keys that the kernel took
 * @param receiveDevice receiving keys that a card took
 */
record OffloadCounters(long transmitSoftware, long transmitDevice, long receiveSoftware, long receiveDevice) {

	/** No counter is below. */
	static final OffloadCounters ZERO = new OffloadCounters(0, 0, 0, 0);

	private static final long MISSING = -1;

	/** Of more digits no counter is. */
	private static final int MAX_DIGITS = 18;

	/**
	 * Read the counters. Done for each handover, so it does without {@link TlsStat}.
	 * @param contents the contents of {@code /proc/net/tls_stat}
	 * @return the counters, or {@code null} if one is missing
	 */
	static @Nullable OffloadCounters parse(String contents) {
		long transmitSoftware = value(contents, "TlsTxSw ");
		long transmitDevice = value(contents, "TlsTxDevice ");
		long receiveSoftware = value(contents, "TlsRxSw ");
		long receiveDevice = value(contents, "TlsRxDevice ");
		if (transmitSoftware == MISSING || transmitDevice == MISSING || receiveSoftware == MISSING
				|| receiveDevice == MISSING) {
			return null;
		}
		return new OffloadCounters(transmitSoftware, transmitDevice, receiveSoftware, receiveDevice);
	}

	// Each counter is a line: name, blanks, digits (net/tls/tls_proc.c).
	private static long value(String contents, String name) {
		int start = contents.indexOf(name);
		while (start > 0 && contents.charAt(start - 1) != '\n') {
			start = contents.indexOf(name, start + 1);
		}
		if (start < 0) {
			return MISSING;
		}
		int end = contents.indexOf('\n', start);
		String digits = contents.substring(start + name.length(), (end >= 0) ? end : contents.length()).trim();
		if (digits.isEmpty() || digits.length() > MAX_DIGITS
				|| !digits.chars().allMatch((digit) -> digit >= '0' && digit <= '9')) {
			return MISSING;
		}
		return Long.parseLong(digits);
	}

}
