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
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.docs.MeterDocumentation;

/**
 * The meters of kernel TLS. {@link #FALLBACKS} is always there, the others only where the
 * server hands connections over.
 */
public enum KtlsMeters implements MeterDocumentation {

	/** How many connections are offloaded now. */
	ACTIVE_CONNECTIONS("ktls.active.connections", Meter.Type.GAUGE, BaseUnits.CONNECTIONS,
			"Connections that are offloaded now", Keys.DIRECTION, Keys.CRYPTO),

	/** How many connections were handed over. */
	HANDOVERS("ktls.handovers", Meter.Type.COUNTER, "handovers", "Connections that were handed over", Keys.DIRECTION,
			Keys.CRYPTO),

	/** How long handovers took. */
	HANDOVER_DURATION("ktls.handover.duration", Meter.Type.TIMER, "seconds",
			"Time from holding writes back until the kernel had the sending key"),

	/** How many connections were not handed over. */
	FALLBACKS("ktls.fallbacks", Meter.Type.COUNTER, "fallbacks",
			"Connections that stayed in user space, and starts at which it was certain that all will", Keys.REASON,
			Keys.DIRECTION),

	/** How many files were sent. */
	FILES("ktls.files", Meter.Type.COUNTER, BaseUnits.FILES, "Files, or ranges of files, that were sent", Keys.PATH),

	/** How much of files was sent. */
	FILE_BYTES("ktls.file.bytes", Meter.Type.COUNTER, BaseUnits.BYTES, "Bytes of files that were sent", Keys.PATH),

	/** How often keys of offloaded connections were changed. */
	KEY_UPDATES("ktls.key.updates", Meter.Type.COUNTER, "updates",
			"KeyUpdates of offloaded connections: sent (transmit), and received where the kernel decrypts (receive)",
			Keys.DIRECTION),

	/** How many connections were closed because of too many KeyUpdates. */
	KEY_UPDATE_FLOODS("ktls.key.update.floods", Meter.Type.COUNTER, "floods",
			"Offloaded connections that were closed because of too many KeyUpdates or warning alerts"),

	/** How many connections were closed after a response. */
	DRAINS("ktls.drains", Meter.Type.COUNTER, "drains", "Offloaded connections that were closed after a response",
			Keys.REASON),

	/** How many connections the client cut. */
	TRUNCATIONS("ktls.truncations", Meter.Type.COUNTER, "truncations",
			"Offloaded connections that the client ended without a close_notify"),

	/** The kernel's gauges. */
	KERNEL_SESSIONS("ktls.kernel.sessions", Meter.Type.GAUGE, BaseUnits.SESSIONS,
			"TlsCurr… of /proc/net/tls_stat: directions of sockets that have kernel TLS now, of all processes of this network namespace",
			Keys.COUNTER),

	/** The kernel's counters. */
	KERNEL_EVENTS("ktls.kernel.events", Meter.Type.COUNTER, BaseUnits.EVENTS,
			"All else of /proc/net/tls_stat: what the kernel counted, of all processes of this network namespace",
			Keys.COUNTER);

	private final String name;

	private final Meter.Type type;

	private final String baseUnit;

	private final String description;

	// Never written to, and only copies leave.
	@SuppressWarnings("ImmutableEnumChecker")
	private final Keys[] keys;

	KtlsMeters(String name, Meter.Type type, String baseUnit, String description, Keys... keys) {
		this.name = name;
		this.type = type;
		this.baseUnit = baseUnit;
		this.description = description;
		this.keys = keys;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public Meter.Type getType() {
		return this.type;
	}

	@Override
	public String getBaseUnit() {
		return this.baseUnit;
	}

	@Override
	public KeyName[] getKeyNames() {
		return this.keys.clone();
	}

	@Override
	public String getPrefix() {
		return "ktls";
	}

	/**
	 * Return what is measured.
	 * @return a phrase
	 */
	public String getDescription() {
		return this.description;
	}

	/**
	 * The keys of the meters' tags. Each has few values.
	 */
	public enum Keys implements KeyName {

		/** {@code transmit} or {@code receive}, as the server sees it. */
		DIRECTION,

		/**
		 * Who encrypts: {@code software} (the kernel), {@code device} or {@code unknown}.
		 */
		CRYPTO,

		/** The name of a constant, as in the log. */
		REASON,

		/** {@code sendfile}, or {@code chunks} through the TLS engine. */
		PATH,

		/** The kernel's own name of a counter. */
		COUNTER;

		@Override
		public String asString() {
			return KtlsTags.lowerCase(this);
		}

	}

}
