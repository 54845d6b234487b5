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
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.ControlBuffer;
import io.github.ktls.linux.ControlMessage;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.Aead;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.TrafficKeys;

/**
 * The kernel TLS of one connected TCP socket ({@code net/tls/tls_main.c}). Does not own
 * the descriptor and keeps no key. Not thread-safe: used on the connection's event loop.
 */
public final class KtlsSocket {

	/** Result of {@link #receive}: nothing is there yet. */
	public static final int WOULD_BLOCK = SystemCalls.WOULD_BLOCK;

	/**
	 * Result of {@link #receive}: the peer has closed its side. Without a close_notify
	 * before it the stream is truncated.
	 */
	public static final int END_OF_STREAM = -2;

	/**
	 * Result of {@link #receive}: the peer sent a {@code KeyUpdate}, and the kernel waits
	 * for {@link #rekeyReceive}.
	 */
	public static final int KEY_EXPIRED = -3;

	static final String ULP_OPTION = "TCP_ULP";

	static final String RX_OPTION = "TLS_RX";

	private static final String TX_OPTION = "TLS_TX";

	private static final ByteBuffer OFF = ByteBuffer.allocateDirect(Integer.BYTES).asReadOnlyBuffer();

	private static final byte[] ULP_NAME = "tls".getBytes(StandardCharsets.US_ASCII);

	private final SystemCalls systemCalls;

	private final int fd;

	private final @Nullable OffloadWitness witness;

	private OffloadCounters before = OffloadCounters.ZERO;

	/** Not made later, when memory may be short. */
	private final ByteBuffer state = ByteBuffer.allocateDirect(1);

	private @Nullable ControlBuffer control;

	private @Nullable ByteBuffer error;

	private boolean stateUnknown;

	private int contentType;

	/**
	 * Create a view of a socket.
	 * @param systemCalls the system calls
	 * @param fd the socket's descriptor, which stays the caller's
	 */
	public KtlsSocket(SystemCalls systemCalls, int fd) {
		this(systemCalls, fd, null);
	}

	/**
	 * Create a view of a socket of which somebody may want to know who encrypts.
	 * @param systemCalls the system calls
	 * @param fd the socket's descriptor, which stays the caller's
	 * @param witness finds that out, or {@code null}
	 */
	KtlsSocket(SystemCalls systemCalls, int fd, @Nullable OffloadWitness witness) {
		this.systemCalls = systemCalls;
		this.fd = fd;
		this.witness = witness;
	}

	/**
	 * Attach the TLS upper layer protocol. Until a key is installed the socket carries
	 * bytes as before, so a failure here, or after this, costs nothing.
	 * @throws IOException if the kernel refuses: {@code ENOENT} where it has no TLS,
	 * {@code EEXIST} where the socket has an upper layer protocol already
	 */
	public void attach() throws IOException {
		ByteBuffer name = ByteBuffer.allocateDirect(ULP_NAME.length).put(ULP_NAME).flip();
		this.systemCalls.setsockopt(this.fd, SocketConstants.SOL_TCP, SocketConstants.TCP_ULP, name, ULP_OPTION);
	}

	/**
	 * Install the sending key. From the return of this method on every byte written to
	 * the socket is encrypted, and there is no way back.
	 * @param suite the negotiated suite
	 * @param keys the sending keys; not destroyed here
	 * @param sequenceNumber the number of the next record
	 * @throws IOException if the kernel refuses; it then did not take the key, unless
	 * {@link #isTransmitInstalled()} says otherwise
	 */
	public void installTransmit(CipherSuite suite, TrafficKeys keys, long sequenceNumber) throws IOException {
		this.before = countersBefore();
		install(SocketConstants.TLS_TX, TX_OPTION, suite, keys, sequenceNumber);
	}

