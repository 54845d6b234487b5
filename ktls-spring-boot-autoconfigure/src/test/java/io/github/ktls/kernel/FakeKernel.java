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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.FakeReceive.Received;
import io.github.ktls.linux.ControlBuffer;
import io.github.ktls.linux.ControlMessage;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.NetlinkConstants;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.ContentType;

/**
 * A kernel in memory: its sockets are connected by byte arrays, those that have a sending
 * key really encrypt, and those that have a receiving key really decrypt. It can be told
 * to refuse calls and to get them wrong.
 */
public final class FakeKernel implements SystemCalls {

	private final Map<Integer, FakeSocket> sockets = new TreeMap<>();

	private final Map<Call, Integer> refusals = new EnumMap<>(Call.class);

	private final Map<Call, Error> failures = new EnumMap<>(Call.class);

	private final List<ByteBuffer> keyBuffers = new ArrayList<>();

	private final List<Call> calls = new ArrayList<>();

	private final Set<Integer> missingCiphers = new HashSet<>();

	private Fault fault = Fault.NONE;

	private final Set<Integer> full = new HashSet<>();

	private final Set<Integer> reset = new HashSet<>();

	private boolean adopting;

	private @Nullable SystemCalls real;

	private boolean rekeys = true;

	private boolean receives = true;

	private FakeNetwork network = new FakeNetwork().forbidNetlink(Errno.EAFNOSUPPORT);

	private int nextDescriptor = 1000;

	private int nextPort = 40000;

	/**
	 * Have every further call of a kind fail.
	 * @param call the kind
	 * @param errno the error number
	 * @return this kernel
	 */
	public synchronized FakeKernel refuse(Call call, int errno) {
		this.refusals.put(call, errno);
		return this;
	}

	/**
	 * Have every further call of a kind not even get to the kernel.
	 * @param call the kind
	 * @param failure what is thrown instead
	 */
	public synchronized void fail(Call call, Error failure) {
		this.failures.put(call, failure);
	}

	/**
	 * Leave an error at a socket, as the kernel does when it finds one while nobody asks.
	 * @param fd the socket
	 * @param errno the error number
	 */
	public synchronized void setError(int fd, int errno) {
		FakeSocket socket = this.sockets.get(fd);
		if (socket != null) {
			socket.setError(errno);
		}
	}

	/**
	 * Let calls of a kind pass again.
	 * @param call the kind
	 */
	public synchronized void permit(Call call) {
		this.refusals.remove(call);
	}

	/**
	 * Have records come out wrong.
	 * @param fault how
	 * @return this kernel
	 */
	public synchronized FakeKernel pretend(Fault fault) {
		this.fault = fault;
		return this;
	}

	/**
	 * Have network interfaces. Without them there are none, and nobody may ask.
	 * @param network the interfaces
	 * @return this kernel
	 */
	public synchronized FakeKernel with(FakeNetwork network) {
		this.network = network;
		return this;
	}

	/**
	 * Leave a cipher out.
	 * @param type its number in {@code include/uapi/linux/tls.h}
	 * @return this kernel
	 */
	public synchronized FakeKernel withoutCipher(int type) {
		this.missingCiphers.add(type);
		return this;
	}

	/**
	 * Be a kernel before 6.14: it has no way to replace a key and takes no notice of a
	 * {@code KeyUpdate}.
	 * @return this kernel
	 */
	public synchronized FakeKernel withoutRekey() {
		this.rekeys = false;
		return this;
	}

	/**
	 * Be a kernel before 4.17: it has no {@code TLS_RX}.
	 * @return this kernel
	 */
	public synchronized FakeKernel withoutReceive() {
		this.receives = false;
		return this;
	}

	/**
	 * Take every descriptor that is not known for a connected socket's, so that channels
	 * of the real kernel can be used with this one. What they write goes past it.
	 * @return this kernel
	 */
	public synchronized FakeKernel adoptDescriptors() {
		this.adopting = true;
		return this;
	}

