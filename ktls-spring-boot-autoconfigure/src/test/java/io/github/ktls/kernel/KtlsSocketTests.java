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
import java.nio.charset.StandardCharsets;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.linux.ControlBuffer;
import io.github.ktls.linux.ControlMessage;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

/**
 * Tests for {@link KtlsSocket}.
 */
class KtlsSocketTests {

	private static final int FD = 5;

	private static final CipherSuite SUITE = CipherSuite.TLS_AES_128_GCM_SHA256;

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
	void whenPushedThenNothingIsHeldBackAndNagleIsLeftAlone() throws IOException {
		SystemCalls calls = mock(SystemCalls.class);
		new KtlsSocket(calls, FD).push();
		ArgumentCaptor<ByteBuffer> value = ArgumentCaptor.forClass(ByteBuffer.class);
		verify(calls).setsockopt(eq(FD), eq(SocketConstants.SOL_TCP), eq(SocketConstants.TCP_CORK), value.capture(),
				eq("TCP_CORK"));
		assertThat(value.getValue().remaining()).isEqualTo(Integer.BYTES);
		assertThat(value.getValue().getInt()).isZero();
		verifyNoMoreInteractions(calls);
	}

	@Test
	void whenPushIsRefusedThenTheErrorIsKept() {
		this.kernel.refuse(Call.SET_OPTION, Errno.EPERM);
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(this.socket::push)
			.satisfies((ex) -> assertThat(ex.getCall()).isEqualTo("setsockopt(TCP_CORK)"));
	}

	@Test
	void isConnectedUntilReset() {
		assertThat(this.socket.isConnected()).isTrue();
		this.kernel.reset(FD);
		assertThat(this.socket.isConnected()).isFalse();
	}

	@Test
	void whenKernelDoesNotTellWhetherItIsConnectedThenItIs() throws IOException {
		SystemCalls calls = mock(SystemCalls.class);
		given(calls.getsockopt(anyInt(), anyInt(), anyInt(), any(), any()))
			.willThrow(new NativeIoException("getsockopt(TCP_INFO)", Errno.EPERM));
		KtlsSocket asking = new KtlsSocket(calls, FD);
		assertThat(asking.isConnected()).isTrue();
		assertThat(asking.isConnected()).isTrue();
		// It will not tell the next time either.
		verify(calls).getsockopt(anyInt(), anyInt(), anyInt(), any(), any());
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

	@ParameterizedTest
	@EnumSource
	void sequenceNumberIsThatOfTheNextRecord(CipherSuite suite) throws IOException {
		this.socket.attach();
		install(suite);
		assertThat(this.socket.transmitSequenceNumber(suite)).isEqualTo(42);
		this.kernel.sendmsg(FD, ByteBuffer.allocateDirect(20_000), null);
		assertThat(this.socket.transmitSequenceNumber(suite)).isEqualTo(44);
		assertKeyBuffersAreWiped();
	}

	@Test
	void whenSequenceNumberIsRefusedThenTheErrorIsKept() throws IOException {
		this.socket.attach();
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> this.socket.transmitSequenceNumber(CipherSuite.TLS_AES_128_GCM_SHA256))
			.satisfies((ex) -> assertThat(ex.getErrno()).isEqualTo(Errno.EBUSY));
	}

	@Test
	void whenSendingKeyIsReplacedThenNumbersStartAgain() throws Exception {
		this.socket.attach();
		install(SUITE);
		this.socket.rekeyTransmit(SUITE, otherKeys());
		assertThat(this.socket.transmitSequenceNumber(SUITE)).isZero();
		this.socket.sendRecord(ContentType.ALERT, ByteBuffer.allocateDirect(2));
		assertThat(RecordProtection.unprotect(SUITE, otherKeys(), 0, this.kernel.sentBy(FD)).type())
			.isEqualTo(ContentType.ALERT);
		assertKeyBuffersAreWiped();
	}

