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

package io.github.ktls.secrets;

import org.junit.jupiter.api.Test;

import io.github.ktls.tls.HashAlgorithm;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DirectionSecrets}.
 */
class DirectionSecretsTests {

	private final TrafficKeys keys = new TrafficKeys(new byte[] { 1 }, new byte[] { 2 });

	private final TrafficSecret next = new TrafficSecret(HashAlgorithm.SHA256, new byte[32]);

	private final DirectionSecrets direction = new DirectionSecrets(this.keys, this.next);

	@Test
	void whenClosedEverythingIsWiped() {
		assertThat(this.direction.keys()).isSameAs(this.keys);
		this.direction.close();
		assertThat(this.keys.isDestroyed()).isTrue();
		assertThat(this.next.isDestroyed()).isTrue();
		assertThat(this.direction.takeNext()).isNull();
		this.direction.close();
	}

	@Test
	void whenNextSecretIsTakenItOutlivesTheKeys() {
		assertThat(this.direction.takeNext()).isSameAs(this.next);
		assertThat(this.direction.takeNext()).isNull();
		this.direction.close();
		assertThat(this.keys.isDestroyed()).isTrue();
		assertThat(this.next.isDestroyed()).isFalse();
	}

	@Test
	void whenThereIsNoNextSecretThereAreKeys() {
		DirectionSecrets tls12 = new DirectionSecrets(this.keys, null);
		assertThat(tls12.keys()).isSameAs(this.keys);
		assertThat(tls12.takeNext()).isNull();
		tls12.close();
		assertThat(this.keys.isDestroyed()).isTrue();
	}

	@Test
	void textHoldsNothingOfTheSecrets() {
		assertThat(this.direction).hasToString("DirectionSecrets[TrafficKeys[redacted]]");
		this.direction.close();
		assertThat(this.direction).hasToString("DirectionSecrets[TrafficKeys[destroyed]]");
	}

}
