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

package io.github.ktls.test;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * An HTTPS client on the JDK's TLS, which shares no code with the server and refuses
 * every record whose sequence number is not the next one. It does what it is told, when
 * it is told: pipelines requests, shapes its segments, reads slowly, vanishes.
 */
public final class TlsClient implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 120_000;

	private final SSLSocket socket;

	private final InputStream in;

	private TlsClient(SSLSocket socket) throws IOException {
		this.socket = socket;
		this.in = new BufferedInputStream(socket.getInputStream(), 32 * 1024);
	}

	/**
	 * Create a context, which remembers sessions.
	 * @param certificates the certificate that it trusts
	 * @return the context
	 */
	public static SSLContext context(Certificates certificates) {
		try {
			TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
			trust.init(certificates.trustStore());
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, trust.getTrustManagers(), null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Connect and do the handshake.
	 * @param context the context
	 * @param protocol the protocol version, for example {@code TLSv1.3}
	 * @param port the port on the loopback interface
	 * @return the client
	 * @throws IOException if that fails
	 */
	public static TlsClient connect(SSLContext context, String protocol, int port) throws IOException {
		return connect(context, protocol, port, new Socket(), Sending.AS_WRITTEN);
	}

	/**
	 * Connect and do the handshake.
	 * @param context the context
	 * @param protocol the protocol version, for example {@code TLSv1.3}
	 * @param port the port on the loopback interface
	 * @param socket the socket, not connected
	 * @param sending how bytes are sent
	 * @return the client
	 * @throws IOException if that fails
	 */
	public static TlsClient connect(SSLContext context, String protocol, int port, Socket socket, Sending sending)
			throws IOException {
		try {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.setTcpNoDelay(true);
			SSLSocket tls = (SSLSocket) context.getSocketFactory()
				.createSocket((sending == Sending.AS_WRITTEN) ? socket : new ShapedSocket(socket, sending), "localhost",
						port, true);
			tls.setEnabledProtocols(new String[] { protocol });
			tls.startHandshake();
			return new TlsClient(tls);
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

	/**
	 * Return the TLS session.
	 * @return the session
	 */
	public SSLSession session() {
		return this.socket.getSession();
	}

	/**
	 * Request one path and wait for the response.
	 * @param path the path
	 * @param headers lines to add to the request
	 * @return the response
	 * @throws IOException if the connection fails
	 */
	public Response get(String path, String... headers) throws IOException {
		send(request(path, headers));
		return receive();
	}

	/**
	 * Return a request.
	 * @param path the path
	 * @param headers lines to add
	 * @return the text
	 */
	public static String request(String path, String... headers) {
		StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
		for (String header : headers) {
			request.append(header).append("\r\n");
		}
		return request.append("\r\n").toString();
	}

	/**
	 * Send text in one write.
	 * @param text the text
	 * @throws IOException if the connection fails
	 */
	public void send(String text) throws IOException {
		this.socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	/**
	 * Receive one response.
	 * @return the response
	 * @throws IOException if the connection fails or the response is not complete
	 */
	public Response receive() throws IOException {
		return receive(() -> {
		});
	}

	/**
	 * Receive one response, slowly.
	 * @param pause is called between one read of the body and the next
	 * @return the response
	 * @throws IOException if the connection fails or the response is not complete
	 */
	public Response receive(Runnable pause) throws IOException {
		return receive(this.in, pause);
	}

	/**
	 * Receive one response.
	 * @param in where the response comes from
	 * @param pause is called between one read of the body and the next
	 * @return the response
	 * @throws IOException if the connection fails or the response is not complete
	 */
	public static Response receive(InputStream in, Runnable pause) throws IOException {
		int status = Integer.parseInt(line(in).split(" ", 3)[1]);
		Map<String, String> headers = new LinkedHashMap<>();
		for (String line = line(in); !line.isEmpty(); line = line(in)) {
			int colon = line.indexOf(':');
			headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
		}
		long length = Long.parseLong(headers.getOrDefault("content-length", "0"));
		MessageDigest digest = sha256();
		byte[] buffer = new byte[16 * 1024];
		for (long left = length; left > 0;) {
			int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
			if (read < 0) {
				throw new IOException("The connection ended with %d of %d bytes missing".formatted(left, length));
			}
			digest.update(buffer, 0, read);
			left -= read;
			pause.run();
		}
		return new Response(status, headers, length, HexFormat.of().formatHex(digest.digest()));
	}

	/**
	 * Receive the head of a response that has no body.
	 * @throws IOException if the connection ends before
	 */
	public void receiveHead() throws IOException {
		while (!line(this.in).isEmpty()) {
			// The next line
		}
	}

	/**
	 * Receive a part of whatever comes.
	 * @param length the number of bytes to wait for
	 * @throws IOException if the connection fails or ends
	 */
	public void receivePart(int length) throws IOException {
		if (this.in.readNBytes(length).length < length) {
			throw new IOException("The connection ended");
		}
	}

	/**
	 * Wait for the end of the connection.
	 * @return whether it came before anything else
	 * @throws IOException if the connection fails, for example because a record is wrong
	 */
	public boolean isAtEnd() throws IOException {
		try {
			return this.in.read() < 0;
		}
		catch (SocketException ex) {
			// Reset by a server that did not wait for our own close_notify.
			return true;
		}
	}

	/**
	 * Vanish without a word: the peer gets a reset.
	 * @throws IOException if the socket cannot be closed
	 */
	public void vanish() throws IOException {
		this.socket.setSoLinger(true, 0);
		this.socket.close();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	private static String line(InputStream in) throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int value = in.read(); value != '\n'; value = in.read()) {
			if (value < 0) {
				throw new IOException("The connection ended in a response's head");
			}
			if (value != '\r') {
				line.write(value);
			}
		}
		return line.toString(StandardCharsets.ISO_8859_1);
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * How bytes are sent.
	 */
	public enum Sending {

		/** As the TLS implementation writes them. */
		AS_WRITTEN,

		/** Each in a segment of its own. */
		BYTE_BY_BYTE,

		/**
		 * All that can be sent before something has to be received, in one segment: a
		 * request comes together with the end of the handshake.
		 */
		GATHERED

	}

	/**
	 * A response that was received in full.
	 *
	 * @param status the status code
	 * @param headers the headers, by their names in lower case
	 * @param length the length of the body
	 * @param sha256 the hash of the body
	 */
	public record Response(int status, Map<String, String> headers, long length, String sha256) {

	}

	/**
	 * A socket that sends bytes in another shape than they are written.
	 */
	private static final class ShapedSocket extends Socket {

		private final Socket delegate;

		private final Sending sending;

		private final ByteArrayOutputStream pending = new ByteArrayOutputStream();

		ShapedSocket(Socket delegate, Sending sending) {
			this.delegate = delegate;
			this.sending = sending;
		}

		private void sendPending() throws IOException {
			if (this.pending.size() > 0) {
				byte[] bytes = this.pending.toByteArray();
				this.pending.reset();
				this.delegate.getOutputStream().write(bytes);
			}
		}

		@Override
		public InputStream getInputStream() throws IOException {
			return new FilterInputStream(this.delegate.getInputStream()) {

				@Override
				public int read() throws IOException {
					sendPending();
					return super.read();
				}

				@Override
				public int read(byte[] bytes, int offset, int length) throws IOException {
					sendPending();
					return super.read(bytes, offset, length);
				}

			};
		}

		@Override
		public OutputStream getOutputStream() throws IOException {
			return new FilterOutputStream(this.delegate.getOutputStream()) {

				@Override
				public void write(int value) throws IOException {
					write(new byte[] { (byte) value }, 0, 1);
				}

				@Override
				public void write(byte[] bytes, int offset, int length) throws IOException {
					if (ShapedSocket.this.sending == Sending.GATHERED) {
						ShapedSocket.this.pending.write(bytes, offset, length);
						return;
					}
					for (int i = 0; i < length; i++) {
						this.out.write(bytes, offset + i, 1);
					}
				}

			};
		}

		@Override
		public boolean isConnected() {
			return this.delegate.isConnected();
		}

		@Override
		public boolean isClosed() {
			return this.delegate.isClosed();
		}

		@Override
		public InetAddress getInetAddress() {
			return this.delegate.getInetAddress();
		}

		@Override
		public int getPort() {
			return this.delegate.getPort();
		}

		@Override
		public SocketAddress getRemoteSocketAddress() {
			return this.delegate.getRemoteSocketAddress();
		}

		@Override
		public synchronized void setSoTimeout(int timeout) throws SocketException {
			this.delegate.setSoTimeout(timeout);
		}

		@Override
		public synchronized int getSoTimeout() throws SocketException {
			return this.delegate.getSoTimeout();
		}

		@Override
		public void setSoLinger(boolean on, int linger) throws SocketException {
			this.delegate.setSoLinger(on, linger);
		}

		@Override
		public int getSoLinger() throws SocketException {
			return this.delegate.getSoLinger();
		}

		@Override
		public void shutdownInput() throws IOException {
			this.delegate.shutdownInput();
		}

		@Override
		public void shutdownOutput() throws IOException {
			sendPending();
			this.delegate.shutdownOutput();
		}

		@Override
		public synchronized void close() throws IOException {
			if (!this.delegate.isClosed()) {
				sendPending();
			}
			this.delegate.close();
		}

	}

}
