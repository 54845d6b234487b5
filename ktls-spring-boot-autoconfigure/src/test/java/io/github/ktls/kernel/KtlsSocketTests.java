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

package io.github.ktls.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link KtlsSocket}.
 */
class KtlsSocketTests {

	private static final int FD = 5;

	private final FakeKernel kernel = new FakeKernel().adoptDescriptors();

	private final KtlsSocket socket = new KtlsSocket(this.kernel, FD);

	@BeforeEach
	void nothingIsInstalled() {
		assertThat(this.socket.isTransmitInstalled()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.ENOENT, Errno.EPERM, Errno.EEXIST, Errno.ENOTCONN, Errno.ENOPROTOOPT })
	void whenAttachingIsRefusedThenTheErrorIsKept(int errno) {
		this.kernel.refuse(Call.ATTACH, errno);
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(this.socket::attach).satisfies((ex) -> {
			assertThat(ex.getErrno()).isEqualTo(errno);
			assertThat(ex.getCall()).isEqualTo("setsockopt(TCP_ULP)");
		});
		assertThat(this.socket.isTransmitInstalled()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.ENOENT, Errno.EPERM, Errno.EBUSY, Errno.ENOMEM, Errno.EINVAL, Errno.ENOPROTOOPT })
	void whenKeyIsRefusedThenItIsWipedAndNotInstalled(int errno) throws IOException {
		this.kernel.refuse(Call.INSTALL, errno);
		this.socket.attach();
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(() -> install(CipherSuite.TLS_AES_256_GCM_SHA384))
			.satisfies((ex) -> {
				assertThat(ex.getErrno()).isEqualTo(errno);
				assertThat(ex.getCall()).isEqualTo("setsockopt(TLS_TX)");
			});
		assertThat(this.socket.isTransmitInstalled()).isFalse();
		assertKeyBuffersAreWiped();
	}

	@Test
	void whenKeyIsRefusedButTakenThenThatIsSeen() throws IOException {
		this.kernel.pretend(Fault.REFUSES_AFTER_INSTALLATION).refuse(Call.INSTALL, Errno.ENOMEM);
		this.socket.attach();
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> install(CipherSuite.TLS_AES_128_GCM_SHA256));
		assertThat(this.socket.isTransmitInstalled()).isTrue();
		assertKeyBuffersAreWiped();
	}

	@Test
	void whenAttachedOnlyThenNoKeyIsInstalled() throws IOException {
		this.socket.attach();
		assertThat(this.socket.isTransmitInstalled()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void whenKeyIsInstalledThenRecordsAreProtectedWithIt(CipherSuite suite) throws Exception {
		this.socket.attach();
		install(suite);
		assertThat(this.socket.isTransmitInstalled()).isTrue();
		assertThat(this.socket.sendRecord(ContentType.ALERT, ByteBuffer.allocateDirect(2).put(0, (byte) 1))).isTrue();
		Plaintext plaintext = RecordProtection.unprotect(suite, keys(suite), 42, this.kernel.sentBy(FD));
		assertThat(plaintext.type()).isEqualTo(ContentType.ALERT);
		assertThat(plaintext.content()).containsExactly(1, 0);
		assertKeyBuffersAreWiped();
	}

	@Test
	void installingDoesNotDestroyTheKeys() throws IOException {
		CipherSuite suite = CipherSuite.TLS_AES_128_GCM_SHA256;
		TrafficKeys keys = keys(suite);
		this.socket.attach();
		this.socket.installTransmit(suite, keys, 0);
		assertThat(keys.isDestroyed()).isFalse();
	}

	@Test
	void whenSendingWouldBlockThenTheRecordWasNotTaken() throws IOException {
		SystemCalls full = mock();
		given(full.sendmsg(anyInt(), any(), any())).willReturn(SystemCalls.WOULD_BLOCK);
		assertThat(new KtlsSocket(full, FD).sendRecord(ContentType.ALERT, ByteBuffer.allocateDirect(2))).isFalse();
	}

	@Test
	void whenSendingFailsThenTheErrorIsKept() {
		this.kernel.refuse(Call.SEND_RECORD, Errno.EPIPE);
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> this.socket.sendRecord(ContentType.ALERT, ByteBuffer.allocateDirect(2)));
	}

	private void install(CipherSuite suite) throws IOException {
		this.socket.installTransmit(suite, keys(suite), 42);
	}

	private static TrafficKeys keys(CipherSuite suite) {
		byte[] key = new byte[suite.aead().keyLength()];
		byte[] iv = new byte[suite.aead().fixedIvLength(suite.version())];
		key[0] = 1;
		iv[0] = 2;
		return new TrafficKeys(key, iv);
	}

	private void assertKeyBuffersAreWiped() {
		assertThat(this.kernel.keyBuffers()).isNotEmpty().allSatisfy((buffer) -> {
			for (int i = 0; i < buffer.capacity(); i++) {
				assertThat(buffer.get(i)).isZero();
			}
		});
	}

}
