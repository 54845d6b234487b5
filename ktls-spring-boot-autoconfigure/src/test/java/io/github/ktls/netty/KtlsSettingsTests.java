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

package io.github.ktls.netty;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link KtlsSettings}.
 */
class KtlsSettingsTests {

	@Test
	void limitsAreAllowed() {
		KtlsSettings settings = new KtlsSettings(Activation.ON_HANDSHAKE, 0, 1);
		assertThat(settings.activationThreshold()).isZero();
		assertThat(settings.fallbackChunkSize()).isOne();
	}

	@Test
	void unlessSaidOtherwiseOnlySendingIsHandedOverAndKeysLiveAsLongAsTheirCipherAllows() {
		KtlsSettings settings = new KtlsSettings(Activation.ON_HANDSHAKE, 2, 1);
		assertThat(settings)
			.isEqualTo(new KtlsSettings(Activation.ON_HANDSHAKE, 2, 1, false, Long.MAX_VALUE, 1000, false));
	}

	@Test
	void eachChangeLeavesTheRestAsItIs() {
		KtlsSettings settings = new KtlsSettings(Activation.ON_HANDSHAKE, 2, 1, true, 3, 4, false);
		assertThat(settings.withReceive(false))
			.isEqualTo(new KtlsSettings(Activation.ON_HANDSHAKE, 2, 1, false, 3, 4, false));
		assertThat(settings.withRecordLimit(1))
			.isEqualTo(new KtlsSettings(Activation.ON_HANDSHAKE, 2, 1, true, 1, 4, false));
		assertThat(settings.withMaxKeyUpdatesPerSecond(1))
			.isEqualTo(new KtlsSettings(Activation.ON_HANDSHAKE, 2, 1, true, 3, 1, false));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, Integer.MIN_VALUE })
	void whenALimitIsNotPositiveItIsRejected(int limit) {
		KtlsSettings settings = new KtlsSettings(Activation.ON_HANDSHAKE, 0, 1);
		assertThatIllegalArgumentException().isThrownBy(() -> settings.withRecordLimit(limit))
			.withMessageContaining("'recordLimit'");
		assertThatIllegalArgumentException().isThrownBy(() -> settings.withMaxKeyUpdatesPerSecond(limit))
			.withMessageContaining("'maxKeyUpdatesPerSecond'");
	}

	@Test
	void whenThresholdIsNegativeItIsRejected() {
		assertThatIllegalArgumentException().isThrownBy(() -> new KtlsSettings(Activation.ON_FIRST_FILE, -1, 1))
			.withMessageContaining("'activationThreshold'");
	}

	@Test
	void whenChunkSizeIsNotPositiveItIsRejected() {
		assertThatIllegalArgumentException().isThrownBy(() -> new KtlsSettings(Activation.ON_FIRST_FILE, 0, 0))
			.withMessageContaining("'fallbackChunkSize'");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new KtlsSettings(Activation.ON_FIRST_FILE, 0, Integer.MIN_VALUE));
	}

}