	@Test
	void whenKernelCannotReplaceKeysThenItKeepsTheOnesBefore() throws Exception {
		this.kernel.withoutRekey();
		this.socket.attach();
		install(SUITE);
		this.socket.installReceive(SUITE, keys(SUITE), 0);
		assertRefused(Errno.EBUSY, "setsockopt(TLS_TX)", () -> this.socket.rekeyTransmit(SUITE, otherKeys()));
		assertRefused(Errno.EBUSY, "setsockopt(TLS_RX)", () -> this.socket.rekeyReceive(SUITE, otherKeys()));
		assertThat(this.socket.transmitSequenceNumber(SUITE)).isEqualTo(42);
		arrive(keys(SUITE), 0, ContentType.APPLICATION_DATA, "as before");
		assertThat(receive(99)).isEqualTo("23 as before");
		assertKeyBuffersAreWiped();
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.ENOENT, Errno.EPERM, Errno.EBUSY, Errno.ENOMEM, Errno.EINVAL, Errno.ENOPROTOOPT })
	void whenReceivingKeyIsRefusedThenItIsWipedAndNotInstalled(int errno) throws IOException {
		this.kernel.refuse(Call.INSTALL_RECEIVE, errno);
		this.socket.attach();
		assertRefused(errno, "setsockopt(TLS_RX)", () -> this.socket.installReceive(SUITE, keys(SUITE), 0));
		assertThat(this.socket.isReceiveInstalled()).isFalse();
		assertKeyBuffersAreWiped();
	}

	@ParameterizedTest
	@EnumSource
	void whenReceivingKeyIsInstalledThenRecordsAreReceived(CipherSuite suite) throws Exception {
		this.socket.attach();
		assertThat(this.socket.isReceiveInstalled()).isFalse();
		TrafficKeys keys = keys(suite);
		this.socket.installReceive(suite, keys, 42);
		assertThat(keys.isDestroyed()).isFalse();
		assertThat(this.socket.isReceiveInstalled()).isTrue();
		assertThat(this.socket.isTransmitInstalled()).isFalse();
		assertThat(this.socket.contentType()).isZero();
		assertThat(receive(99)).isEqualTo("would block");
		this.kernel.arriveAt(FD, RecordProtection.protect(suite, keys, 42, ContentType.ALERT, new byte[] { 'o', 'k' }));
		assertThat(receive(99)).isEqualTo("21 ok");
		assertKeyBuffersAreWiped();
	}

	@Test
	void contentIsReceivedAtThePositionAndThePositionStays() throws Exception {
		receiving();
		arrive(keys(SUITE), 0, ContentType.APPLICATION_DATA, "abc");
		ByteBuffer target = ByteBuffer.allocateDirect(9).position(4).limit(6);
		assertThat(this.socket.receive(target)).isEqualTo(2);
		assertThat(target.position()).isEqualTo(4);
		assertThat(target.get(3)).isZero();
		assertThat(target.get(4)).isEqualTo((byte) 'a');
		assertThat(target.get(5)).isEqualTo((byte) 'b');
		assertThat(receive(9)).isEqualTo("23 c");
	}

	@Test
	void recordWithoutContentIsNotTheEndOfTheStream() throws Exception {
		receiving();
		arrive(keys(SUITE), 0, ContentType.ALERT, "");
		assertThat(receive(9)).isEqualTo("21 ");
		assertThat(receive(9)).isEqualTo("would block");
		this.kernel.closePeerOf(FD);
		assertThat(receive(9)).isEqualTo("end of stream");
		assertThat(this.socket.contentType()).isEqualTo(21);
	}

	@Test
	void whenRecordIsPeekedAtThenItIsStillThere() throws Exception {
		receiving();
		ByteBuffer target = ByteBuffer.allocateDirect(9);
		assertThat(this.socket.peek(target)).isEqualTo(KtlsSocket.WOULD_BLOCK);
		arrive(keys(SUITE), 0, ContentType.ALERT, "ab");
		assertThat(this.socket.peek(target)).isEqualTo(2);
		assertThat(this.socket.contentType()).isEqualTo(21);
		assertThat(target.get(1)).isEqualTo((byte) 'b');
		assertThat(receive(9)).isEqualTo("21 ab");
		this.kernel.closePeerOf(FD);
		assertThat(this.socket.peek(target)).isEqualTo(KtlsSocket.END_OF_STREAM);
	}

	@ParameterizedTest
	@CsvSource({ "74, BAD_RECORD_MAC", "90, RECORD_OVERFLOW", "22, PROTOCOL_VERSION" })
	void failureOfARecordHasItsAlert(int errno, AlertDescription alert) {
		assertThat(KtlsSocket.alert(new NativeIoException("recvmsg", errno))).contains(alert);
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.ECONNRESET, Errno.EIO, Errno.ENOTCONN, Errno.EPIPE, Errno.ENOMEM })
	void otherFailuresHaveNone(int errno) {
		assertThat(KtlsSocket.alert(new NativeIoException("recvmsg", errno))).isEmpty();
		assertThat(KtlsSocket.alert(new IOException("broken"))).isEmpty();
	}

	@Test
	void whenTargetHasNoRoomThenThatIsAMistake() throws IOException {
		receiving();
		assertThatIllegalArgumentException().isThrownBy(() -> this.socket.receive(ByteBuffer.allocateDirect(0)));
	}

	@Test
	void whenPeerChangesItsKeyThenItIsToldAndFollowed() throws Exception {
		receiving();
		arrive(keys(SUITE), 0, ContentType.HANDSHAKE, "\u0018\0\0\u0001\0");
		arrive(otherKeys(), 0, ContentType.APPLICATION_DATA, "next");
		assertThat(receive(9)).startsWith("22 ");
		assertThat(receive(9)).isEqualTo("key expired");
		this.socket.rekeyReceive(SUITE, otherKeys());
		assertThat(receive(9)).isEqualTo("23 next");
		assertKeyBuffersAreWiped();
	}

	@Test
	void whenRecordIsNotAuthenticThenAnAlertCanBeSent() throws Exception {
		receiving();
		install(SUITE);
		arrive(otherKeys(), 0, ContentType.APPLICATION_DATA, "forged");
		assertRefused(Errno.EBADMSG, "recvmsg", () -> receive(9));
		assertThat(this.socket.sendRecord(ContentType.ALERT, ByteBuffer.allocateDirect(2))).isTrue();
	}

	@Test
	void whenPendingErrorCannotBeTakenThenTheFirstErrorIsThrown() throws Exception {
		receiving();
		this.kernel.refuse(Call.GET_OPTION, Errno.EPERM);
		arrive(otherKeys(), 0, ContentType.APPLICATION_DATA, "forged");
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(() -> receive(9)).satisfies((ex) -> {
			assertThat(ex.getErrno()).isEqualTo(Errno.EBADMSG);
			assertThat(ex.getSuppressed()).hasSize(1);
		});
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.EMSGSIZE, Errno.EINVAL, Errno.EIO, Errno.ECONNRESET, Errno.ENOTCONN })
	void whenReceivingFailsThenTheErrorIsKept(int errno) throws IOException {
		receiving();
		this.kernel.refuse(Call.RECEIVE_RECORD, errno);
		assertRefused(errno, "recvmsg", () -> receive(9));
	}

	@Test
	void whenBytesHaveNoContentTypeThenTheyAreNotBelieved() throws IOException {
		this.socket.attach();
		this.kernel.arriveAt(FD, new byte[] { 1, 2, 3 });
		assertThatIOException().isThrownBy(() -> receive(9))
			.withMessage("recvmsg gave 3 bytes without their content type");
	}

	@ParameterizedTest
	@CsvSource({ "282, 2, true", "282, 1, false", "6, 2, false" })
	void whenControlMessageIsAnotherOneThenBytesAreNotBelieved(int level, int type, boolean truncated)
			throws IOException {
		SystemCalls odd = mock();
		given(odd.recvmsg(anyInt(), any(), anyInt(), any())).willAnswer((invocation) -> {
			ControlBuffer control = invocation.getArgument(3);
			control.store(new ControlMessage(level, type, (byte) 23), truncated);
			return 5;
		});
		assertThatIOException().isThrownBy(() -> new KtlsSocket(odd, FD).receive(ByteBuffer.allocateDirect(9)))
			.withMessageContaining("5 bytes");
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

	private void receiving() throws IOException {
		this.socket.attach();
		this.socket.installReceive(SUITE, keys(SUITE), 0);
	}

	private void arrive(TrafficKeys keys, long number, ContentType type, String content) throws Exception {
		this.kernel.arriveAt(FD,
				RecordProtection.protect(SUITE, keys, number, type, content.getBytes(StandardCharsets.US_ASCII)));
	}

	private String receive(int limit) throws IOException {
		ByteBuffer target = ByteBuffer.allocateDirect(limit);
		int received = this.socket.receive(target);
		return switch (received) {
			case KtlsSocket.WOULD_BLOCK -> "would block";
			case KtlsSocket.END_OF_STREAM -> "end of stream";
			case KtlsSocket.KEY_EXPIRED -> "key expired";
			default -> {
				byte[] content = new byte[received];
				target.get(content);
				yield this.socket.contentType() + " " + new String(content, StandardCharsets.US_ASCII);
			}
		};
	}

	private static TrafficKeys otherKeys() {
		TrafficKeys keys = keys(SUITE);
		keys.key()[0] = 3;
		return keys;
	}

	private static void assertRefused(int errno, String call, ThrowingCallable callable) {
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(callable).satisfies((ex) -> {
			assertThat(ex.getErrno()).isEqualTo(errno);
			assertThat(ex.getCall()).isEqualTo(call);
		});
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
