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

import java.util.Map;

import io.github.ktls.kernel.TlsStat;

/**
 * What the kernel's own TLS counters have gone up by since some moment.
 */
public final class TlsStatDelta {

	private final Map<String, Long> before = TlsStat.read();

	private TlsStatDelta() {
	}

	/**
	 * Begin to count.
	 * @return the counters, from now on
	 */
	public static TlsStatDelta start() {
		return new TlsStatDelta();
	}

	/**
	 * Return whether the kernel can change the key of a TLS 1.3 connection. It counts
	 * that since it can (Linux 6.14), which does not depend on what the application finds
	 * out.
	 * @return whether a KeyUpdate can be answered
	 */
	public static boolean canRekey() {
		return TlsStat.read().containsKey("TlsTxRekeyOk");
	}

	/**
	 * Return one counter.
	 * @param name the kernel's name for it
	 * @return by how much it went up; 0 for one that the kernel does not have
	 */
	public long of(String name) {
		return TlsStat.read().getOrDefault(name, 0L) - this.before.getOrDefault(name, 0L);
	}

	@Override
	public String toString() {
		return this.before + " -> " + TlsStat.read();
	}

}
