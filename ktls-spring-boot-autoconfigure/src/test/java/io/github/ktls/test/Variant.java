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

package io.github.ktls.test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the application under test does its TLS.
 */
public enum Variant {

	/** As if the starter were not there: what everything else is compared with. */
	STOCK,

	/** With the starter, whatever the kernel can do; meant for one that cannot. */
	USER_SPACE,

	/** With the starter, on a kernel that has to do it, from the handshake on. */
	ON_HANDSHAKE,

	/** With the starter, on a kernel that has to do it, from the first file on. */
	ON_FIRST_FILE;

	/**
	 * Return the properties that make it so, and others.
	 * @param others further properties, {@code name=value}
	 * @return all properties
	 */
	public List<String> propertiesAnd(String... others) {
		List<String> properties = new ArrayList<>();
		properties.add("server.ssl.ktls.enabled=" + (this != STOCK));
		if (isOffloading()) {
			properties.add("server.ssl.ktls.mode=required");
			properties.add("server.ssl.ktls.activation=" + name());
			properties.add("server.ssl.ktls.activation-threshold=0");
		}
		properties.addAll(Arrays.asList(others));
		return properties;
	}

	/**
	 * Return whether the kernel has to encrypt files.
	 * @return whether connections have to be handed over
	 */
	public boolean isOffloading() {
		return this == ON_HANDSHAKE || this == ON_FIRST_FILE;
	}

}
