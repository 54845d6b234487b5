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
 * TLS protocol versions that kernel TLS knows.
 */
public enum ProtocolVersion {

	/**
	 * TLS 1.2, RFC 5246.
	 */
	TLS_1_2(0x0303, "TLSv1.2"),

	/**
	 * TLS 1.3, RFC 8446.
	 */
	TLS_1_3(0x0304, "TLSv1.3");

	private final int wireValue;

	private final String jsseName;

	ProtocolVersion(int wireValue, String jsseName) {
		this.wireValue = wireValue;
		this.jsseName = jsseName;
	}

	/**
	 * Return the 16-bit number of this version. It is not what a TLS 1.3 record carries:
	 * see {@link RecordHeader#LEGACY_VERSION}.
	 * @return the number
	 */
	public int wireValue() {
		return this.wireValue;
	}

	/**
	 * Return the name an {@link javax.net.ssl.SSLSession} reports.
	 * @return the name, for example {@code TLSv1.3}
	 */
	public String jsseName() {
		return this.jsseName;
	}

	/**
	 * Find the version with the given JSSE name.
	 * @param jsseName the name an {@link javax.net.ssl.SSLSession} reports
	 * @return the version, or empty for any other version
	 */
	public static Optional<ProtocolVersion> ofJsseName(String jsseName) {
		return Arrays.stream(values()).filter((version) -> version.jsseName.equals(jsseName)).findFirst();
	}

}