	/**
	 * Find out who encrypts. To be called right after {@link #installTransmit}, by which
	 * the kernel has decided it for good. Fails never.
	 * @return who encrypts
	 */
	public OffloadMode findTransmitMode() {
		return (this.witness != null) ? this.witness.transmit(this.fd, this.before) : OffloadMode.UNKNOWN;
	}

	/**
	 * Install the receiving key. From the return of this method on the kernel takes what
	 * arrives for records, what the socket holds already included, so the bytes read
	 * before must end with a whole record. Read with {@link #receive} only: any other
	 * call loses the content types.
	 * @param suite the negotiated suite
	 * @param keys the peer's sending keys; not destroyed here
	 * @param sequenceNumber the number of the next record
	 * @throws IOException if the kernel refuses; it then did not take the key, unless
	 * {@link #isReceiveInstalled()} says otherwise
	 */
	public void installReceive(CipherSuite suite, TrafficKeys keys, long sequenceNumber) throws IOException {
		this.before = countersBefore();
		install(SocketConstants.TLS_RX, RX_OPTION, suite, keys, sequenceNumber);
	}

	/**
	 * Find out who decrypts. To be called right after {@link #installReceive}. Fails
	 * never.
	 * @return who decrypts
	 */
	public OffloadMode findReceiveMode() {
		return (this.witness != null) ? this.witness.receive(this.fd, this.before) : OffloadMode.UNKNOWN;
	}

	private OffloadCounters countersBefore() {
		return (this.witness != null) ? this.witness.before() : OffloadCounters.ZERO;
	}

	/**
	 * Have the network card read files where they are, when it gets to it, instead of
	 * copies of them. What is sent is wrong then if a file changes before the peer has
	 * acknowledged it. Without a meaning where it is not a card that encrypts.
	 * @throws IOException if the kernel refuses, as one before 5.19 does
	 */
	public void sendFilesInPlace() throws IOException {
		ByteBuffer on = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(0, 1);
		this.systemCalls.setsockopt(this.fd, SocketConstants.SOL_TLS, SocketConstants.TLS_TX_ZEROCOPY_RO, on,
				"TLS_TX_ZEROCOPY_RO");
	}

	/**
	 * Replace the sending key by that of the next generation, whose records count from
	 * zero (RFC 8446 section 7.2). To be called right after our {@code KeyUpdate} was
	 * taken by {@link #sendRecord}: what was written until then keeps the key before.
	 * @param suite the negotiated suite, of TLS 1.3
	 * @param keys the next sending keys; not destroyed here
	 * @throws IOException if the kernel refuses: {@code EBUSY} where it cannot re-key.
	 * The socket then has the key before.
	 */
	public void rekeyTransmit(CipherSuite suite, TrafficKeys keys) throws IOException {
		install(SocketConstants.TLS_TX, TX_OPTION, suite, keys, 0);
	}

	/**
	 * Replace the receiving key by that of the next generation, whose records count from
	 * zero. To be called after the peer's {@code KeyUpdate} was received; the kernel
	 * decrypts nothing until then.
	 * @param suite the negotiated suite, of TLS 1.3
	 * @param keys the peer's next sending keys; not destroyed here
	 * @throws IOException if the kernel refuses: {@code EBUSY} where it cannot re-key.
	 * The socket then has the key before.
	 */
	public void rekeyReceive(CipherSuite suite, TrafficKeys keys) throws IOException {
		install(SocketConstants.TLS_RX, RX_OPTION, suite, keys, 0);
	}

	/**
	 * Go on receiving under the same key. To be called where the kernel waits for another
	 * one too early, having seen no more than the beginning of a {@code KeyUpdate}
	 * ({@code net/tls/tls_sw.c}, {@code tls_check_pending_rekey}). The kernel itself
	 * tells the key and the number of the next record.
	 * @param suite the suite of the installed key, of TLS 1.3
	 * @throws IOException if the kernel refuses
	 */
	public void resumeReceive(CipherSuite suite) throws IOException {
		ByteBuffer info = ByteBuffer.allocateDirect(CryptoInfo.length(suite.aead()));
		try {
			this.systemCalls.getsockopt(this.fd, SocketConstants.SOL_TLS, SocketConstants.TLS_RX, info, RX_OPTION);
			this.systemCalls.setsockopt(this.fd, SocketConstants.SOL_TLS, SocketConstants.TLS_RX, info, RX_OPTION);
		}
		finally {
			wipe(info);
		}
	}

