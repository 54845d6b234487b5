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
import java.util.HexFormat;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.linux.ControlBuffer;
import io.github.ktls.linux.ControlMessage;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link FakeKernel}.
 */
class FakeKernelTests {

	private static final CipherSuite SUITE = CipherSuite.TLS_AES_128_GCM_SHA256;

	private final FakeKernel kernel = new FakeKernel();

	@Test
	void whenCallIsRefusedThenItFailsUntilItIsPermitted() throws IOException {
		this.kernel.refuse(Call.SOCKET, Errno.ENOMEM);
		assertFails(Errno.ENOMEM, () -> this.kernel.socket(2, 1));
		this.kernel.permit(Call.SOCKET);
		int fd = this.kernel.socket(2, 1);
		assertThat(this.kernel.openDescriptors()).containsExactly(fd);
		assertThat(this.kernel.calls()).containsExactly(Call.SOCKET, Call.SOCKET);
	}

	@Test
	void whenDescriptorIsClosedThenItIsBad() throws IOException {
		int fd = this.kernel.socket(2, 1);
		this.kernel.close(fd);
		assertFails(Errno.EBADF, () -> this.kernel.listenOnLoopback(fd));
		assertThat(this.kernel.openDescriptors()).isEmpty();
	}

	@Test
	void whenSocketIsNotConnectedThenTlsCannotBeAttached() throws IOException {
		int fd = this.kernel.socket(2, 1);
		assertFails(Errno.ENOTCONN, () -> attach(fd, "tls"));
	}

	@Test
	void whenNameIsUnknownThenNothingIsAttached() throws IOException {
		int fd = connect()[0];
		assertFails(Errno.ENOENT, () -> attach(fd, "nosuch"));
		attach(fd, "tls");
		assertFails(Errno.EEXIST, () -> attach(fd, "tls"));
	}

	@Test
	void whenNothingIsAttachedThenNoKeyIsTaken() throws IOException {
		int fd = connect()[0];
		assertFails(Errno.ENOPROTOOPT, () -> install(fd, info(0)));
		assertFails(Errno.ENOPROTOOPT, () -> describe(fd, 4));
	}

	@Test
	void whenKeyHasTheWrongLengthThenItIsNotTaken() throws IOException {
		int fd = connect()[0];
		attach(fd, "tls");
		assertFails(Errno.EINVAL, () -> install(fd, ByteBuffer.allocateDirect(41)));
		assertFails(Errno.EBUSY, () -> describe(fd, 4));
	}

	@Test
	void whenKernelIsOldThenNoOtherKeyIsTaken() throws IOException {
		this.kernel.withoutRekey();
		int fd = connect()[0];
		attach(fd, "tls");
		install(fd, info(0));
		assertFails(Errno.EBUSY, () -> install(fd, info(0)));
		assertThat(describe(fd, 4)).isEqualTo(4);
		assertThat(describe(fd, 40)).isEqualTo(40);
		assertFails(Errno.EINVAL, () -> describe(fd, 39));
		assertFails(Errno.EINVAL, () -> describe(fd, 3));
	}

	@Test
	void withoutKeyBytesArriveAsTheyAre() throws IOException {
		int[] pair = connect();
		attach(pair[0], "tls");
		assertThat(this.kernel.recv(pair[1], ByteBuffer.allocateDirect(9))).isEqualTo(SystemCalls.WOULD_BLOCK);
		assertThat(this.kernel.sendmsg(pair[0], direct("hello"), null)).isEqualTo(5);
		assertThat(receive(pair[1])).asString(StandardCharsets.US_ASCII).isEqualTo("hello");
		this.kernel.close(pair[0]);
		assertThat(this.kernel.recv(pair[1], ByteBuffer.allocateDirect(9))).isZero();
		assertFails(Errno.EPIPE, () -> this.kernel.sendmsg(pair[1], direct("hello"), null));
	}

