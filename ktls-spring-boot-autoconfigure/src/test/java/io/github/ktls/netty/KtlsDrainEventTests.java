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

import io.github.ktls.netty.KtlsDrainEvent.Reason;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KtlsDrainEvent}.
 */
class KtlsDrainEventTests {

	@Test
	void itIsClaimedOnceSomebodyClaimsIt() {
		KtlsDrainEvent event = new KtlsDrainEvent(Reason.RECORD_LIMIT, true);
		assertThat(event.reason()).isEqualTo(Reason.RECORD_LIMIT);
		assertThat(event.isInputEnded()).isTrue();
		assertThat(event.isClaimed()).isFalse();
		event.claim();
		assertThat(event.isClaimed()).isTrue();
		assertThat(event).hasToString("KtlsDrainEvent[RECORD_LIMIT]");
	}

}
