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

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.kernel.FakeReceive.Received;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;

/**
 * A socket of the {@link FakeKernel}.
 */
final class FakeSocket {

	private final ByteArrayOutputStream inbound = new ByteArrayOutputStream();

	private final ByteArrayOutputStream openRecord = new ByteArrayOutputStream();

	private final Queue<FakeSocket> accepted = new ArrayDeque<>();

	private @Nullable FakeSocket peer;

	private int port;

	private boolean closed;

	private boolean attached;

	private @Nullable FakeTransmit transmit;

	private @Nullable FakeReceive receive;

	private int error;

	static FakeSocket connected() {
		FakeSocket socket = new FakeSocket();
		socket.connectTo(new FakeSocket());
		return socket;
	}

	private void connectTo(FakeSocket other) {
		this.peer = other;
		other.peer = this;
	}

	int listenOn(int port) {
		this.port = port;
		return port;
	}

	boolean isListeningOn(int port) {
		return this.port == port;
	}

	void accept(FakeSocket client) {
		FakeSocket server = new FakeSocket();
		server.connectTo(client);
		this.accepted.add(server);
	}

	FakeSocket nextAccepted() throws NativeIoException {
		FakeSocket next = this.accepted.poll();
		if (next == null) {
			throw new NativeIoException("accept4", Errno.EAGAIN);
		}
		return next;
	}

	void attach(byte[] name, String call) throws NativeIoException {
		if (this.attached) {
			throw new NativeIoException(call, Errno.EEXIST);
		}
		if (!new String(name, StandardCharsets.US_ASCII).equals("tls")) {
			throw new NativeIoException(call, Errno.ENOENT);
		}
		if (this.peer == null) {
			throw new NativeIoException(call, Errno.ENOTCONN);
		}
		this.attached = true;
	}

	boolean hasTransmit() {
		return this.transmit != null;
	}

	boolean hasReceive() {
		return this.receive != null;
	}

	// do_tls_setsockopt_conf, net/tls/tls_main.c
	void installTransmit(byte[] info, boolean rekeys, String call) throws NativeIoException {
		FakeCryptoInfo next = parse(info, (this.transmit != null) ? this.transmit.info() : null, rekeys, call);
		this.transmit = new FakeTransmit(next);
	}

	void installReceive(byte[] info, boolean rekeys, String call) throws NativeIoException {
		FakeCryptoInfo next = parse(info, (this.receive != null) ? this.receive.info() : null, rekeys, call);
		if (this.receive != null) {
			this.receive.rekey(next);
		}
		else {
			this.receive = new FakeReceive(next, rekeys);
		}
	}

	private FakeCryptoInfo parse(byte[] info, @Nullable FakeCryptoInfo current, boolean rekeys, String call)
			throws NativeIoException {
		if (!this.attached) {
			throw new NativeIoException(call, Errno.ENOPROTOOPT);
		}
		FakeCryptoInfo next = FakeCryptoInfo.parse(info, call);
		if (current == null) {
			return next;
		}
		if (!rekeys || current.suite().version() != ProtocolVersion.TLS_1_3) {
			throw new NativeIoException(call, Errno.EBUSY);
		}
		if (!current.isSameCipher(next)) {
			throw new NativeIoException(call, Errno.EINVAL);
		}
		return next;
	}

	byte[] transmitInfo(int length, Fault fault, String call) throws NativeIoException {
		return info((this.transmit != null) ? this.transmit.describe(fault) : null, length, call);
	}

	byte[] receiveInfo(int length, String call) throws NativeIoException {
		return info((this.receive != null) ? this.receive.describe() : null, length, call);
	}

	// do_tls_getsockopt_conf, net/tls/tls_main.c
	private byte[] info(byte @Nullable [] info, int length, String call) throws NativeIoException {
		if (!this.attached) {
			throw new NativeIoException(call, Errno.ENOPROTOOPT);
		}
		if (length < FakeCryptoInfo.HEADER_LENGTH) {
			throw new NativeIoException(call, Errno.EINVAL);
		}
		if (info == null) {
			throw new NativeIoException(call, Errno.EBUSY);
		}
		if (length != FakeCryptoInfo.HEADER_LENGTH && length != info.length) {
			throw new NativeIoException(call, Errno.EINVAL);
		}
		return Arrays.copyOf(info, length);
	}

	// tls_sw_sendmsg, tls_handle_open_record, net/tls/tls_sw.c and tls.h
	void send(ContentType type, byte[] content, Fault fault) throws NativeIoException {
		byte[] open = this.openRecord.toByteArray();
		this.openRecord.reset();
		if (open.length > 0 && type == ContentType.APPLICATION_DATA) {
			sendRecords(type, ByteBuffer.allocate(open.length + content.length).put(open).put(content).array(), fault);
			return;
		}
		if (open.length > 0) {
			sendRecords(ContentType.APPLICATION_DATA, open, fault);
		}
		sendRecords(type, content, fault);
	}

	void sendMore(byte[] content, Fault fault) throws NativeIoException {
		if (this.openRecord.size() + content.length >= RecordHeader.MAX_CONTENT_LENGTH) {
			send(ContentType.APPLICATION_DATA, content, fault);
		}
		else {
			this.openRecord.writeBytes(content);
		}
	}

	private void sendRecords(ContentType type, byte[] content, Fault fault) throws NativeIoException {
		if (this.peer == null || this.peer.closed) {
			throw new NativeIoException("sendmsg", Errno.EPIPE);
		}
		if (this.error != 0) {
			throw new NativeIoException("sendmsg", this.error);
		}
		byte[] wire = (this.transmit != null) ? this.transmit.protect(type, content, fault) : content;
		this.peer.inbound.writeBytes(wire);
	}

	byte[] receive(int limit) {
		byte[] all = this.inbound.toByteArray();
		byte[] received = Arrays.copyOf(all, Math.min(all.length, limit));
		this.inbound.reset();
		this.inbound.write(all, received.length, all.length - received.length);
		return received;
	}

	@Nullable Received receiveMessage(int limit, boolean peek, Fault fault) throws NativeIoException {
		boolean peerClosed = (this.peer != null && this.peer.closed);
		if (this.receive != null) {
			try {
				return this.receive.receive(this.inbound, peerClosed, limit, peek, fault);
			}
			catch (NativeIoException ex) {
				// tls_err_abort, net/tls/tls_sw.c
				this.error = (ex.getErrno() == Errno.EBADMSG) ? ex.getErrno() : 0;
				throw ex;
			}
		}
		byte[] bytes = receive(limit);
		return (bytes.length == 0 && !peerClosed) ? null : new Received(bytes, null);
	}

	boolean isAtEnd() {
		return this.inbound.size() == 0 && this.peer != null && this.peer.closed;
	}

	void arrive(byte[] bytes) {
		this.inbound.writeBytes(bytes);
	}

	void setError(int errno) {
		this.error = errno;
	}

	int takeError() {
		int taken = this.error;
		this.error = 0;
		return taken;
	}

	void closePeer() {
		if (this.peer != null) {
			this.peer.closed = true;
		}
	}

	byte[] sent() {
		return (this.peer != null) ? this.peer.inbound.toByteArray() : new byte[0];
	}

	void close() {
		this.closed = true;
	}

}