	@Test
	void withKeyRecordsArrive() throws Exception {
		int[] pair = connect();
		attach(pair[0], "tls");
		install(pair[0], info(7));
		this.kernel.sendmsg(pair[0], direct("hello"), null);
		byte[] data = receive(pair[1]);
		this.kernel.sendmsg(pair[0], direct("!!"),
				new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_SET_RECORD_TYPE, (byte) 21));
		byte[] alert = receive(pair[1]);
		assertThat(RecordProtection.unprotect(SUITE, keys(), 7, data).content()).asString(StandardCharsets.US_ASCII)
			.isEqualTo("hello");
		assertThat(RecordProtection.unprotect(SUITE, keys(), 8, alert).type()).isEqualTo(ContentType.ALERT);
	}

	@Test
	void whenMoreFollowsThenRecordStaysOpenUntilItDoesOrAnotherTypeDoes() throws Exception {
		int[] pair = connect();
		attach(pair[0], "tls");
		install(pair[0], info(7));
		assertThat(this.kernel.send(pair[0], direct("one,"), SocketConstants.MSG_MORE)).isEqualTo(4);
		assertThat(this.kernel.recv(pair[1], ByteBuffer.allocateDirect(9))).isEqualTo(SystemCalls.WOULD_BLOCK);
		this.kernel.sendmsg(pair[0], direct("two"), null);
		assertThat(RecordProtection.unprotect(SUITE, keys(), 7, receive(pair[1])).content())
			.asString(StandardCharsets.US_ASCII)
			.isEqualTo("one,two");
		this.kernel.send(pair[0], direct("one"), SocketConstants.MSG_MORE);
		this.kernel.sendmsg(pair[0], direct("!!"),
				new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_SET_RECORD_TYPE, (byte) 21));
		assertThat(receive(pair[1])).hasSize(3 + 22 + 2 + 22);
	}

	@Test
	void whenKeyIsReplacedThenRecordsHaveTheNewOne() throws Exception {
		int[] pair = connect();
		attach(pair[0], "tls");
		install(pair[0], info(7));
		this.kernel.sendmsg(pair[0], direct("one"), null);
		receive(pair[1]);
		install(pair[0], info(0));
		this.kernel.sendmsg(pair[0], direct("two"), null);
		assertThat(RecordProtection.unprotect(SUITE, keys(), 0, receive(pair[1])).content())
			.asString(StandardCharsets.US_ASCII)
			.isEqualTo("two");
		assertFails(Errno.EINVAL, () -> install(pair[0], info(CipherSuite.TLS_AES_256_GCM_SHA384, 0)));
		assertThat(this.kernel.calls()).contains(Call.INSTALL, Call.REKEY);
	}

	@Test
	void whenVersionIs12ThenNoOtherKeyIsTaken() throws IOException {
		int fd = connect()[0];
		attach(fd, "tls");
		install(fd, info(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, 0));
		assertFails(Errno.EBUSY, () -> install(fd, info(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, 0)));
		installReceive(fd, info(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, 0));
		assertFails(Errno.EBUSY, () -> installReceive(fd, info(CipherSuite.TLS_RSA_WITH_AES_128_GCM_SHA256, 0)));
	}

	@Test
	void whenReceivingKeyIsThereThenRecordsAreDecrypted() throws Exception {
		int[] pair = connect();
		attach(pair[0], "tls");
		attach(pair[1], "tls");
		install(pair[0], info(7));
		installReceive(pair[1], info(7));
		assertThat(receiveMessage(pair[1], 9)).isNull();
		this.kernel.sendmsg(pair[0], direct("one"), null);
		this.kernel.sendmsg(pair[0], direct("two"), null);
		this.kernel.sendmsg(pair[0], direct("!!"),
				new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_SET_RECORD_TYPE, (byte) 21));
		assertThat(receiveMessage(pair[1], 4)).isEqualTo("23 onet");
		assertThat(receiveMessage(pair[1], 9)).isEqualTo("23 wo");
		assertThat(receiveMessage(pair[1], 1)).isEqualTo("21 !");
		assertThat(receiveMessage(pair[1], 9)).isEqualTo("21 !");
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.kernel.recv(pair[1], ByteBuffer.allocateDirect(1)));
		this.kernel.close(pair[0]);
		assertThat(receiveMessage(pair[1], 9)).isEqualTo("- ");
	}

	@Test
	void whenRecordsArePeekedAtThenTheyAreStillThere() throws Exception {
		receiving();
		arrive(0, ContentType.APPLICATION_DATA, "one");
		arrive(1, ContentType.APPLICATION_DATA, "two");
		arrive(2, ContentType.ALERT, "!!");
		assertThat(receiveMessage(5, 4, SocketConstants.MSG_PEEK)).isEqualTo("23 onet");
		assertThat(receiveMessage(5, 9, SocketConstants.MSG_PEEK)).isEqualTo("23 onetwo");
		assertThat(receiveMessage(5, 5)).isEqualTo("23 onetw");
		assertThat(receiveMessage(5, 9, SocketConstants.MSG_PEEK)).isEqualTo("23 o");
		assertThat(receiveMessage(5, 9)).isEqualTo("23 o");
		assertThat(receiveMessage(5, 9, SocketConstants.MSG_PEEK)).isEqualTo("21 !!");
		assertThat(receiveMessage(5, 9)).isEqualTo("21 !!");
		assertThat(receiveMessage(5, 9)).isNull();
	}

	@Test
	void whenRecordHasNoContentThenOnlyItsTypeIsTold() throws Exception {
		receiving();
		arrive(0, ContentType.APPLICATION_DATA, "");
		assertThat(receiveMessage(5, 9)).isNull();
		arrive(1, ContentType.APPLICATION_DATA, "");
		arrive(2, ContentType.ALERT, "");
		assertThat(receiveMessage(5, 9)).isEqualTo("23 ");
		assertThat(receiveMessage(5, 9)).isEqualTo("21 ");
		arrive(3, ContentType.APPLICATION_DATA, "");
		this.kernel.closePeerOf(5);
		assertThat(receiveMessage(5, 9)).isEqualTo("23 ");
		assertThat(receiveMessage(5, 9)).isEqualTo("- ");
	}

	@Test
	void whenPeerChangesItsKeyThenReceivingWaits() throws Exception {
		receiving();
		arrive(0, ContentType.HANDSHAKE, "\u0018\0\0\u0001\0");
		arrive(0, ContentType.APPLICATION_DATA, "next");
		assertThat(receiveMessage(5, 9)).startsWith("22 ");
		assertFails(Errno.EKEYEXPIRED, () -> receiveMessage(5, 9));
		installReceive(5, info(0));
		assertThat(receiveMessage(5, 9)).isEqualTo("23 next");
		assertThat(this.kernel.calls()).contains(Call.INSTALL_RECEIVE, Call.REKEY_RECEIVE, Call.RECEIVE_RECORD);
	}

	@Test
	void whenKernelIsOldThenReceivingDoesNotWait() throws Exception {
		this.kernel.withoutRekey();
		receiving();
		arrive(0, ContentType.HANDSHAKE, "\u0018\0\0\u0001\0");
		assertThat(receiveMessage(5, 9)).startsWith("22 ");
		assertThat(receiveMessage(5, 9)).isNull();
		assertFails(Errno.EBUSY, () -> installReceive(5, info(0)));
	}

	@Test
	void whenRecordIsNotAuthenticThenNothingCanBeSentUntilTheErrorIsTaken() throws Exception {
		receiving();
		arrive(1, ContentType.APPLICATION_DATA, "out of order");
		assertFails(Errno.EBADMSG, () -> receiveMessage(5, 9));
		assertFails(Errno.EBADMSG, () -> receiveMessage(5, 9));
		assertFails(Errno.EBADMSG, () -> this.kernel.sendmsg(5, direct("x"), null));
		assertThat(this.kernel.getsockopt(5, SocketConstants.SOL_SOCKET, SocketConstants.SO_ERROR,
				ByteBuffer.allocateDirect(4), "SO_ERROR"))
			.isEqualTo(4);
		assertThat(this.kernel.sendmsg(5, direct("x"), null)).isOne();
	}

	@ParameterizedTest
	@CsvSource({ "1703034012, 90", "170303000f, 74", "1703040020, 22" })
	void whenHeaderIsWrongThenReceivingFails(String header, int errno) throws Exception {
		receiving();
		this.kernel.arriveAt(5, HexFormat.of().parseHex(header));
		assertFails(errno, () -> receiveMessage(5, 9));
	}

	@Test
	void whenRecordIsCutOffThenTheStreamEnds() throws Exception {
		receiving();
		this.kernel.arriveAt(5, new byte[] { 23, 3, 3, 0, 40, 1, 2, 3 });
		assertThat(receiveMessage(5, 9)).isNull();
		this.kernel.closePeerOf(5);
		assertThat(receiveMessage(5, 9)).isEqualTo("- ");
	}

	@Test
	void whenKernelIsVeryOldThenItCannotReceive() throws IOException {
		this.kernel.withoutReceive().adoptDescriptors();
		attach(5, "tls");
		assertFails(Errno.ENOPROTOOPT, () -> installReceive(5, info(0)));
		assertFails(Errno.ENOPROTOOPT, () -> this.kernel.getsockopt(5, SocketConstants.SOL_TLS, SocketConstants.TLS_RX,
				ByteBuffer.allocateDirect(4), "TLS_RX"));
	}

	@Test
	void withoutKeyMessagesHaveNoType() throws IOException {
		this.kernel.adoptDescriptors().arriveAt(5, new byte[] { 'h', 'i' });
		assertThat(receiveMessage(5, 9)).isEqualTo("- hi");
		assertThat(receiveMessage(5, 9)).isNull();
	}

	@Test
	void whenContentIsLongThenItIsCutIntoRecords() throws Exception {
		int[] pair = connect();
		attach(pair[0], "tls");
		install(pair[0], info(0));
		this.kernel.sendmsg(pair[0], ByteBuffer.allocateDirect(16_385), null);
		assertThat(receive(pair[1])).hasSize(16_385 + 2 * 22).startsWith(23, 3, 3, 0x40, 17);
	}

	@Test
	void whenAdoptingThenAnyDescriptorIsConnected() throws IOException {
		this.kernel.adoptDescriptors();
		attach(5, "tls");
		this.kernel.sendmsg(5, direct("hello"), null);
		assertThat(this.kernel.sentBy(5)).asString(StandardCharsets.US_ASCII).isEqualTo("hello");
		assertFails(Errno.EBADF, () -> attach(-1, "tls"));
	}

	private int[] connect() throws IOException {
		int listener = this.kernel.socket(2, 1);
		int port = this.kernel.listenOnLoopback(listener);
		int client = this.kernel.socket(2, 1);
		this.kernel.connectToLoopback(client, port);
		return new int[] { client, this.kernel.accept(listener) };
	}

	private void attach(int fd, String name) throws IOException {
		this.kernel.setsockopt(fd, SocketConstants.SOL_TCP, SocketConstants.TCP_ULP, direct(name), "TCP_ULP");
	}

	private void install(int fd, ByteBuffer info) throws IOException {
		this.kernel.setsockopt(fd, SocketConstants.SOL_TLS, SocketConstants.TLS_TX, info, "TLS_TX");
	}

	private void receiving() throws IOException {
		this.kernel.adoptDescriptors();
		attach(5, "tls");
		installReceive(5, info(0));
	}

	private void arrive(long number, ContentType type, String content) throws Exception {
		this.kernel.arriveAt(5,
				RecordProtection.protect(SUITE, keys(), number, type, content.getBytes(StandardCharsets.US_ASCII)));
	}

	private @Nullable String receiveMessage(int fd, int limit) throws IOException {
		return receiveMessage(fd, limit, 0);
	}

	private @Nullable String receiveMessage(int fd, int limit, int flags) throws IOException {
		ControlBuffer control = new ControlBuffer();
		ByteBuffer target = ByteBuffer.allocateDirect(limit);
		int received = this.kernel.recvmsg(fd, target, flags, control);
		if (received == SystemCalls.WOULD_BLOCK) {
			return null;
		}
		byte[] content = new byte[received];
		target.get(content);
		return (control.isPresent() ? control.value() : "-") + " " + new String(content, StandardCharsets.US_ASCII);
	}

	private void installReceive(int fd, ByteBuffer info) throws IOException {
		this.kernel.setsockopt(fd, SocketConstants.SOL_TLS, SocketConstants.TLS_RX, info, "TLS_RX");
	}

	private int describe(int fd, int length) throws IOException {
		return this.kernel.getsockopt(fd, SocketConstants.SOL_TLS, SocketConstants.TLS_TX,
				ByteBuffer.allocateDirect(length), "TLS_TX");
	}

	private byte[] receive(int fd) throws IOException {
		ByteBuffer target = ByteBuffer.allocateDirect(1 << 16);
		byte[] received = new byte[this.kernel.recv(fd, target)];
		target.get(received);
		return received;
	}

	private static ByteBuffer info(long sequenceNumber) {
		return info(SUITE, sequenceNumber);
	}

	private static ByteBuffer info(CipherSuite suite, long sequenceNumber) {
		ByteBuffer info = ByteBuffer.allocateDirect(CryptoInfo.length(suite.aead()));
		CryptoInfo.write(info, suite, new TrafficKeys(new byte[suite.aead().keyLength()],
				new byte[suite.aead().fixedIvLength(suite.version())]), sequenceNumber);
		return info.flip();
	}

	private static TrafficKeys keys() {
		return new TrafficKeys(new byte[16], new byte[12]);
	}

	private static ByteBuffer direct(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
		return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
	}

	private static void assertFails(int errno, ThrowingCallable callable) {
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(callable)
			.satisfies((ex) -> assertThat(ex.getErrno()).isEqualTo(errno));
	}

}
