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
 * Tests for {@link ControlBuffer}.
 */
class ControlBufferTests {

	private final ControlBuffer control = new ControlBuffer();

	@Test
	void whenNothingWasReceivedThenThereIsNoMessage() {
		assertThat(this.control.isPresent()).isFalse();
		assertThat(this.control.isTruncated()).isFalse();
	}

	@Test
	void storedMessageIsThereUntilTheNextOne() {
		this.control.store(new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_GET_RECORD_TYPE, (byte) 21),
				true);
		assertThat(this.control.isPresent()).isTrue();
		assertThat(this.control.isTruncated()).isTrue();
		assertThat(this.control.level()).isEqualTo(SocketConstants.SOL_TLS);
		assertThat(this.control.type()).isEqualTo(SocketConstants.TLS_GET_RECORD_TYPE);
		assertThat(this.control.value()).isEqualTo((byte) 21);
		this.control.store(new ControlMessage(-1, -2, (byte) -3), false);
		assertThat(this.control.isTruncated()).isFalse();
		assertThat(this.control.level()).isEqualTo(-1);
		assertThat(this.control.type()).isEqualTo(-2);
		assertThat(this.control.value()).isEqualTo((byte) -3);
		this.control.store(null, true);
		assertThat(this.control.isPresent()).isFalse();
		assertThat(this.control.isTruncated()).isTrue();
	}

	@Test
	void whenItIsClearedThenNothingIsLeft() {
		this.control.store(new ControlMessage(1, 2, (byte) 3), true);
		this.control.clear();
		assertThat(this.control.isPresent()).isFalse();
		assertThat(this.control.isTruncated()).isFalse();
	}

}