	/**
	 * Pass data on to the real kernel, which has those that are adopted, too: what it is
	 * sent there keeps its place among what channels write.
	 * @param systemCalls the real kernel's
	 * @return this kernel
	 */
	public synchronized FakeKernel leaveDataTo(SystemCalls systemCalls) {
		this.real = systemCalls;
		return this;
	}

	/**
	 * Return the descriptors that are open.
	 * @return the descriptors
	 */
	public synchronized List<Integer> openDescriptors() {
		return List.copyOf(this.sockets.keySet());
	}

	/**
	 * Return the buffers that keys came in, or were given away in. They are not copies.
	 * @return the buffers
	 */
	public synchronized List<ByteBuffer> keyBuffers() {
		return List.copyOf(this.keyBuffers);
	}

	/**
	 * Return the calls made so far.
	 * @return the calls in their order, those that failed included
	 */
	public synchronized List<Call> calls() {
		return List.copyOf(this.calls);
	}

	/**
	 * Forget the calls made so far.
	 */
	public synchronized void forgetCalls() {
		this.calls.clear();
	}

	@Override
	public synchronized int socket(int domain, int type, int protocol) throws IOException {
		if (domain == NetlinkConstants.AF_NETLINK) {
			int fd = this.nextDescriptor++;
			this.network.open(fd, protocol);
			return fd;
		}
		begin(Call.SOCKET, "socket");
		return add(new FakeSocket());
	}

	@Override
	public synchronized void getsockname(int fd, ByteBuffer address) throws IOException {
		find(fd, "getsockname");
		this.network.localAddress(fd, address);
	}

	@Override
	public synchronized void getpeername(int fd, ByteBuffer address) throws IOException {
		find(fd, "getpeername");
		this.network.peerAddress(fd, address);
	}

	@Override
	public synchronized int ethtool(int fd, String interfaceName, ByteBuffer command, String name) throws IOException {
		find(fd, "ioctl");
		return this.network.ethtool(interfaceName, command, "ioctl(" + name + ")");
	}

	@Override
	public synchronized String readFile(String path) throws IOException {
		return this.network.readFile(path);
	}

	@Override
	public synchronized int listenOnLoopback(int fd) throws IOException {
		begin(Call.LISTEN, "listen");
		return find(fd, "listen").listenOn(this.nextPort++);
	}

	@Override
	public synchronized void connectToLoopback(int fd, int port) throws IOException {
		begin(Call.CONNECT, "connect");
		FakeSocket client = find(fd, "connect");
		FakeSocket listener = this.sockets.values()
			.stream()
			.filter((socket) -> socket.isListeningOn(port))
			.findFirst()
			.orElseThrow(() -> new NativeIoException("connect", 111));
		listener.accept(client);
	}

	@Override
	public synchronized int accept(int fd) throws IOException {
		begin(Call.ACCEPT, "accept4");
		FakeSocket listener = find(fd, "accept4");
		return add(listener.nextAccepted());
	}

	@Override
	public synchronized void setsockopt(int fd, int level, int option, ByteBuffer value, String name)
			throws IOException {
		String call = "setsockopt(" + name + ")";
		if (level == SocketConstants.SOL_TCP && option == SocketConstants.TCP_ULP) {
			begin(Call.ATTACH, call);
			find(fd, call).attach(bytes(value), call);
		}
		else if (level == SocketConstants.SOL_TLS && option == SocketConstants.TLS_TX) {
			this.keyBuffers.add(value);
			installTransmit(find(fd, call), value, call);
			this.network.transmitInstalled(fd);
		}
		else if (level == SocketConstants.SOL_TLS && option == SocketConstants.TLS_RX) {
			this.keyBuffers.add(value);
			installReceive(find(fd, call), value, call);
			this.network.receiveInstalled(fd);
		}
		else {
			begin(Call.SET_OPTION, call);
			find(fd, call);
		}
	}

	private void installTransmit(FakeSocket socket, ByteBuffer value, String call) throws IOException {
		Call kind = socket.hasTransmit() ? Call.REKEY : Call.INSTALL;
		if (this.fault == Fault.REFUSES_AFTER_INSTALLATION) {
			socket.installTransmit(bytes(value), this.rekeys, call);
			begin(kind, call);
			return;
		}
		begin(kind, call);
		checkCipher(value, call);
		if (this.fault != Fault.DROPS_KEY && !(kind == Call.REKEY && this.fault == Fault.REKEYS_TO_THE_SAME_KEY)) {
			socket.installTransmit(bytes(value), this.rekeys, call);
		}
	}

