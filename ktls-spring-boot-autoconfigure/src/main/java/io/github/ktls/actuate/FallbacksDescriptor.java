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

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsStatistics;

/**
 * How often something stayed in user space.
 *
 * @param total the number since the start
 * @param reasons the same by reason, without those that did not occur
 */
record FallbacksDescriptor(long total, Map<KtlsFallbackReason, Long> reasons) {

	static FallbacksDescriptor ofTransmit(KtlsStatistics statistics) {
		return of(statistics::getFallbacks);
	}

	static FallbacksDescriptor ofReceive(KtlsStatistics statistics) {
		return of(statistics::getReceiveFallbacks);
	}

	private static FallbacksDescriptor of(ToLongFunction<KtlsFallbackReason> count) {
		Map<KtlsFallbackReason, Long> reasons = new EnumMap<>(KtlsFallbackReason.class);
		long total = 0;
		for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
			long occurred = count.applyAsLong(reason);
			if (occurred > 0) {
				reasons.put(reason, occurred);
				total += occurred;
			}
		}
		return new FallbacksDescriptor(total, reasons);
	}

}
