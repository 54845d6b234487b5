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

package io.github.ktls.protocol;

import java.util.List;

/**
 * Who does the TLS of the application that the peer talks to.
 */
enum Arm {

	/** BoringSSL, as if the starter were not there. What it does is the measure. */
	STOCK("stock", false, "server.ssl.ktls.enabled=false"),

	/** BoringSSL, with the starter where the kernel cannot do it. */
	USER("user", false, "server.ssl.ktls.enabled=true"),

	/** The kernel sends from the handshake on. */
	TX("tx", true, "server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
			"server.ssl.ktls.activation=on-handshake"),

	/** The kernel sends from the first file on. */
	TX_LATE("tx-late", true, "server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
			"server.ssl.ktls.activation=on-first-file"),

	/** The kernel sends and receives from the handshake on. */
	TX_RX("tx+rx", true, "server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
			"server.ssl.ktls.activation=on-handshake", "server.ssl.ktls.receive=true",
			"server.ssl.ktls.receive-despite-advisories=true");

	private final String label;

	private final boolean offloaded;

	private final String properties;

	Arm(String label, boolean offloaded, String... properties) {
		this.label = label;
		this.offloaded = offloaded;
		this.properties = String.join(" ", properties);
	}

	boolean isOffloaded() {
		return this.offloaded;
	}

	List<String> properties() {
		return List.of(this.properties.split(" ", -1));
	}

	@Override
	public String toString() {
		return this.label;
	}

}
