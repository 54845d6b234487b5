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

package io.github.ktls.actuate;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;

import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.netty.KtlsStatistics;

/**
 * How many connections are and were offloaded.
 *
 * @param transmit those that the kernel sends for
 * @param receive those of them that it also receives for
 */
record ConnectionCountsDescriptor(Direction transmit, Direction receive) {

	static ConnectionCountsDescriptor of(KtlsStatistics statistics) {
		return new ConnectionCountsDescriptor(
				new Direction(byMode(statistics::getActive), byMode(statistics::getHandovers)),
				new Direction(byMode(statistics::getReceiveActive), byMode(statistics::getReceiveHandovers)));
	}

	private static Map<OffloadMode, Long> byMode(ToLongFunction<OffloadMode> count) {
		Map<OffloadMode, Long> counts = new EnumMap<>(OffloadMode.class);
		for (OffloadMode mode : OffloadMode.values()) {
			counts.put(mode, count.applyAsLong(mode));
		}
		return counts;
	}

	/**
	 * One direction, by who does its cryptography.
	 *
	 * @param active the number of connections that are offloaded now
	 * @param total the number of connections that were handed over since the start
	 */
	record Direction(Map<OffloadMode, Long> active, Map<OffloadMode, Long> total) {

	}

}
