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

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mockStatic;

/**
 * Tests for {@link NativeLibraries}.
 */
class NativeLibrariesTests {

	@Test
	void whenEverythingIsThereItIsNamed() {
		assertThat(NativeLibraries.detect()).isEqualTo(new NativeLibraries(null, null, "BoringSSL", true));
	}

	@Test
	void whenALibraryCannotBeLoadedTheFirstCauseIsTold() {
		Throwable cause = new IllegalArgumentException("outer", new UnsatisfiedLinkError("noexec"));
		try (MockedStatic<Epoll> epoll = mockStatic(Epoll.class);
				MockedStatic<OpenSsl> tls = mockStatic(OpenSsl.class)) {
			epoll.when(Epoll::unavailabilityCause).thenReturn(cause);
			tls.when(OpenSsl::unavailabilityCause).thenReturn(cause);
			assertThat(NativeLibraries.detect()).isEqualTo(new NativeLibraries("java.lang.UnsatisfiedLinkError: noexec",
					"java.lang.UnsatisfiedLinkError: noexec", "", false));
		}
	}

	@Test
	void whenNotEvenTheClassesAreThereThatIsTold() {
		Error missing = new NoClassDefFoundError("io/netty/X");
		try (MockedStatic<Epoll> epoll = mockStatic(Epoll.class);
				MockedStatic<OpenSsl> tls = mockStatic(OpenSsl.class)) {
			epoll.when(Epoll::isAvailable).thenThrow(missing);
			tls.when(OpenSsl::isAvailable).thenThrow(missing);
			assertThat(NativeLibraries.detect())
				.isEqualTo(new NativeLibraries("java.lang.NoClassDefFoundError: io/netty/X",
						"java.lang.NoClassDefFoundError: io/netty/X", "", false));
		}
	}

	@Test
	void whenThereIsNoCauseThatIsTold() {
		try (MockedStatic<Epoll> epoll = mockStatic(Epoll.class)) {
			epoll.when(Epoll::isAvailable).thenReturn(false);
			assertThat(NativeLibraries.detect().epollFailure()).isEqualTo("unknown");
		}
	}

}
