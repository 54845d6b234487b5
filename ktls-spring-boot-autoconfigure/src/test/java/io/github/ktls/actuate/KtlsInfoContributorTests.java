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
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.info.Info;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.server.KtlsStatus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link KtlsInfoContributor}.
 */
class KtlsInfoContributorTests {

	private static final String KERNEL = System.getProperty("os.name") + " " + System.getProperty("os.version");

	private final KtlsStatus status = mock(KtlsStatus.class);

	@Test
	void whenNotUsedThenItTellsWhy() {
		given(this.status.obstacle()).willReturn(new KtlsFallback(KtlsFallbackReason.MODULE_MISSING, "detail"));
		SystemCalls unable = new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT);
		assertThat(info(unable)).containsExactly(entry("used", false), entry("reason", "MODULE_MISSING"),
				entry("kernel", KERNEL), entry("ciphers", Map.of()));
	}

	@Test
	void whenUsedThenItTellsTheCiphers() {
		given(this.status.isUsed()).willReturn(true);
		List<String> all = List.of("AES_128_GCM", "AES_256_GCM", "CHACHA20_POLY1305");
		assertThat(info(new FakeKernel())).containsExactly(entry("used", true), entry("kernel", KERNEL),
				entry("ciphers", Map.of("TLSv1.2", all, "TLSv1.3", all)));
	}

	@SuppressWarnings("unchecked")
	private Map<String, Object> info(SystemCalls systemCalls) {
		Info.Builder builder = new Info.Builder();
		new KtlsInfoContributor(KtlsEnvironment.of(KernelTls.probe(systemCalls)),
				KernelTlsOptions.defaults().withStatus(this.status))
			.contribute(builder);
		return (Map<String, Object>) builder.build().getDetails().get("ktls");
	}

}
