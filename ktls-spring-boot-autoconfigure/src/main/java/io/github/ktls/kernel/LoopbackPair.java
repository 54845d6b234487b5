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
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.RecordHeader;

/**
 * Two connected sockets for a probe: the near one is to be given the kernel's TLS, the
 * far one is the peer that has none.
 */
final class LoopbackPair implements AutoCloseable {

	// Only keeps a kernel that sends nothing from blocking the start of the application.
	private static final long RECEIVE_TIMEOUT_SECONDS = 2;

	private static final int MAX_RECEIVED = 4096;

	private final SystemCalls systemCalls;

	private final Deque<Integer> descriptors = new ArrayDeque<>();

	private final ByteBuffer received = ByteBuffer.allocateDirect(MAX_RECEIVED);

	private int near;

	private int far;

	private LoopbackPair(SystemCalls systemCalls) {
		this.systemCalls = systemCalls;
	}

	static LoopbackPair open(SystemCalls systemCalls) throws IOException {
		LoopbackPair pair = new LoopbackPair(systemCalls);
		try {
			pair.connect();
			return pair;
		}
		catch (IOException | RuntimeException ex) {
			try (pair) {
				throw ex;
			}
		}
	}

	private void connect() throws IOException {
		int listener = socket();
		int port = this.systemCalls.listenOnLoopback(listener);
		this.near = socket();
		this.systemCalls.connectToLoopback(this.near, port);
		this.far = this.systemCalls.accept(listener);
		this.descriptors.push(this.far);
	}

	private int socket() throws IOException {
		int descriptor = this.systemCalls.socket(SocketConstants.AF_INET,
				SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC);
		this.descriptors.push(descriptor);
		return descriptor;
	}

	/**
	 * Return the socket that is to be given the kernel's TLS.
	 * @return its descriptor
	 */
	int near() {
		return this.near;
	}

	/**
	 * Send bytes through the near socket.
	 * @param bytes the bytes
	 * @throws IOException if that fails
	 */
	void send(byte[] bytes) throws IOException {
		send(this.near, bytes);
	}

	/**
	 * Send bytes from the far socket to the near one.
	 * @param bytes the bytes
	 * @throws IOException if that fails
	 */
	void sendToNear(byte[] bytes) throws IOException {
		send(this.far, bytes);
	}

	private void send(int fd, byte[] bytes) throws IOException {
		this.systemCalls.sendmsg(fd, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), null);
	}

	/**
	 * Read whole records at the far socket.
	 * @param count how many
	 * @return the records that are there, as many or more
	 * @throws IOException if there are not as many in time
	 */
	List<byte[]> receiveAtFar(int count) throws IOException {
		ByteBuffer timeval = ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
		timeval.putLong(0, RECEIVE_TIMEOUT_SECONDS);
		this.systemCalls.setsockopt(this.far, SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVTIMEO, timeval,
				"SO_RCVTIMEO");
		this.received.clear();
		List<byte[]> records = List.of();
		while (records.size() < count && this.received.hasRemaining()) {
			int length = this.systemCalls.recv(this.far, this.received);
			if (length <= 0) {
				throw new IOException("only %d of %d records arrived".formatted(records.size(), count));
			}
			this.received.position(this.received.position() + length);
			records = split(this.received.duplicate().flip());
		}
		return records;
	}

	private static List<byte[]> split(ByteBuffer bytes) {
		List<byte[]> records = new ArrayList<>();
		while (bytes.remaining() >= RecordHeader.LENGTH) {
			int length = RecordHeader.LENGTH + Short.toUnsignedInt(bytes.getShort(bytes.position() + 3));
			if (bytes.remaining() < length) {
				break;
			}
			byte[] record = new byte[length];
			bytes.get(record);
			records.add(record);
		}
		return records;
	}

	@Override
	public void close() throws IOException {
		IOException failure = null;
		for (int descriptor : this.descriptors) {
			try {
				this.systemCalls.close(descriptor);
			}
			catch (IOException ex) {
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
