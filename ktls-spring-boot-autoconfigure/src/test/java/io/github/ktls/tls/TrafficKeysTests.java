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

package io.github.ktls.tls;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TrafficKeys}.
 */
class TrafficKeysTests {

	private final TrafficKeys keys = new TrafficKeys(Hex.sequence(1, 16), Hex.sequence(101, 12));

	@Test
	void destroyedKeysAreZero() {
		byte[] key = this.keys.key();
		byte[] iv = this.keys.iv();
		this.keys.destroy();
		assertThat(this.keys.isDestroyed()).isTrue();
		assertThat(key).containsOnly(0);
		assertThat(iv).containsOnly(0);
	}

	@Test
	void destroyedKeysAreUnusable() {
		this.keys.destroy();
		assertThatIllegalStateException().isThrownBy(this.keys::key);
		assertThatIllegalStateException().isThrownBy(this.keys::iv);
	}

	@Test
	void canBeDestroyedTwice() {
		this.keys.destroy();
		this.keys.destroy();
		assertThat(this.keys.isDestroyed()).isTrue();
	}

	@Test
	void closeDestroys() {
		byte[] key = this.keys.key();
		try (TrafficKeys closed = this.keys) {
			assertThat(closed.isDestroyed()).isFalse();
		}
		assertThat(this.keys.isDestroyed()).isTrue();
		assertThat(key).containsOnly(0);
	}

	@Test
	void handsOutTheArraysItWasGiven() {
		byte[] key = Hex.sequence(1, 16);
		byte[] iv = Hex.sequence(101, 12);
		TrafficKeys owner = new TrafficKeys(key, iv);
		assertThat(owner.key()).isSameAs(key);
		assertThat(owner.iv()).isSameAs(iv);
	}

	@Test
	void toStringDoesNotDependOnTheBytes() {
		assertThat(this.keys).hasToString("TrafficKeys[redacted]");
		assertThat(new TrafficKeys(new byte[32], new byte[4])).hasToString("TrafficKeys[redacted]");
		this.keys.destroy();
		assertThat(this.keys).hasToString("TrafficKeys[destroyed]");
	}

	@Test
	void equalityDoesNotTellWhetherTwoKeysAreTheSame() {
		assertThat(this.keys).isNotEqualTo(new TrafficKeys(Hex.sequence(1, 16), Hex.sequence(101, 12)));
	}

}
