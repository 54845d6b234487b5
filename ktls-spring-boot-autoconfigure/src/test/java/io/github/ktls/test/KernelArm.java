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

import io.github.ktls.netty.Activation;

/**
 * What the kernel is to do, and from when on.
 */
public enum KernelArm {

	/** It sends, from the handshake on. */
	SENDING_ON_HANDSHAKE(Activation.ON_HANDSHAKE, false),

	/** It sends, from the first file on. */
	SENDING_ON_FIRST_FILE(Activation.ON_FIRST_FILE, false),

	/** It sends and receives, from the handshake on. */
	RECEIVING_ON_HANDSHAKE(Activation.ON_HANDSHAKE, true),

	/** It sends and receives, from the first file on. */
	RECEIVING_ON_FIRST_FILE(Activation.ON_FIRST_FILE, true);

	private final Activation activation;

	private final boolean receive;

	KernelArm(Activation activation, boolean receive) {
		this.activation = activation;
		this.receive = receive;
	}

	/**
	 * Return when connections are handed over.
	 * @return the activation
	 */
	public Activation activation() {
		return this.activation;
	}

	/**
	 * Return whether the kernel receives, too.
	 * @return whether it decrypts
	 */
	public boolean receive() {
		return this.receive;
	}

	/**
	 * Return the properties that make it so, and others.
	 * @param others further properties, {@code name=value}
	 * @return all properties
	 */
	public List<String> propertiesAnd(String... others) {
		List<String> properties = new ArrayList<>(List.of("server.ssl.ktls.enabled=true",
				"server.ssl.ktls.mode=required", "server.ssl.ktls.activation=" + this.activation));
		if (this.receive) {
			properties.add("server.ssl.ktls.receive=true");
			properties.add("server.ssl.ktls.receive-despite-advisories=true");
		}
		properties.addAll(Arrays.asList(others));
		return properties;
	}

}
