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

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;

import io.github.ktls.kernel.CipherSupport;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;

/**
 * {@link InfoContributor} that tells whether kernel TLS is used, and of which kernel.
 */
public class KtlsInfoContributor implements InfoContributor {

	private final KtlsEnvironment environment;

	private final KernelTlsOptions options;

	/**
	 * Create a new instance.
	 * @param environment what the machine and the class path offer
	 * @param options how the server uses kernel TLS
	 */
	public KtlsInfoContributor(KtlsEnvironment environment, KernelTlsOptions options) {
		this.environment = environment;
		this.options = options;
	}

	@Override
	public void contribute(Info.Builder builder) {
		Map<String, Object> info = new LinkedHashMap<>();
		info.put("used", this.options.status().isUsed());
		KtlsFallback obstacle = this.options.status().obstacle();
		if (obstacle != null) {
			info.put("reason", obstacle.reason().name());
		}
		info.put("kernel", this.environment.kernel().release());
		info.put("ciphers", ciphers());
		builder.withDetail("ktls", info);
	}

	private Map<String, List<String>> ciphers() {
		return this.environment.kernel()
			.capabilities()
			.list()
			.stream()
			.filter((support) -> support.transmit() == null)
			.collect(Collectors.groupingBy((support) -> support.version().jsseName(), LinkedHashMap::new,
					Collectors.mapping(KtlsInfoContributor::name, Collectors.toUnmodifiableList())));
	}

	private static String name(CipherSupport support) {
		return support.cipher().name();
	}

}
