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

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.netty.RecentHandovers;
import io.github.ktls.server.KernelTlsOptions;

/**
 * {@link HealthIndicator} for kernel TLS. Where it is not required, connections that stay
 * in user space are as healthy as others.
 */
public class KtlsHealthIndicator extends AbstractHealthIndicator {

	/** With fewer attempts within the last minute there is nothing to judge by. */
	static final int MIN_ATTEMPTS = 10;

	/** One in so many failures is too much. */
	static final int FAILING_SHARE = 2;

	private final KernelTlsOptions options;

	/**
	 * Create a new instance.
	 * @param options how the server uses kernel TLS
	 */
	public KtlsHealthIndicator(KernelTlsOptions options) {
		super("Kernel TLS health check failed");
		this.options = options;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		RecentHandovers.Counts recent = this.options.statistics().recentHandovers().counts();
		long attempts = recent.attempts();
		long failures = recent.failures();
		boolean used = this.options.status().isUsed();
		builder.status(status(this.options.required(), used, attempts, failures))
			.withDetail("used", used)
			.withDetail("activeConnections", this.options.statistics().getActive())
			.withDetail("recentAttempts", attempts)
			.withDetail("recentFailures", failures)
			.withDetail("stopped", this.options.rollout().isStopped());
		KtlsFallback obstacle = this.options.status().obstacle();
		if (obstacle != null) {
			builder.withDetail("obstacle", obstacle.reason().name())
				.withDetail("advice", obstacle.reason().getAdvice());
		}
	}

	static Status status(boolean required, boolean used, long attempts, long failures) {
		if (!required) {
			return Status.UP;
		}
		if (!used) {
			return Status.DOWN;
		}
		return (attempts >= MIN_ATTEMPTS && failures * FAILING_SHARE >= attempts) ? Status.OUT_OF_SERVICE : Status.UP;
	}

}
