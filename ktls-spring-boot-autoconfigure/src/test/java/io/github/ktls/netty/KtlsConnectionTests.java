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

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsConnection.State;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KtlsConnection}.
 */
class KtlsConnectionTests {

	private final KtlsConnection connection = new KtlsConnection();

	@ParameterizedTest
	@EnumSource
	void onlyTheFinalStatesAreFinal(State state) {
		this.connection.transitionTo(state);
		assertThat(this.connection.isOffloaded()).isEqualTo(state == State.OFFLOADED);
		assertThat(this.connection.isBeingHandedOver()).isEqualTo(state == State.SWITCHING);
		assertThat(this.connection.isInUserSpaceForGood()).isEqualTo(state == State.USER_SPACE);
		assertThat(this.connection.fallback()).isNull();
	}

	@Test
	void whenNewItIsNotOffloaded() {
		assertThat(this.connection.isOffloaded()).isFalse();
		assertThat(this.connection.isInUserSpaceForGood()).isFalse();
	}

	@Test
	void whenItFallsBackItSaysWhy() {
		KtlsFallback fallback = KtlsFallback.of(KtlsFallbackReason.APPLICATION_PROTOCOL);
		this.connection.fallBack(fallback);
		assertThat(this.connection.isInUserSpaceForGood()).isTrue();
		assertThat(this.connection.fallback()).isEqualTo(fallback);
	}

	@Test
	void itIsFoundFromItsChannelAndFromStreams() {
		EmbeddedChannel channel = new EmbeddedChannel();
		EmbeddedChannel stream = stream(channel);
		assertThat(KtlsConnection.of(channel)).isNull();
		assertThat(KtlsConnection.of(stream)).isNull();
		this.connection.attachTo(channel);
		assertThat(KtlsConnection.of(channel)).isSameAs(this.connection);
		assertThat(KtlsConnection.of(stream)).isSameAs(this.connection);
		assertThat(KtlsConnection.of(new EmbeddedChannel())).isNull();
	}

	private static EmbeddedChannel stream(Channel parent) {
		return new EmbeddedChannel(parent, DefaultChannelId.newInstance(), true, false);
	}

}
