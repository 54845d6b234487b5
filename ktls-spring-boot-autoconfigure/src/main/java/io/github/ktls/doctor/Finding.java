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

package io.github.ktls.doctor;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What one check found.
 *
 * @param check what was looked at
 * @param status how it came out
 * @param finding what was found, on one line of ASCII
 * @param remedies what to do, at least one where it failed or is a warning
 */
record Finding(String check, CheckStatus status, String finding, List<Remedy> remedies) {

	private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e]");

	Finding {
		// What the kernel and libraries say of themselves may be anything; a terminal
		// gets
		// nothing that it would obey.
		finding = UNPRINTABLE.matcher(finding).replaceAll("?");
		remedies = List.copyOf(remedies);
		if (remedies.isEmpty() && (status == CheckStatus.FAILED || status == CheckStatus.WARNING)) {
			throw new IllegalArgumentException("Nothing to do about: " + check);
		}
	}

	static Finding ok(String check, String finding, Remedy... remedies) {
		return new Finding(check, CheckStatus.OK, finding, List.of(remedies));
	}

	static Finding unknown(String check, String finding, Remedy... remedies) {
		return new Finding(check, CheckStatus.UNKNOWN, finding, List.of(remedies));
	}

	static Finding warning(String check, String finding, List<Remedy> remedies) {
		return new Finding(check, CheckStatus.WARNING, finding, remedies);
	}

	static Finding failed(String check, String finding, List<Remedy> remedies) {
		return new Finding(check, CheckStatus.FAILED, finding, remedies);
	}

}