	private void installReceive(FakeSocket socket, ByteBuffer value, String call) throws IOException {
		Call kind = socket.hasReceive() ? Call.REKEY_RECEIVE : Call.INSTALL_RECEIVE;
		begin(kind, call);
		if (!this.receives) {
			throw new NativeIoException(call, Errno.ENOPROTOOPT);
		}
		checkCipher(value, call);
		if (this.fault != Fault.RECEIVES_WITHOUT_KEY) {
			socket.installReceive(bytes(value), this.rekeys, call);
		}
	}

	private void checkCipher(ByteBuffer value, String call) throws NativeIoException {
		if (this.missingCiphers.contains((int) value.order(ByteOrder.nativeOrder()).getShort(2))) {
			throw new NativeIoException(call, Errno.ENOENT);
		}
	}

	@Override
	public synchronized int getsockopt(int fd, int level, int option, ByteBuffer value, String name)
			throws IOException {
		if (level == SocketConstants.SOL_TCP && option == SocketConstants.TCP_INFO) {
			value.put(value.position(), this.reset.contains(fd) ? SocketConstants.TCP_CLOSE : 1);
			return 1;
		}
		if (level == SocketConstants.SOL_SOCKET && option == SocketConstants.SO_COOKIE) {
			find(fd, "getsockopt(SO_COOKIE)");
			value.order(ByteOrder.nativeOrder()).putLong(value.position(), FakeNetwork.cookie(fd));
			return Long.BYTES;
		}
		if (level == SocketConstants.SOL_SOCKET && option == SocketConstants.SO_BINDTOIFINDEX) {
			value.order(ByteOrder.nativeOrder()).putInt(value.position(), this.network.boundInterface());
			return Integer.BYTES;
		}
		String call = "getsockopt(" + name + ")";
		begin(Call.GET_OPTION, call);
		FakeSocket socket = find(fd, call);
		if (level == SocketConstants.SOL_SOCKET && option == SocketConstants.SO_ERROR) {
			value.order(ByteOrder.nativeOrder()).putInt(value.position(), socket.takeError());
			return Integer.BYTES;
		}
		boolean receive = (option == SocketConstants.TLS_RX && this.receives);
		if (level != SocketConstants.SOL_TLS || (option != SocketConstants.TLS_TX && !receive)) {
			throw new NativeIoException(call, Errno.ENOPROTOOPT);
		}
		byte[] info = receive ? socket.receiveInfo(value.remaining(), call)
				: socket.transmitInfo(value.remaining(), this.fault, call);
		value.put(value.position(), info);
		if (info.length > FakeCryptoInfo.HEADER_LENGTH) {
			this.keyBuffers.add(value);
		}
		return info.length;
	}

	@Override
	public synchronized int sendmsg(int fd, ByteBuffer payload, @Nullable ControlMessage control) throws IOException {
		begin((control != null) ? Call.SEND_RECORD : Call.SEND, "sendmsg");
		FakeSocket socket = find(fd, "sendmsg");
		if (!payload.isDirect()) {
			throw new IllegalArgumentException("The payload is not direct");
		}
		if (this.full.contains(fd)) {
			return WOULD_BLOCK;
		}
		byte[] content = bytes(payload);
		socket.send((control != null) ? contentType(control) : ContentType.APPLICATION_DATA, content, this.fault);
		return content.length;
	}

	@Override
	public synchronized int send(int fd, ByteBuffer payload, int flags) throws IOException {
		if (this.network.isOpen(fd)) {
			return this.network.send(fd, payload);
		}
		begin(Call.SEND_MORE, "send");
		FakeSocket socket = find(fd, "send");
		if (!payload.isDirect()) {
			throw new IllegalArgumentException("The payload is not direct");
		}
		if (flags != SocketConstants.MSG_MORE) {
			throw new NativeIoException("send", Errno.EOPNOTSUPP);
		}
		if (this.full.contains(fd)) {
			return WOULD_BLOCK;
		}
		if (this.real != null) {
			return this.real.send(fd, payload, flags);
		}
		byte[] content = bytes(payload);
		socket.sendMore(content, this.fault);
		return content.length;
	}

