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

package io.github.ktls.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * What is added to observations of others.
 */
public enum KtlsObservations implements ObservationDocumentation {

	/**
	 * Spring's observation of a request to a reactive server, under whatever name the
	 * application gives it.
	 */
	HTTP_SERVER_REQUESTS;

	@Override
	public String getName() {
		return "http.server.requests";
	}

	@Override
	public KeyName[] getLowCardinalityKeyNames() {
		return LowCardinalityKeys.values();
	}

	/**
	 * Keys of few values.
	 */
	public enum LowCardinalityKeys implements KeyName {

		/** Who encrypted the end of the response. Its values are {@link Encryption}. */
		KTLS;

		@Override
		public String asString() {
			return KtlsTags.lowerCase(this);
		}

	}

	/**
	 * Who encrypts what a connection sends.
	 */
	public enum Encryption {

		/** The TLS engine, or nobody. */
		USER,

		/** The kernel. */
		KERNEL,

		/** The network card. */
		NIC;

		/**
		 * Return the value of the key.
		 * @return the name in lower case
		 */
		public String asString() {
			return KtlsTags.lowerCase(this);
		}

	}

}
