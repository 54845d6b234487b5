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

package io.github.ktls.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.stream.IntStream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link JnaSystemCalls} with the running kernel, which needs no TLS for them.
 */
@EnabledOnOs(OS.LINUX)
class JnaSystemCallsTests {

	/** No process has that many descriptors. */
	private static final int NO_DESCRIPTOR = Integer.MAX_VALUE;

	private static final int ECONNREFUSED = 111;

	/** Has the bytes left told with each receive: {@code include/uapi/linux/tcp.h}. */
	private static final int TCP_INQ = 36;

	/** Has the time told with each receive, in 16 bytes. */
	private static final int SO_TIMESTAMP = 29;

	private final SystemCalls calls = new JnaSystemCalls();

	private final ControlBuffer control = new ControlBuffer();

	private final Deque<Integer> descriptors = new ArrayDeque<>();

	@AfterEach
	void closeDescriptors() throws IOException {
		for (int fd : this.descriptors) {
			this.calls.close(fd);
		}
	}

	@Test
	void whenDescriptorIsNotOpenThenEveryCallFailsWithBadDescriptor() {
		ByteBuffer buffer = direct("x");
		assertFails(Errno.EBADF, "bind", () -> this.calls.listenOnLoopback(NO_DESCRIPTOR));
		assertFails(Errno.EBADF, "connect", () -> this.calls.connectToLoopback(NO_DESCRIPTOR, 1));
		assertFails(Errno.EBADF, "accept4", () -> this.calls.accept(NO_DESCRIPTOR));
		assertFails(Errno.EBADF, "setsockopt(TCP_ULP)", () -> this.calls.setsockopt(NO_DESCRIPTOR,
				SocketConstants.SOL_TCP, SocketConstants.TCP_ULP, buffer, "TCP_ULP"));
		assertFails(Errno.EBADF, "getsockopt(TLS_TX)", () -> this.calls.getsockopt(NO_DESCRIPTOR,
				SocketConstants.SOL_TLS, SocketConstants.TLS_TX, buffer, "TLS_TX"));
		assertFails(Errno.EBADF, "sendmsg", () -> this.calls.sendmsg(NO_DESCRIPTOR, buffer, null));
		assertFails(Errno.EBADF, "recv", () -> this.calls.recv(NO_DESCRIPTOR, buffer));
		assertFails(Errno.EBADF, "recvmsg", () -> this.calls.recvmsg(NO_DESCRIPTOR, buffer, 0, this.control));
		assertFails(Errno.EBADF, "close", () -> this.calls.close(NO_DESCRIPTOR));
	}

	@Test
	void whenDescriptorIsNegativeThenTheErrorIsNotMistakenForAResult() {
		assertFails(Errno.EBADF, "recv", () -> this.calls.recv(-1, direct("x")));
	}