	private void install(int option, String name, CipherSuite suite, TrafficKeys keys, long sequenceNumber)
			throws IOException {
		ByteBuffer info = ByteBuffer.allocateDirect(CryptoInfo.length(suite.aead()));
		try {
			CryptoInfo.write(info, suite, keys, sequenceNumber);
			this.systemCalls.setsockopt(this.fd, SocketConstants.SOL_TLS, option, info.flip(), name);
		}
		finally {
			wipe(info);
		}
	}

	/**
	 * Return whether the kernel has a sending key for this socket. The kernel answers
	 * {@code EBUSY} while it has none ({@code do_tls_getsockopt_conf}), and
	 * {@code ENOPROTOOPT} if TLS is not attached. Any other refusal tells nothing, so the
	 * socket counts as having one.
	 * @return whether bytes written are, or may be, encrypted
	 */
	public boolean isTransmitInstalled() {
		return isInstalled(SocketConstants.TLS_TX, TX_OPTION);
	}

	/**
	 * Return whether the kernel has a receiving key for this socket; see
	 * {@link #isTransmitInstalled()}.
	 * @return whether bytes read are, or may be, decrypted
	 */
	public boolean isReceiveInstalled() {
		return isInstalled(SocketConstants.TLS_RX, RX_OPTION);
	}

	private boolean isInstalled(int option, String name) {
		ByteBuffer info = ByteBuffer.allocateDirect(CryptoInfo.length(Aead.AES_256_GCM));
		try {
			// Less than any full structure: the answer is version and cipher only.
			info.limit(2 * Short.BYTES);
			this.systemCalls.getsockopt(this.fd, SocketConstants.SOL_TLS, option, info, name);
			return true;
		}
		catch (NativeIoException ex) {
			return ex.getErrno() != Errno.EBUSY && ex.getErrno() != Errno.ENOPROTOOPT;
		}
		catch (IOException ex) {
			return true;
		}
	}

	/**
	 * Return the number that the next record sent will have. Only to be believed where
	 * {@link KtlsCapabilities#canReadTransmitSequence} says so: older kernels answer with
	 * the number that was installed.
	 * @param suite the suite of the installed key
	 * @return the number of records sent with the key so far, unsigned
	 * @throws IOException if the kernel refuses
	 */
	public long transmitSequenceNumber(CipherSuite suite) throws IOException {
		ByteBuffer info = ByteBuffer.allocateDirect(CryptoInfo.length(suite.aead()));
		try {
			this.systemCalls.getsockopt(this.fd, SocketConstants.SOL_TLS, SocketConstants.TLS_TX, info, TX_OPTION);
			return CryptoInfo.sequenceNumber(info, suite.aead());
		}
		finally {
			// With the number the kernel gives away the key.
			wipe(info);
		}
	}

