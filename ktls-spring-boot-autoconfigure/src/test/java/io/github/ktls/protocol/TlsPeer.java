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

package io.github.ktls.protocol;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsClient.Response;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;

/**
 * A TLS client that sends any record it is told to, and writes down what it sees of the
 * server, in order.
 */
final class TlsPeer implements AutoCloseable {

	static final int CHANGE_CIPHER_SPEC = ContentType.CHANGE_CIPHER_SPEC.value();

	static final int ALERT = ContentType.ALERT.value();

	static final int HANDSHAKE = ContentType.HANDSHAKE.value();

	static final int DATA = ContentType.APPLICATION_DATA.value();

	static final int KEY_UPDATE = 24;

	private static final int NEW_SESSION_TICKET = 4;

	/** Only so that nothing hangs for ever; what comes to this is a defect. */
	private static final int TIMEOUT_MILLIS = 60_000;

	/** Small, so that a server that sends a large file waits for this client. */
	private static final int RECEIVE_BUFFER_SIZE = 128 * 1024;

	private static final Map<Integer, String> ALERTS = Map.ofEntries(Map.entry(10, "unexpected_message"),
			Map.entry(20, "bad_record_mac"), Map.entry(21, "decryption_failed"), Map.entry(22, "record_overflow"),
			Map.entry(40, "handshake_failure"), Map.entry(42, "bad_certificate"), Map.entry(47, "illegal_parameter"),
			Map.entry(50, "decode_error"), Map.entry(51, "decrypt_error"), Map.entry(70, "protocol_version"),
			Map.entry(80, "internal_error"), Map.entry(90, "user_canceled"), Map.entry(100, "no_renegotiation"),
			Map.entry(110, "unsupported_extension"));

	private final ProtocolVersion version;

	private final Socket socket;

	private final int port;

	private final ClientHandshake handshake;

	private final List<String> events = new ArrayList<>();

	private final Data data = new Data();

	private Direction write;

	private Direction read;

	private byte[] lastFlight;

	private boolean finishing;

	private boolean ended;

	private TlsPeer(ProtocolVersion version, Socket socket, ClientHandshake handshake, ClientHandshake.Result keys) {
		this.version = version;
		this.socket = socket;
		this.port = socket.getLocalPort();
		this.handshake = handshake;
		this.write = keys.write;
		this.read = keys.read;
		this.lastFlight = keys.flight;
	}

	/**
	 * Connect and do the handshake. With TLS 1.3 its last message goes out with whatever
	 * is sent first, in one segment.
	 * @param version the protocol version
	 * @param port the port on the loopback interface
	 * @return the peer
	 * @throws IOException if the connection fails
	 */
	static TlsPeer connect(ProtocolVersion version, int port) throws IOException {
		Socket socket = new Socket();
		try {
			socket.setReceiveBufferSize(RECEIVE_BUFFER_SIZE);
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.setTcpNoDelay(true);
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			ClientHandshake handshake = new ClientHandshake(version, socket);
			return new TlsPeer(version, socket, handshake, handshake.perform());
		}
		catch (IOException | GeneralSecurityException | RuntimeException ex) {
			socket.close();
			throw new IOException("The handshake failed", ex);
		}
	}

	int port() {
		return this.port;
	}

	ProtocolVersion version() {
		return this.version;
	}

	/**
	 * Return what protects what this peer sends.
	 * @return the keys
	 */
	Direction keys() {
		return this.write;
	}

	/**
	 * Return a ClientHello like that of this connection.
	 * @return the message
	 */
	byte[] clientHello() {
		return this.handshake.clientHello();
	}

	/**
	 * Return what was seen.
	 * @return the events, in order
	 */
	List<String> events() {
		return this.events;
	}

	// Sending

	/**
	 * Send bytes in one segment. A server that has closed the connection is no error:
	 * that is seen by reading.
	 * @param parts the bytes
	 */
	void send(byte[]... parts) {
		byte[] bytes = ClientHandshake.concat(this.lastFlight, ClientHandshake.concat(parts));
		this.lastFlight = new byte[0];
		try {
			this.socket.getOutputStream().write(bytes);
		}
		catch (IOException ex) {
			// Reading tells.
		}
	}

	/**
	 * Send bytes, each in a segment of its own.
	 * @param bytes the bytes
	 */
	void sendByteByByte(byte[] bytes) {
		for (byte value : bytes) {
			send(new byte[] { value });
		}
	}

	/**
	 * Return a request for a short response.
	 * @return the record
	 */
	byte[] request() {
		return data(TlsClient.request("/hello?name=peer"));
	}

	/**
	 * Return data in one record.
	 * @param text the data
	 * @return the record
	 */
	byte[] data(String text) {
		return this.write.seal(DATA, text.getBytes(StandardCharsets.ISO_8859_1));
	}

	byte[] alert(int level, int description) {
		return this.write.seal(ALERT, new byte[] { (byte) level, (byte) description });
	}

	byte[] closeNotify() {
		this.finishing = true;
		return alert(1, 0);
	}

	/**
	 * Return a KeyUpdate; what is made after it is under the next key.
	 * @param requested whether the server has to answer
	 * @return the record
	 */
	byte[] keyUpdate(boolean requested) {
		byte[] sealed = this.write.seal(HANDSHAKE, keyUpdateMessage(requested ? 1 : 0));
		this.write.update();
		return sealed;
	}

	static byte[] keyUpdateMessage(int value) {
		return ClientHandshake.message(KEY_UPDATE, new byte[] { (byte) value });
	}

