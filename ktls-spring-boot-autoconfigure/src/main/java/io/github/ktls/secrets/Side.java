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

package io.github.ktls.secrets;

/**
 * Who sends the records that a traffic secret protects.
 */
enum Side {

	/**
	 * The server, whose keys are for what this side sends.
	 */
	SERVER("SERVER_TRAFFIC_SECRET_0"),

	/**
	 * The client, whose keys are for what this side receives.
	 */
	CLIENT("CLIENT_TRAFFIC_SECRET_0");

	private final String label;

	Side(String label) {
		this.label = label;
	}

	/**
	 * Return what its first application traffic secret is called in a key log.
	 * @return the label, in ASCII
	 */
	String label() {
		return this.label;
	}

}
