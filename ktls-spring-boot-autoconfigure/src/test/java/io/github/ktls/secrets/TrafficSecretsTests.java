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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TrafficSecrets}.
 */
class TrafficSecretsTests {

	private final TrafficSecrets secrets = new TrafficSecrets();

	private final byte[] server = { 1, 2, 3 };

	private final byte[] client = { 4, 5, 6 };

	@ParameterizedTest
	@EnumSource
	void whenTakenSecretIsTheCallersAndCanBeHadOnce(Side side) {
		assertThat(this.secrets.has(side)).isFalse();
		assertThat(this.secrets.take(side)).isNull();
		this.secrets.put(side, this.server);
		assertThat(this.secrets.has(side)).isTrue();
		assertThat(this.secrets.take(side)).isSameAs(this.server);
		assertThat(this.secrets.has(side)).isFalse();
		assertThat(this.secrets.take(side)).isNull();
		this.secrets.close();
		assertThat(this.server).containsExactly(1, 2, 3);
	}

	@Test
	void whenClosedWhatIsLeftIsWiped() {
		this.secrets.put(Side.SERVER, this.server);
		this.secrets.put(Side.CLIENT, this.client);
		assertThat(this.secrets.take(Side.SERVER)).isSameAs(this.server);
		this.secrets.close();
		assertThat(this.client).containsOnly(0);
		assertThat(this.server).containsExactly(1, 2, 3);
		assertThat(this.secrets.take(Side.CLIENT)).isNull();
	}

	@Test
	void whenPutAgainFirstOneIsWiped() {
		this.secrets.put(Side.CLIENT, this.client);
		this.secrets.put(Side.CLIENT, this.server);
		assertThat(this.client).containsOnly(0);
		assertThat(this.secrets.take(Side.CLIENT)).isSameAs(this.server).containsExactly(1, 2, 3);
	}

	@Test
	void textNamesSidesAndNothingOfTheSecrets() {
		this.secrets.put(Side.SERVER, this.server);
		assertThat(this.secrets).hasToString("TrafficSecrets[SERVER]");
	}

}
