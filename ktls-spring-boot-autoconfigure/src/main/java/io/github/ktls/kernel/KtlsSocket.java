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

import io.github.ktls.linux.ControlMessage;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.TrafficKeys;

/**
 * The kernel TLS of one connected TCP socket ({@code net/tls/tls_main.c}). Does not own
 * the descriptor and keeps no key. Not thread-safe: used on the connection's event loop.
 */
public final class KtlsSocket {

	static final String ULP_OPTION = "TCP_ULP";

	private static final String TX_OPTION = "TLS_TX";

	private static final byte[] ULP_NAME = "tls".getBytes(StandardCharsets.US_ASCII);

	private final SystemCalls systemCalls;

	private final int fd;

	/**
	 * Create a view of a socket.
	 * @param systemCalls the system calls
	 * @param fd the socket's descriptor, which stays the caller's
	 */
	public KtlsSocket(SystemCalls systemCalls, int fd) {
		this.systemCalls = systemCalls;
		this.fd = fd;
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
		ByteBuffer info = ByteBuffer.allocateDirect(CryptoInfo.length(suite.aead()));
		try {
			CryptoInfo.write(info, suite, keys, sequenceNumber);
			this.systemCalls.setsockopt(this.fd, SocketConstants.SOL_TLS, SocketConstants.TLS_TX, info.flip(),
					TX_OPTION);
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
		ByteBuffer info = ByteBuffer.allocateDirect(CryptoInfo.length(Aead.AES_256_GCM));
		try {
			// Less than any full structure: the answer is version and cipher only.
			info.limit(2 * Short.BYTES);
			this.systemCalls.getsockopt(this.fd, SocketConstants.SOL_TLS, SocketConstants.TLS_TX, info, TX_OPTION);
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
	 * Send one record that is not application data, without blocking.
	 * @param type the content type
	 * @param content the content, a direct buffer; its position is not changed
	 * @return whether the record was taken; {@code false} if the socket's buffer is full
	 * @throws IOException if the kernel refuses
	 */
	public boolean sendRecord(ContentType type, ByteBuffer content) throws IOException {
		ControlMessage control = new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_SET_RECORD_TYPE,
				(byte) type.value());
		return this.systemCalls.sendmsg(this.fd, content, control) != SystemCalls.WOULD_BLOCK;
	}

	private static void wipe(ByteBuffer buffer) {
		buffer.clear();
		for (int i = 0; i < buffer.capacity(); i++) {
			buffer.put(i, (byte) 0);
		}
	}

}
