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

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.linux.Errno;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link ReceiveKeys}.
 */
class ReceiveKeysTests {

	private static final int FD = 5;

	private static final CipherSuite SUITE = CipherSuite.TLS_AES_256_GCM_SHA384;

	private final FakeKernel kernel = new FakeKernel().adoptDescriptors();

	private final KtlsSocket socket = new KtlsSocket(this.kernel, FD);

	private TrafficSecret secret = new TrafficSecret(SUITE.hash(), new byte[48]);

	@BeforeEach
	void install() throws IOException {
		this.socket.attach();
		try (TrafficKeys keys = this.secret.deriveKeys(SUITE)) {
			this.socket.installReceive(SUITE, keys, 0);
		}
	}

	@Test
	void kernelFollowsEachKeyUpdate() throws Exception {
		ByteBuffer target = ByteBuffer.allocateDirect(100);
		try (ReceiveKeys keys = new ReceiveKeys(SUITE, this.secret.next())) {
			assertThat(keys.suite()).isEqualTo(SUITE);
			for (int i = 0; i < 5; i++) {
				arrive(0, ContentType.HANDSHAKE, new byte[] { 24, 0, 0, 1, 0 });
				assertThat(this.socket.receive(target)).isEqualTo(5);
				assertThat(this.socket.receive(target)).isEqualTo(KtlsSocket.KEY_EXPIRED);
				assertThat(keys.canUpdate()).isTrue();
				keys.update(this.socket);
				this.secret = this.secret.next();
			}
			arrive(0, ContentType.APPLICATION_DATA, new byte[33]);
			assertThat(this.socket.receive(target)).isEqualTo(33);
		}
	}

	@Test
	void whenKernelRefusesThereIsNoSecondTry() {
		TrafficSecret next = this.secret.next();
		ReceiveKeys keys = new ReceiveKeys(SUITE, next);
		this.kernel.refuse(Call.REKEY_RECEIVE, Errno.EBUSY);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> keys.update(this.socket));
		assertThat(keys.canUpdate()).isFalse();
		assertThat(next.isDestroyed()).isTrue();
		assertThatIllegalStateException().isThrownBy(() -> keys.update(this.socket));
	}

	@Test
	void whenClosedSecretIsWiped() {
		TrafficSecret next = this.secret.next();
		ReceiveKeys keys = new ReceiveKeys(SUITE, next);
		keys.close();
		keys.close();
		assertThat(next.isDestroyed()).isTrue();
		assertThat(keys.canUpdate()).isFalse();
	}

	private void arrive(long sequenceNumber, ContentType type, byte[] content) throws Exception {
		try (TrafficKeys keys = this.secret.deriveKeys(SUITE)) {
			this.kernel.arriveAt(FD, RecordProtection.protect(SUITE, keys, sequenceNumber, type, content));
		}
	}

}