	/**
	 * End the stream without a word of TLS.
	 */
	void fin() {
		this.finishing = true;
		try {
			this.socket.shutdownOutput();
		}
		catch (IOException ex) {
			// Reading tells.
		}
	}

	/**
	 * Vanish. Nothing is seen any more.
	 */
	void reset() {
		try {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
			this.ended = true;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Receiving

	/**
	 * Receive a response, and write down whether it was complete and exact.
	 * @param name what to call it
	 * @param sha256 the hash of its body
	 * @param during is called once, when the first part of the body is there
	 */
	void receive(String name, String sha256, Runnable during) {
		Runnable[] once = { during };
		try {
			if (this.data.isAtEnd()) {
				return;
			}
			Response response = TlsClient.receive(this.data, () -> {
				Runnable action = once[0];
				once[0] = () -> {
				};
				action.run();
			});
			boolean exact = response.status() == 200 && response.sha256().equals(sha256);
			this.events.add(exact ? name : name + " " + response.status() + " WRONG");
		}
		catch (IOException ex) {
			this.events.add(Math.max(0, this.events.size() - 1), name + " cut");
		}
	}

	/**
	 * Read until the server ends the connection.
	 */
	void receiveEnd() {
		while (!this.data.isAtEnd()) {
			this.data.skipAll();
			note("data");
		}
	}

	/**
	 * Receive and decrypt nothing of it.
	 * @param length the number of bytes, or fewer at the end
	 * @return whether there were so many
	 */
	boolean skip(int length) {
		try {
			this.socket.getInputStream().skipNBytes(length);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	boolean hasEnded() {
		return this.ended;
	}

	/**
	 * Return whether this peer has said that nothing will follow.
	 * @return whether it was a close_notify or a FIN
	 */
	boolean isFinishing() {
		return this.finishing;
	}

	void clearEvents() {
		this.events.clear();
	}

	// Return the data of the next record that has any, or nothing at the end.
	private byte[] receiveData() {
		while (!this.ended) {
			try {
				byte[] content = received(ClientHandshake.readRecord(this.socket.getInputStream()));
				if (content.length > 0) {
					return content;
				}
			}
			catch (EOFException ex) {
				end("end");
			}
			catch (SocketTimeoutException ex) {
				end("STILL OPEN");
			}
			catch (SocketException ex) {
				// Which of the two it is depends on whether the server reads what this
				// peer
				// sends to a connection that is broken.
				end("end");
			}
			catch (IOException | GeneralSecurityException ex) {
				end("GARBAGE " + ex.getMessage());
			}
		}
		return new byte[0];
	}

	private void end(String how) {
		this.ended = true;
		this.events.add(how);
	}

	private byte[] received(byte[] sealed) throws GeneralSecurityException {
		if (this.version == ProtocolVersion.TLS_1_3 && sealed[0] != DATA) {
			throw new GeneralSecurityException("Plain record of type " + sealed[0]);
		}
		Plaintext plaintext = this.read.open(sealed);
		byte[] content = plaintext.content();
		switch (plaintext.type()) {
			case APPLICATION_DATA -> {
				return content;
			}
			case ALERT -> note(alertName(content));
			case HANDSHAKE -> handshakeMessages(content);
			case CHANGE_CIPHER_SPEC -> note("change_cipher_spec");
		}
		return new byte[0];
	}

	private void handshakeMessages(byte[] content) {
		ByteBuffer messages = ByteBuffer.wrap(content);
		while (messages.hasRemaining()) {
			int header = messages.getInt();
			byte[] body = new byte[header & 0xffffff];
			messages.get(body);
			int type = header >>> 24;
			if (type == KEY_UPDATE) {
				this.read.update();
				note((body[0] == 0) ? "key_update" : "key_update requested");
			}
			else if (type != NEW_SESSION_TICKET) {
				note("handshake message " + type);
			}
		}
	}

	// Two of a kind count as one: several requests may be answered by one KeyUpdate
	// (RFC 8446 section 4.6.3).
	private void note(String event) {
		if (this.events.isEmpty() || !this.events.get(this.events.size() - 1).equals(event)) {
			this.events.add(event);
		}
	}

	private static String alertName(byte[] alert) {
		if (alert.length != 2) {
			return "alert " + Arrays.toString(alert);
		}
		if (alert[0] == 1 && alert[1] == 0) {
			return "close_notify";
		}
		return ((alert[0] == 2) ? "fatal " : "warning ") + ALERTS.getOrDefault((int) alert[1], "alert " + alert[1]);
	}

	/**
	 * Close the socket, if the server has not ended the connection before.
	 * @throws IOException if that fails
	 */
	void hangUp() throws IOException {
		this.socket.close();
	}

	@Override
	public void close() throws IOException {
		hangUp();
	}

	/**
	 * The data that the server sends.
	 */
	private final class Data extends InputStream {

		private ByteBuffer buffer = ByteBuffer.allocate(0);

		boolean isAtEnd() {
			if (!this.buffer.hasRemaining()) {
				this.buffer = ByteBuffer.wrap(receiveData());
			}
			return !this.buffer.hasRemaining();
		}

		void skipAll() {
			this.buffer.position(this.buffer.limit());
		}

		@Override
		public int read() {
			return isAtEnd() ? -1 : Byte.toUnsignedInt(this.buffer.get());
		}

		@Override
		public int read(byte[] target, int offset, int length) {
			if (isAtEnd()) {
				return -1;
			}
			int count = Math.min(length, this.buffer.remaining());
			this.buffer.get(target, offset, count);
			return count;
		}

	}

}
