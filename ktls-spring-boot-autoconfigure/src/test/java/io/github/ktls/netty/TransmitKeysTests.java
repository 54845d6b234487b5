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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.linux.Errno;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.TrafficSecret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link TransmitKeys}.
 */
class TransmitKeysTests {

	private static final CipherSuite SUITE = CipherSuite.TLS_AES_128_GCM_SHA256;

	private final List<Call> callsWhenSent = new ArrayList<>();

	private OffloadedChannel channel;

	private TransmitKeys keys;

	@BeforeEach
	void install() throws IOException {
		this.channel = new OffloadedChannel(SUITE, 0, null, true);
		this.keys = this.channel.transmitKeys(true);
	}

	@ParameterizedTest
	@EnumSource(names = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256" })
	void eachKeyUpdateIsSentUnderTheKeyThatItReplaces(CipherSuite suite) throws Exception {
		OffloadedChannel connection = new OffloadedChannel(suite, 2, null, true);
		try (TransmitKeys generations = connection.transmitKeys(true)) {
			assertThat(generations.suite()).isEqualTo(suite);
			for (int i = 0; i < 5; i++) {
				assertThat(generations.canUpdate()).isTrue();
				assertThat(generations.update(connection.socket, this::sent)).isTrue();
			}
		}
		List<OffloadedChannel.Received> received = connection.received();
		assertThat(received).hasSize(5).allSatisfy((record) -> {
			assertThat(record.type()).isEqualTo(ContentType.HANDSHAKE);
			assertThat(record.content()).containsExactly(24, 0, 0, 1, 0);
		});
		assertThat(received).extracting(OffloadedChannel.Received::generation).containsExactly(0, 1, 2, 3, 4);
		assertThat(received).extracting(OffloadedChannel.Received::sequenceNumber).containsExactly(2L, 0L, 0L, 0L, 0L);
		assertThat(connection.kernel.keyBuffers()).hasSize(6)
			.allSatisfy((buffer) -> assertThat(buffer.duplicate().clear().mismatch(ByteBuffer.allocate(100)))
				.isEqualTo(buffer.capacity()));
	}

	@Test
	void whenSocketIsFullNothingIsChanged() throws Exception {
		this.channel.setFull(true);
		assertThat(this.keys.update(this.channel.socket, this::sent)).isFalse();
		assertThat(this.channel.kernel.calls()).containsExactly(Call.SEND_RECORD);
		assertThat(this.callsWhenSent).isEmpty();
		this.channel.setFull(false);
		assertThat(this.keys.update(this.channel.socket, this::sent)).isTrue();
		assertThat(this.channel.received()).hasSize(1);
		// With the record sent, and the key not replaced yet.
		assertThat(this.callsWhenSent).containsExactly(Call.SEND_RECORD, Call.SEND_RECORD);
	}

	@Test
	void whenRecordCannotBeSentNoKeyIsReplaced() {
		this.channel.kernel.refuse(Call.SEND_RECORD, Errno.EPIPE);
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> this.keys.update(this.channel.socket, this::sent));
		assertThat(this.channel.kernel.calls()).doesNotContain(Call.REKEY);
	}

	@Test
	void whenKernelRefusesThereIsNoSecondTry() {
		TrafficSecret next = new TrafficSecret(SUITE.hash(), new byte[32]);
		TransmitKeys once = new TransmitKeys(SUITE, next);
		this.channel.kernel.refuse(Call.REKEY, Errno.EBUSY);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> once.update(this.channel.socket, this::sent));
		assertThat(once.canUpdate()).isFalse();
		assertThat(next.isDestroyed()).isTrue();
		assertThatIllegalStateException().isThrownBy(() -> once.update(this.channel.socket, this::sent));
	}

	@Test
	void whenClosedSecretIsWiped() {
		TrafficSecret next = new TrafficSecret(SUITE.hash(), new byte[32]);
		TransmitKeys closed = new TransmitKeys(SUITE, next);
		closed.close();
		closed.close();
		assertThat(next.isDestroyed()).isTrue();
		assertThat(closed.canUpdate()).isFalse();
	}

	private void sent() {
		this.callsWhenSent.addAll(this.channel.kernel.calls());
	}

}
