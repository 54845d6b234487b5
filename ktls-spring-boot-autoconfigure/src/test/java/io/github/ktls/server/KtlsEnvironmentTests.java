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

package io.github.ktls.server;

import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import org.junit.jupiter.api.Test;
import org.mockito.MockedStatic;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.linux.Errno;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockStatic;

/**
 * Tests for {@link KtlsEnvironment}.
 */
class KtlsEnvironmentTests {

	private final KernelTls able = KernelTls.probe(new FakeKernel());

	private final KernelTls unable = KernelTls.probe(new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT));

	@Test
	void whenEverythingIsThereNothingIsInTheWay() {
		KtlsEnvironment environment = KtlsEnvironment.of(this.able);
		assertThat(environment.kernel()).isSameAs(this.able);
		assertThat(environment.unavailability()).isNull();
		assertThat(environment.isForeign()).isFalse();
	}

	@Test
	void whenKernelCannotItsReasonIsGiven() {
		KtlsEnvironment environment = KtlsEnvironment.of(this.unable);
		assertThat(environment.unavailability()).isEqualTo(this.unable.unavailabilityCause());
		assertThat(environment.isForeign()).isFalse();
	}

	@Test
	void whenEpollIsMissingThatComesFirst() {
		try (MockedStatic<Epoll> epoll = mockStatic(Epoll.class)) {
			epoll.when(Epoll::unavailabilityCause).thenReturn(new UnsatisfiedLinkError("no epoll"));
			assertThat(KtlsEnvironment.of(this.able).unavailability()).isEqualTo(
					new KtlsFallback(KtlsFallbackReason.EPOLL_UNAVAILABLE, "java.lang.UnsatisfiedLinkError: no epoll"));
			assertThat(KtlsEnvironment.of(this.unable).unavailability()).isNotNull()
				.extracting(KtlsFallback::reason)
				.isEqualTo(KtlsFallbackReason.EPOLL_UNAVAILABLE);
		}
	}

	@Test
	void whenTcnativeIsMissingThatIsTheReason() {
		try (MockedStatic<OpenSsl> openSsl = mockStatic(OpenSsl.class)) {
			openSsl.when(OpenSsl::isAvailable).thenReturn(false);
			assertThat(KtlsEnvironment.of(this.able).unavailability())
				.isEqualTo(KtlsFallback.of(KtlsFallbackReason.TCNATIVE_UNAVAILABLE));
		}
	}

	@Test
	void whenSystemIsNotLinuxThatIsTheReasonWhateverElseIsMissing() {
		KtlsFallback notLinux = new KtlsFallback(KtlsFallbackReason.NOT_LINUX, "Plan 9");
		KernelTls kernel = mock();
		given(kernel.unavailabilityCause()).willReturn(notLinux);
		try (MockedStatic<Epoll> epoll = mockStatic(Epoll.class)) {
			KtlsEnvironment environment = KtlsEnvironment.of(kernel);
			assertThat(environment.unavailability()).isEqualTo(notLinux);
			assertThat(environment.isForeign()).isTrue();
			epoll.verifyNoInteractions();
		}
	}

}
