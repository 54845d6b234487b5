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

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import io.github.ktls.netty.KtlsRollout;

/**
 * What an operator wants to have changed about handing over new connections.
 *
 * @param stopped whether none is to be handed over, or {@code null} to leave that as it
 * is
 * @param percentage how many of a hundred are, or {@code null} to leave that as it is
 */
record RolloutChange(@Nullable Boolean stopped, @Nullable Integer percentage) {

	private static final Log logger = LogFactory.getLog(KtlsEndpoint.class);

	/**
	 * Read what an operator says.
	 * @param handovers {@code stop}, {@code resume} or nothing
	 * @param percentage a number from 0 to 100 or nothing
	 * @return what is wanted
	 * @throws InvalidEndpointRequestException if that is not clear
	 */
	static RolloutChange of(@Nullable String handovers, @Nullable Integer percentage) {
		if (handovers == null && percentage == null) {
			throw Requests
				.invalid("Say what to do: 'handovers' ('stop' or 'resume'), 'percentage' (0 to 100), or both");
		}
		if (percentage != null && (percentage < 0 || percentage > 100)) {
			throw Requests.invalid("'percentage' must be from 0 to 100");
		}
		return new RolloutChange((handovers != null) ? stopped(handovers) : null, percentage);
	}

	private static boolean stopped(String handovers) {
		return switch (handovers) {
			case "stop" -> true;
			case "resume" -> false;
			default -> throw Requests.invalid("'handovers' must be 'stop' or 'resume'");
		};
	}

	/**
	 * Make it so, and log what that changes.
	 * @param rollout what is changed
	 */
	void applyTo(KtlsRollout rollout) {
		synchronized (rollout) {
			if (this.percentage != null && this.percentage != rollout.getPercentage()) {
				logger.info("Percentage of new connections that are handed over to the kernel changed from %d to %d"
					.formatted(rollout.getPercentage(), this.percentage));
				rollout.setPercentage(this.percentage);
			}
			if (this.stopped != null && this.stopped != rollout.isStopped()) {
				logger.info("Handing new connections over to the kernel was " + (this.stopped ? "stopped" : "resumed"));
				if (this.stopped) {
					rollout.stop();
				}
				else {
					rollout.resume();
				}
			}
		}
	}

}