	@Override
	public synchronized int recv(int fd, ByteBuffer target) throws IOException {
		if (this.network.isOpen(fd)) {
			return this.network.recv(fd, target);
		}
		begin(Call.RECEIVE, "recv");
		FakeSocket socket = find(fd, "recv");
		if (socket.hasReceive()) {
			throw new IllegalStateException("Records are to be received with recvmsg");
		}
		byte[] received = socket.receive((this.fault == Fault.DRIPS) ? 1 : target.remaining());
		target.put(target.position(), received);
		return (received.length == 0 && !socket.isAtEnd()) ? WOULD_BLOCK : received.length;
	}

	@Override
	public synchronized int recvmsg(int fd, ByteBuffer target, int flags, ControlBuffer control) throws IOException {
		control.store(null, false);
		begin(Call.RECEIVE_RECORD, "recvmsg");
		FakeSocket socket = find(fd, "recvmsg");
		if (!target.isDirect()) {
			throw new IllegalArgumentException("The target is not direct");
		}
		Received received = (this.fault != Fault.RECEIVES_NOTHING)
				? socket.receiveMessage(target.remaining(), (flags & SocketConstants.MSG_PEEK) != 0, this.fault) : null;
		if (received == null) {
			return WOULD_BLOCK;
		}
		target.put(target.position(), received.content());
		if (received.type() != null && this.fault != Fault.RECEIVES_WITHOUT_CONTROL_MESSAGE) {
			control.store(new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_GET_RECORD_TYPE,
					(byte) received.type().value()), false);
		}
		return received.content().length;
	}

	@Override
	public synchronized void close(int fd) throws IOException {
		if (this.network.close(fd)) {
			return;
		}
		find(fd, "close").close();
		this.sockets.remove(fd);
		begin(Call.CLOSE, "close");
	}

	/**
	 * Return what was sent to the peer of a socket that was adopted.
	 * @param fd the socket's descriptor
	 * @return the bytes on the wire
	 */
	public synchronized byte[] sentBy(int fd) {
		return Objects.requireNonNull(this.sockets.get(fd)).sent();
	}

	/**
	 * Have bytes arrive at a socket that was adopted.
	 * @param fd the socket's descriptor
	 * @param bytes the bytes from its peer
	 * @throws IOException if the descriptor is none
	 */
	public synchronized void arriveAt(int fd, byte[] bytes) throws IOException {
		find(fd, "arriveAt").arrive(bytes);
	}

	/**
	 * Have the peer of a socket that was adopted close its side.
	 * @param fd the socket's descriptor
	 * @throws IOException if the descriptor is none
	 */
	public synchronized void closePeerOf(int fd) throws IOException {
		find(fd, "closePeerOf").closePeer();
	}

	/**
	 * Have the peer of a socket reset the connection, which sending does not notice.
	 * @param fd the socket's descriptor
	 */
	public synchronized void reset(int fd) {
		this.reset.add(fd);
	}

	/**
	 * Have no room for what a socket sends, or have room again.
	 * @param fd the socket's descriptor
	 * @param isFull whether sending would block
	 */
	public synchronized void setFull(int fd, boolean isFull) {
		if (isFull) {
			this.full.add(fd);
		}
		else {
			this.full.remove(fd);
		}
	}

	private void begin(Call call, String name) throws NativeIoException {
		this.calls.add(call);
		Error failure = this.failures.get(call);
		if (failure != null) {
			throw failure;
		}
		Integer errno = this.refusals.get(call);
		if (errno != null) {
			throw new NativeIoException(name, errno);
		}
	}

	private int add(FakeSocket socket) {
		int fd = this.nextDescriptor++;
		this.sockets.put(fd, socket);
		return fd;
	}

	private FakeSocket find(int fd, String call) throws NativeIoException {
		if (this.adopting && !this.sockets.containsKey(fd) && fd >= 0) {
			this.sockets.put(fd, FakeSocket.connected());
		}
		FakeSocket socket = this.sockets.get(fd);
		if (socket == null) {
			throw new NativeIoException(call, Errno.EBADF);
		}
		return socket;
	}

	private static ContentType contentType(ControlMessage control) throws NativeIoException {
		if (control.level() != SocketConstants.SOL_TLS || control.type() != SocketConstants.TLS_SET_RECORD_TYPE) {
			throw new NativeIoException("sendmsg", Errno.EINVAL);
		}
		return ContentType.of(control.value()).orElseThrow();
	}

	private static byte[] bytes(ByteBuffer buffer) {
		byte[] bytes = new byte[buffer.remaining()];
		buffer.duplicate().get(bytes);
		return bytes;
	}

	/**
	 * What can be refused.
	 */
	public enum Call {

		/** {@code socket(2)}. */
		SOCKET,
		/** {@code listen(2)} and what comes before it. */
		LISTEN,
		/** {@code connect(2)}. */
		CONNECT,
		/** {@code accept4(2)}. */
		ACCEPT,
		/** {@code setsockopt(TCP_ULP)}. */
		ATTACH,
		/** {@code setsockopt(TLS_TX)}. */
		INSTALL,
		/** {@code setsockopt(TLS_TX)} on a socket that has a sending key. */
		REKEY,
		/** {@code setsockopt(TLS_RX)}. */
		INSTALL_RECEIVE,
		/** {@code setsockopt(TLS_RX)} on a socket that has a receiving key. */
		REKEY_RECEIVE,
		/** Any other {@code setsockopt(2)}. */
		SET_OPTION,
		/** {@code getsockopt(2)}. */
		GET_OPTION,
		/** {@code sendmsg(2)} without a control message. */
		SEND,
		/** {@code send(2)}. */
		SEND_MORE,
		/** {@code sendmsg(2)} with a control message. */
		SEND_RECORD,
		/** {@code recv(2)}. */
		RECEIVE,
		/** {@code recvmsg(2)}. */
		RECEIVE_RECORD,
		/** {@code close(2)}, which closes nevertheless. */
		CLOSE

	}

	/**
	 * How records come out wrong.
	 */
	public enum Fault {

		/** They don't. */
		NONE,
		/** They come a byte at a time, which is no fault. */
		DRIPS,
		/** The content is sent as it is. */
		SENDS_PLAINTEXT,
		/** The header is right but the content is not encrypted. */
		SENDS_PLAIN_RECORDS,
		/** Numbers are one too high. */
		COUNTS_WRONGLY,
		/** Numbers start at zero. */
		IGNORES_SEQUENCE_NUMBER,
		/** Every record has the number of the first one. */
		REPEATS_SEQUENCE_NUMBER,
		/** Every record is application data. */
		IGNORES_CONTENT_TYPE,
		/** One bit of the key is another one. */
		CHANGES_KEY,
		/** One bit of the content is another one. */
		CHANGES_CONTENT,
		/** The last byte of each record is missing. */
		TRUNCATES,
		/** Nothing is sent. */
		SENDS_NOTHING,
		/** The key is accepted and forgotten. */
		DROPS_KEY,
		/** The key is taken, and then the call is refused. */
		REFUSES_AFTER_INSTALLATION,
		/** A second sending key is accepted and forgotten. */
		REKEYS_TO_THE_SAME_KEY,
		/** The sequence number is told as it was installed, as kernels of old do. */
		TELLS_FIRST_SEQUENCE_NUMBER,
		/** The receiving key is accepted and forgotten. */
		RECEIVES_WITHOUT_KEY,
		/** Nothing is received. */
		RECEIVES_NOTHING,
		/** One bit of what is received is another one. */
		RECEIVES_CHANGED_CONTENT,
		/** All that is received is told to be application data. */
		RECEIVES_WITHOUT_CONTENT_TYPE,
		/** What is received has no content type at all. */
		RECEIVES_WITHOUT_CONTROL_MESSAGE,
		/** Numbers of received records start at zero. */
		RECEIVES_FROM_ZERO

	}

}