	/**
	 * Send one record that is not application data, without blocking.
	 * @param type the content type
	 * @param content the content, a direct buffer; its position is not changed
	 * @return whether the record was taken; {@code false} if the socket's buffer is full
	 * @throws IOException if the kernel refuses
	 */
	public boolean sendRecord(ContentType type, ByteBuffer content) throws IOException {
		ControlMessage message = new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_SET_RECORD_TYPE,
				(byte) type.value());
		return this.systemCalls.sendmsg(this.fd, content, message) != SystemCalls.WOULD_BLOCK;
	}

	/**
	 * Send application data that more will follow directly, without blocking: the kernel
	 * keeps the record open for what comes next, be it data or a file, and sends none of
	 * it before ({@code net/tls/tls_sw.c}, {@code tls_device.c}). A record that is not
	 * application data ends an open one, too.
	 * @param data the data, a direct buffer; its position is not changed
	 * @return the number of bytes taken, or {@link #WOULD_BLOCK}
	 * @throws IOException if the kernel refuses
	 */
	public int sendMore(ByteBuffer data) throws IOException {
		return this.systemCalls.send(this.fd, data, SocketConstants.MSG_MORE);
	}

	/**
	 * Have TCP send what it holds back because it was told that more would follow. To be
	 * called when the socket had no room for all of a file: {@code sendfile(2)} says of
	 * each of its parts but the last one that more follows, and where the socket's buffer
	 * is full of such parts and nothing is under way to the peer, no acknowledgement will
	 * come that sends them. Kernels before 6.5 then stand still for good
	 * ({@code MSG_SENDPAGE_NOTLAST} in {@code net/tls/tls_main.c}, {@code tls_push_sg}),
	 * later ones until a timer runs out, 200 ms later. {@code TCP_NODELAY}, whatever it
	 * is, stays; {@code TCP_CORK} is off afterwards.
	 * @throws IOException if the kernel refuses
	 */
	public void push() throws IOException {
		this.systemCalls.setsockopt(this.fd, SocketConstants.SOL_TCP, SocketConstants.TCP_CORK, OFF.duplicate(),
				"TCP_CORK");
	}

	/**
	 * Return whether there still is a TCP connection. To be asked before much is sent:
	 * once the peer has closed its side and then reset the connection, the kernel may go
	 * on encrypting whatever it is given, say each time that all of it was taken, and
	 * keep it until the socket is closed (seen on 6.1 and 7.3 with {@code sendfile(2)};
	 * TCP alone says {@code EPIPE}).
	 * @return {@code false} if the connection was reset or has timed out; {@code true}
	 * also where the kernel does not tell
	 */
	public boolean isConnected() {
		if (this.stateUnknown) {
			return true;
		}
		try {
			this.systemCalls.getsockopt(this.fd, SocketConstants.SOL_TCP, SocketConstants.TCP_INFO, this.state,
					"TCP_INFO");
			return this.state.get(0) != SocketConstants.TCP_CLOSE;
		}
		catch (IOException ex) {
			this.stateUnknown = true;
			return true;
		}
	}

	/**
	 * Receive the content of one record or a part of it, or of several records of
	 * application data, without blocking. After a result that is not negative
	 * {@link #contentType()} tells the type. A record may have no content at all: 0 is
	 * not the end of the stream, and the next call may give more.
	 * @param target receives the content from its position on, a direct buffer with room;
	 * the position is not changed
	 * @return the number of bytes, {@link #WOULD_BLOCK}, {@link #END_OF_STREAM} or
	 * {@link #KEY_EXPIRED}
	 * @throws IOException if the kernel refuses; nothing more can then be received, but
	 * an alert can be sent. A {@link NativeIoException} has {@code EBADMSG} for a record
	 * that is not authentic or too short, {@code EMSGSIZE} for one that is too long,
	 * {@code EINVAL} for one with a wrong version.
	 */
	public int receive(ByteBuffer target) throws IOException {
		return receive(target, 0);
	}

	/**
	 * Do the same as {@link #receive}, but leave what is received where it is.
	 * @param target receives the content from its position on, a direct buffer with room;
	 * the position is not changed
	 * @return the same
	 * @throws IOException if the kernel refuses, as it will then do for good
	 */
	public int peek(ByteBuffer target) throws IOException {
		return receive(target, SocketConstants.MSG_PEEK);
	}

	private int receive(ByteBuffer target, int flags) throws IOException {
		if (!target.hasRemaining()) {
			// The kernel's answer would look like the end of the stream.
			throw new IllegalArgumentException("The target has no room");
		}
		ControlBuffer told = (this.control != null) ? this.control : new ControlBuffer();
		this.control = told;
		int received;
		try {
			received = this.systemCalls.recvmsg(this.fd, target, flags, told);
		}
		catch (NativeIoException ex) {
			if (ex.getErrno() == Errno.EKEYEXPIRED) {
				return KEY_EXPIRED;
			}
			if (ex.getErrno() == Errno.EBADMSG) {
				forgetPendingError(ex);
			}
			throw ex;
		}
		if (received == SystemCalls.WOULD_BLOCK) {
			return WOULD_BLOCK;
		}
		if (told.isPresent() && !told.isTruncated() && told.level() == SocketConstants.SOL_TLS
				&& told.type() == SocketConstants.TLS_GET_RECORD_TYPE) {
			this.contentType = Byte.toUnsignedInt(told.value());
			return received;
		}
		if (received == 0) {
			return END_OF_STREAM;
		}
		// Not what came out of a record, or it cannot be told what it is.
		throw new IOException("recvmsg gave %d bytes without their content type".formatted(received));
	}

	/**
	 * Return whether sending failed because nobody is there any more.
	 * @param failure the failure
	 * @return whether the peer has closed or reset the connection
	 */
	public static boolean isPeerGone(IOException failure) {
		return failure instanceof NativeIoException refusal
				&& (refusal.getErrno() == Errno.EPIPE || refusal.getErrno() == Errno.ECONNRESET);
	}

	/**
	 * Return the alert that answers a failure of {@link #receive}
	 * ({@code net/tls/tls_sw.c}, {@code tls_rx_one_record}, {@code tls_rx_msg_size}).
	 * @param failure the failure
	 * @return the alert, or empty if it is not a record that is at fault
	 */
	public static Optional<AlertDescription> alert(IOException failure) {
		if (!(failure instanceof NativeIoException refusal)) {
			return Optional.empty();
		}
		return switch (refusal.getErrno()) {
			case Errno.EBADMSG -> Optional.of(AlertDescription.BAD_RECORD_MAC);
			case Errno.EMSGSIZE -> Optional.of(AlertDescription.RECORD_OVERFLOW);
			case Errno.EINVAL -> Optional.of(AlertDescription.PROTOCOL_VERSION);
			default -> Optional.empty();
		};
	}

	/**
	 * Take what has failed at this socket and was told nobody yet. The kernel leaves it
	 * there when it comes upon a wrong record while it looks ahead
	 * ({@code net/tls/tls_sw.c}, {@code tls_err_abort}), and fails whatever is sent, an
	 * alert among it, until somebody asks.
	 * @return the failure, of the same kind as those of {@link #receive}, or {@code null}
	 * if there is none
	 */
	public @Nullable IOException takePendingError() {
		try {
			int errno = pendingError();
			return (errno != 0) ? new NativeIoException("recvmsg", errno) : null;
		}
		catch (IOException ex) {
			return ex;
		}
	}

	private void forgetPendingError(NativeIoException told) {
		try {
			pendingError();
		}
		catch (IOException ex) {
			told.addSuppressed(ex);
		}
	}

	private int pendingError() throws IOException {
		ByteBuffer value = (this.error != null) ? this.error
				: ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
		this.error = value;
		this.systemCalls.getsockopt(this.fd, SocketConstants.SOL_SOCKET, SocketConstants.SO_ERROR, value, "SO_ERROR");
		return value.getInt(0);
	}

	/**
	 * Return the content type of what {@link #receive} returned last.
	 * @return the number as it is on the wire, see {@link ContentType#of}; 0 if nothing
	 * was received yet
	 */
	public int contentType() {
		return this.contentType;
	}

	private static void wipe(ByteBuffer buffer) {
		buffer.clear();
		for (int i = 0; i < buffer.capacity(); i++) {
			buffer.put(i, (byte) 0);
		}
	}

}
