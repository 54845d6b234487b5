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
import java.util.ArrayDeque;
import java.util.Deque;

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

	private final SystemCalls calls = new JnaSystemCalls();

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

	private record Pair(int client, int server) {

	}

}
