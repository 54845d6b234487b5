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
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;

/**
 * Everything at a glance. Numbers count from the start of the application, and each is
 * read by itself while connections go on.
 *
 * @param available whether the machine and the class path offer kernel TLS
 * @param cause why it is not available, or {@code null} where it is
 * @param used whether the server hands connections over
 * @param obstacle why it hands none over, or {@code null} where it does
 * @param receiveObstacle why it hands no receiving side over although that is configured,
 * or {@code null} where it does, or that is not configured
 * @param kernel the running kernel
 * @param ciphers what the kernel can do, by protocol version and cipher; empty where it
 * could not be probed
 * @param configuration the configuration in force
 * @param rollout which new connections are handed over
 * @param connections how many connections are and were offloaded
 * @param handovers how handing them over went
 * @param fallbacks connections that were not handed over, and one if the server as a
 * whole does not
 * @param receiveFallbacks offloaded connections whose receiving side was not handed over
 * although that is configured
 * @param files how files were sent
 * @param keyUpdates how often keys were changed
 * @param drains how many offloaded connections were closed after a response, by reason
 * @param truncations how many offloaded connections a client ended without a close_notify
 * @param networkInterfaces the interfaces that traffic may leave by
 */
record KtlsDescriptor(boolean available, @Nullable CauseDescriptor cause, boolean used,
		@Nullable CauseDescriptor obstacle, @Nullable CauseDescriptor receiveObstacle, KernelDescriptor kernel,
		List<CipherDescriptor> ciphers, ConfigurationDescriptor configuration, RolloutDescriptor rollout,
		ConnectionCountsDescriptor connections, HandoversDescriptor handovers, FallbacksDescriptor fallbacks,
		FallbacksDescriptor receiveFallbacks, FilesDescriptor files, KeyUpdatesDescriptor keyUpdates,
		Map<KtlsDrainEvent.Reason, Long> drains, long truncations,
		List<NetworkInterfaceDescriptor> networkInterfaces) implements OperationResponseBody {

	static KtlsDescriptor of(KtlsEnvironment environment, KernelTlsOptions options, FileResources files,
			List<NetworkInterfaceDescriptor> networkInterfaces) {
		KtlsStatistics statistics = options.statistics();
		return new KtlsDescriptor(environment.unavailability() == null,
				CauseDescriptor.of(environment.unavailability()), options.status().isUsed(),
				CauseDescriptor.of(options.status().obstacle()), CauseDescriptor.of(options.status().receiveObstacle()),
				KernelDescriptor.of(environment.kernel()), CipherDescriptor.listOf(environment.kernel().capabilities()),
				ConfigurationDescriptor.of(options, files), RolloutDescriptor.of(options.rollout()),
				ConnectionCountsDescriptor.of(statistics), HandoversDescriptor.of(statistics),
				FallbacksDescriptor.ofTransmit(statistics), FallbacksDescriptor.ofReceive(statistics),
				FilesDescriptor.of(statistics, files), KeyUpdatesDescriptor.of(statistics), drains(statistics),
				statistics.getTruncations(), networkInterfaces);
	}

	private static Map<KtlsDrainEvent.Reason, Long> drains(KtlsStatistics statistics) {
		Map<KtlsDrainEvent.Reason, Long> drains = new EnumMap<>(KtlsDrainEvent.Reason.class);
		for (KtlsDrainEvent.Reason reason : KtlsDrainEvent.Reason.values()) {
			drains.put(reason, statistics.getDrains(reason));
		}
		return drains;
	}

}
