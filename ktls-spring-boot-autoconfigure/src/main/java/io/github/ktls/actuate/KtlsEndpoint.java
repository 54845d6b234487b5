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

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

import io.github.ktls.resource.FileResources;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;

/**
 * {@link Endpoint @Endpoint} that shows whether and how kernel TLS is used, and steers
 * which new connections are handed over. Unless access to it is configured, it can be
 * read only. Operations block.
 */
@Endpoint(id = "ktls", defaultAccess = Access.READ_ONLY)
public class KtlsEndpoint {

	/** What is listed one by one. */
	private static final String CONNECTIONS = "connections";

	private final KtlsEnvironment environment;

	private final KernelTlsOptions options;

	private final FileResources files;

	private final Supplier<List<NetworkInterfaceDescriptor>> networkInterfaces;

	/**
	 * Create a new instance.
	 * @param environment what the machine and the class path offer
	 * @param options how the server uses kernel TLS
	 * @param files opens the files that the server sends
	 */
	public KtlsEndpoint(KtlsEnvironment environment, KernelTlsOptions options, FileResources files) {
		this(environment, options, files, () -> NetworkInterfaceDescriptor.listOf(environment.kernel()));
	}

	KtlsEndpoint(KtlsEnvironment environment, KernelTlsOptions options, FileResources files,
			Supplier<List<NetworkInterfaceDescriptor>> networkInterfaces) {
		this.environment = environment;
		this.options = options;
		this.files = files;
		this.networkInterfaces = networkInterfaces;
	}

	/**
	 * Show everything but the connections themselves.
	 * @return the description
	 */
	@ReadOperation
	KtlsDescriptor ktls() {
		return KtlsDescriptor.of(this.environment, this.options, this.files, this.networkInterfaces.get());
	}

	/**
	 * List what there is more than one of.
	 * @param section {@code connections}, the connections that are offloaded now
	 * @param after the id that the list begins behind, 0 by default
	 * @param limit the number of connections at most, from 1 to 1000, 100 by default
	 * @return the list, or {@code null} for another section
	 */
	@ReadOperation
	@Nullable ConnectionsDescriptor list(@Selector String section, @Nullable Long after, @Nullable Integer limit) {
		return section.equals(CONNECTIONS)
				? ConnectionsDescriptor.page(this.options.statistics().connections(), after, limit) : null;
	}

	/**
	 * Change which new connections are handed over.
	 * @param handovers {@code stop} to hand none over, {@code resume} to do so again
	 * @param percentage how many of a hundred are handed over, from 0 to 100
	 * @return what holds now
	 */
	@WriteOperation
	RolloutDescriptor steer(@Nullable String handovers, @Nullable Integer percentage) {
		RolloutChange.of(handovers, percentage).applyTo(this.options.rollout());
		return RolloutDescriptor.of(this.options.rollout());
	}

}
