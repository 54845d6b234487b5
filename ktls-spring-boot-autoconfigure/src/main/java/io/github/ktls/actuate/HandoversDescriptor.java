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

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.netty.RecentHandovers;

/**
 * Handing connections over.
 *
 * @param count the number of connections that were handed over since the start
 * @param meanDuration how long that took on average, from the moment writes were held
 * back to the one in which the kernel had the key, or {@code null} where there was none
 * @param recent the latest ones
 */
record HandoversDescriptor(long count, @Nullable Duration meanDuration, Recent recent) {

	static HandoversDescriptor of(KtlsStatistics statistics) {
		long count = statistics.getHandovers();
		RecentHandovers.Counts recent = statistics.recentHandovers().counts();
		return new HandoversDescriptor(count,
				(count > 0) ? Duration.ofNanos(statistics.getHandoverNanos() / count) : null,
				new Recent(Duration.ofSeconds(RecentHandovers.WINDOW_SECONDS), recent.attempts(), recent.failures()));
	}

	/**
	 * The latest ones.
	 *
	 * @param within how far back is looked
	 * @param attempts the number of handovers that were attempted; a connection that is
	 * not eligible does not count
	 * @param failures the number of those that failed
	 */
	record Recent(Duration within, long attempts, long failures) {

	}

}