	@Test
	void whenAddressFamilyIsUnknownThenSocketFails() {
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> this.calls.socket(12345, SocketConstants.SOCK_STREAM))
			.satisfies((ex) -> assertThat(ex.getCall()).isEqualTo("socket"));
	}

	@Test
	void whenUpperLayerProtocolIsUnknownThenNoEntry() throws IOException {
		Pair pair = pair();
		assertFails(Errno.ENOENT, "setsockopt(TCP_ULP)", () -> this.calls.setsockopt(pair.client(),
				SocketConstants.SOL_TCP, SocketConstants.TCP_ULP, direct("nosuch"), "TCP_ULP"));
	}

	@Test
	void whenNobodyListensThenConnectFails() throws IOException {
		int listener = socket();
		int port = this.calls.listenOnLoopback(listener);
		this.descriptors.remove(listener);
		this.calls.close(listener);
		assertFails(ECONNREFUSED, "connect", () -> this.calls.connectToLoopback(socket(), port));
	}

	@Test
	void whenSocketIsNotConnectedThenSendingFailsWithoutASignal() throws IOException {
		int socket = socket();
		assertFails(Errno.EPIPE, "sendmsg", () -> this.calls.sendmsg(socket, direct("x"), null));
		assertFails(Errno.EPIPE, "send", () -> this.calls.send(socket, direct("x"), 0));
	}

	@Test
	void bytesThatAreSentAreReceived() throws IOException {
		Pair pair = pair();
		ByteBuffer payload = direct("..hello..").position(2).limit(7);
		assertThat(this.calls.sendmsg(pair.client(), payload, null)).isEqualTo(5);
		assertThat(payload.position()).isEqualTo(2);
		ByteBuffer target = ByteBuffer.allocateDirect(9).position(1).limit(8);
		assertThat(this.calls.recv(pair.server(), target)).isEqualTo(5);
		assertThat(target.position()).isEqualTo(1);
		byte[] received = new byte[9];
		target.clear().get(received);
		assertThat(new String(received, StandardCharsets.US_ASCII)).isEqualTo("\0hello\0\0\0");
	}

	@Test
	void bytesThatMoreFollowsAreSentWithIt() throws IOException {
		Pair pair = pair();
		ByteBuffer payload = direct("..hel..").position(2).limit(5);
		assertThat(this.calls.send(pair.client(), payload, SocketConstants.MSG_MORE)).isEqualTo(3);
		assertThat(payload.position()).isEqualTo(2);
		assertThat(this.calls.send(pair.client(), direct("lo"), 0)).isEqualTo(2);
		ByteBuffer target = ByteBuffer.allocateDirect(9);
		assertThat(this.calls.recv(pair.server(), target)).isEqualTo(5);
		byte[] received = new byte[5];
		target.get(received);
		assertThat(new String(received, StandardCharsets.US_ASCII)).isEqualTo("hello");
	}

	@Test
	void whenThereIsNoRoomThenSendingWouldBlock() throws IOException {
		Pair pair = pair();
		ByteBuffer payload = direct("x".repeat(1 << 16));
		while (this.calls.send(pair.client(), payload, 0) != SystemCalls.WOULD_BLOCK) {
			// There still is.
		}
		assertThat(this.calls.send(pair.client(), payload, SocketConstants.MSG_MORE))
			.isEqualTo(SystemCalls.WOULD_BLOCK);
	}

	@Test
	void controlMessageReachesTheKernel() throws IOException {
		Pair pair = pair();
		// Of its own level the kernel knows every type, so it refuses one that is none.
		ControlMessage unknown = new ControlMessage(SocketConstants.SOL_SOCKET, 12345, (byte) 0);
		assertFails(Errno.EINVAL, "sendmsg", () -> this.calls.sendmsg(pair.client(), direct("x"), unknown));
	}

	@Test
	void whenTimeLimitPassesThenReceiveWouldBlock() throws IOException {
		Pair pair = pair();
		this.calls.setsockopt(pair.server(), SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVTIMEO,
				timeval(0, 10_000), "SO_RCVTIMEO");
		assertThat(this.calls.recv(pair.server(), ByteBuffer.allocateDirect(1))).isEqualTo(SystemCalls.WOULD_BLOCK);
	}

	@Test
	void whenPeerHasClosedThenReceiveReturnsZero() throws IOException {
		Pair pair = pair();
		this.descriptors.remove(pair.client());
		this.calls.close(pair.client());
		assertThat(this.calls.recv(pair.server(), ByteBuffer.allocateDirect(1))).isZero();
	}

	@Test
	void messageIsReceivedWhereItBelongs() throws IOException {
		Pair pair = pair();
		this.calls.sendmsg(pair.client(), direct("hello"), null);
		ByteBuffer target = ByteBuffer.allocateDirect(9).position(1).limit(4);
		assertThat(this.calls.recvmsg(pair.server(), target, 0, this.control)).isEqualTo(3);
		assertThat(target.position()).isEqualTo(1);
		assertThat(target.limit()).isEqualTo(4);
		byte[] received = new byte[9];
		target.clear().get(received);
		assertThat(new String(received, StandardCharsets.US_ASCII)).isEqualTo("\0hel\0\0\0\0\0");
		assertThat(this.control.isPresent()).isFalse();
		assertThat(this.control.isTruncated()).isFalse();
	}

	@Test
	void whenNothingIsThereThenMessageWouldBlockWithoutATimeLimit() throws IOException {
		assertThat(this.calls.recvmsg(pair().server(), ByteBuffer.allocateDirect(1), 0, this.control))
			.isEqualTo(SystemCalls.WOULD_BLOCK);
	}

	@Test
	void whenPeerHasClosedThenMessageIsEmpty() throws IOException {
		Pair pair = pair();
		this.descriptors.remove(pair.client());
		this.calls.close(pair.client());
		assertThat(this.calls.recvmsg(pair.server(), ByteBuffer.allocateDirect(1), 0, this.control)).isZero();
		assertThat(this.control.isPresent()).isFalse();
	}

	@Test
	void controlMessageOfTheKernelIsTold() throws IOException {
		Pair pair = pair();
		this.calls.setsockopt(pair.server(), SocketConstants.SOL_TCP, TCP_INQ, integer(1), "TCP_INQ");
		this.calls.sendmsg(pair.client(), direct("hello"), null);
		ByteBuffer target = ByteBuffer.allocateDirect(2);
		for (int left = 3; left >= 0; left -= 2) {
			assertThat(this.calls.recvmsg(pair.server(), target, 0, this.control)).isEqualTo(2);
			assertThat(this.control.isPresent()).isTrue();
			assertThat(this.control.level()).isEqualTo(SocketConstants.SOL_TCP);
			assertThat(this.control.type()).isEqualTo(TCP_INQ);
			assertThat(this.control.value()).isEqualTo((byte) left);
			assertThat(this.control.isTruncated()).isFalse();
		}
		assertThat(this.calls.recvmsg(pair.server(), target, 0, this.control)).isOne();
		assertThat(this.calls.recvmsg(pair.server(), target, 0, this.control)).isEqualTo(SystemCalls.WOULD_BLOCK);
		assertThat(this.control.isPresent()).isFalse();
	}

	@Test
	void whenCallFailsThenThereIsNoControlMessage() {
		this.control.store(new ControlMessage(1, 2, (byte) 3), true);
		assertFails(Errno.EBADF, "recvmsg",
				() -> this.calls.recvmsg(NO_DESCRIPTOR, ByteBuffer.allocateDirect(1), 0, this.control));
		assertThat(this.control.isPresent()).isFalse();
		assertThat(this.control.isTruncated()).isFalse();
	}

	@Test
	void whenControlMessageDoesNotFitThenThatIsTold() throws IOException {
		Pair pair = pair();
		this.calls.setsockopt(pair.server(), SocketConstants.SOL_SOCKET, SO_TIMESTAMP, integer(1), "SO_TIMESTAMP");
		// It takes a moment until the kernel keeps the time of what arrives.
		long start = System.nanoTime();
		while (!this.control.isTruncated() && System.nanoTime() - start < Duration.ofSeconds(30).toNanos()) {
			this.calls.sendmsg(pair.client(), direct("x"), null);
			this.calls.recvmsg(pair.server(), ByteBuffer.allocateDirect(9), 0, this.control);
		}
		assertThat(this.control.isTruncated()).isTrue();
	}

	@Test
	void whenMessageIsPeekedAtThenItIsStillThere() throws IOException {
		Pair pair = pair();
		this.calls.sendmsg(pair.client(), direct("hello"), null);
		ByteBuffer target = ByteBuffer.allocateDirect(9);
		for (int flags : new int[] { SocketConstants.MSG_PEEK, SocketConstants.MSG_PEEK, 0 }) {
			assertThat(this.calls.recvmsg(pair.server(), target, flags, this.control)).isEqualTo(5);
		}
		assertThat(this.calls.recvmsg(pair.server(), target, SocketConstants.MSG_PEEK, this.control))
			.isEqualTo(SystemCalls.WOULD_BLOCK);
	}

	@Test
	void whenPeerDoesNotReadThenSendingWouldBlock() throws IOException {
		Pair pair = pair();
		ByteBuffer payload = ByteBuffer.allocateDirect(1 << 20);
		int sent = 0;
		for (int i = 0; i < 1000 && sent != SystemCalls.WOULD_BLOCK; i++) {
			sent = this.calls.sendmsg(pair.client(), payload, null);
		}
		assertThat(sent).isEqualTo(SystemCalls.WOULD_BLOCK);
	}

	@Test
	void socketOptionIsReadAsItWasWritten() throws IOException {
		int socket = socket();
		this.calls.setsockopt(socket, SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVTIMEO, timeval(3, 0),
				"SO_RCVTIMEO");
		ByteBuffer value = ByteBuffer.allocateDirect(20).order(ByteOrder.nativeOrder()).position(4);
		int length = this.calls.getsockopt(socket, SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVTIMEO, value,
				"SO_RCVTIMEO");
		assertThat(length).isEqualTo(16);
		assertThat(value.position()).isEqualTo(4);
		assertThat(value.getLong(4)).isEqualTo(3);
		assertThat(value.getLong(12)).isZero();
	}

	@Test
	void addressesOfBothEndsAreTold() throws IOException {
		Pair pair = pair();
		SockAddrIn client = address(pair.client(), this.calls::getsockname);
		SockAddrIn peer = address(pair.server(), this.calls::getpeername);
		assertThat(client.family()).isEqualTo(SocketConstants.AF_INET);
		assertThat(client.address()).containsExactly(127, 0, 0, 1);
		assertThat(client.port()).isPositive().isEqualTo(peer.port());
		assertThat(address(pair.client(), this.calls::getpeername).port())
			.isEqualTo(address(pair.server(), this.calls::getsockname).port());
	}

	@Test
	void whenSocketIsNotConnectedItHasNoPeer() throws IOException {
		int socket = socket();
		assertFails(Errno.ENOTCONN, "getpeername",
				() -> this.calls.getpeername(socket, ByteBuffer.allocateDirect(SockAddrIn.SIZE)));
		assertFails(Errno.EBADF, "getsockname",
				() -> this.calls.getsockname(NO_DESCRIPTOR, ByteBuffer.allocateDirect(SockAddrIn.SIZE)));
	}

	@Test
	void whenInterfaceIsNotThereEthtoolSaysSo() throws IOException {
		int socket = socket();
		ByteBuffer command = ByteBuffer.allocateDirect(EthtoolSsetInfo.SIZE).order(ByteOrder.nativeOrder());
		EthtoolSsetInfo.write(command, EthtoolConstants.ETH_SS_FEATURES);
		assertFails(Errno.ENODEV, "ioctl(ETHTOOL_GSSET_INFO)",
				() -> this.calls.ethtool(socket, "no-such", command, "ETHTOOL_GSSET_INFO"));
		assertFails(Errno.EBADF, "ioctl(ETHTOOL_GSSET_INFO)",
				() -> this.calls.ethtool(NO_DESCRIPTOR, "lo", command, "ETHTOOL_GSSET_INFO"));
	}

	@Test
	void featuresOfTheLoopbackInterfaceHaveNames() throws IOException {
		int socket = socket();
		ByteBuffer command = ByteBuffer.allocateDirect(EthtoolSsetInfo.SIZE).order(ByteOrder.nativeOrder());
		EthtoolSsetInfo.write(command, EthtoolConstants.ETH_SS_FEATURES);
		assertThat(this.calls.ethtool(socket, "lo", command, "ETHTOOL_GSSET_INFO")).isZero();
		int count = EthtoolSsetInfo.count(command, EthtoolConstants.ETH_SS_FEATURES);
		ByteBuffer strings = ByteBuffer.allocateDirect(EthtoolGstrings.size(count)).order(ByteOrder.nativeOrder());
		EthtoolGstrings.write(strings, EthtoolConstants.ETH_SS_FEATURES, count);
		this.calls.ethtool(socket, "lo", strings, "ETHTOOL_GSTRINGS");
		assertThat(EthtoolGstrings.count(strings)).isEqualTo(count);
		assertThat(IntStream.range(0, count).mapToObj((i) -> EthtoolGstrings.string(strings, i)))
			.contains("tls-hw-tx-offload", "tls-hw-rx-offload");
	}

	@Test
	void fileOfTheKernelIsReadToItsEnd() throws IOException {
		assertThat(this.calls.readFile("/proc/self/stat")).endsWith("\n").contains("(");
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> this.calls.readFile("/proc/no-such"));
	}

	private static SockAddrIn address(int fd, AddressCall call) throws IOException {
		ByteBuffer address = ByteBuffer.allocateDirect(SockAddrIn.SIZE).order(ByteOrder.nativeOrder());
		call.tell(fd, address);
		return Objects.requireNonNull(SockAddrIn.read(address));
	}

	private Pair pair() throws IOException {
		int listener = socket();
		int port = this.calls.listenOnLoopback(listener);
		assertThat(port).isBetween(1, 65535);
		int client = socket();
		this.calls.connectToLoopback(client, port);
		int server = this.calls.accept(listener);
		this.descriptors.push(server);
		return new Pair(client, server);
	}

	private int socket() throws IOException {
		int socket = this.calls.socket(SocketConstants.AF_INET,
				SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC);
		this.descriptors.push(socket);
		return socket;
	}

	private static ByteBuffer integer(int value) {
		return ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).flip();
	}

	private static ByteBuffer timeval(long seconds, long microseconds) {
		return ByteBuffer.allocateDirect(16)
			.order(ByteOrder.nativeOrder())
			.putLong(seconds)
			.putLong(microseconds)
			.flip();
	}

	private static ByteBuffer direct(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
		return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
	}

	private static void assertFails(int errno, String call, ThrowingCallable callable) {
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(callable).satisfies((ex) -> {
			assertThat(ex.getErrno()).isEqualTo(errno);
			assertThat(ex.getCall()).isEqualTo(call);
		});
	}

	/**
	 * Tells an address.
	 */
	private interface AddressCall {

		void tell(int fd, ByteBuffer address) throws IOException;

	}

	private record Pair(int client, int server) {

	}

}
