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

package io.github.ktls.linux;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NativeIoException}.
 */
class NativeIoExceptionTests {

	@Test
	void messageNamesTheCallAndTheError() {
		NativeIoException exception = new NativeIoException("setsockopt(TLS_TX)", Errno.EBUSY);
		assertThat(exception).hasMessage("setsockopt(TLS_TX) failed with EBUSY");
		assertThat(exception.getCall()).isEqualTo("setsockopt(TLS_TX)");
		assertThat(exception.getErrno()).isEqualTo(Errno.EBUSY);
	}

	@Test
	void whenErrorIsUnknownThenMessageHasItsNumber() {
		assertThat(new NativeIoException("connect", 111)).hasMessage("connect failed with errno 111");
	}

}
