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
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * One TLS connection on which HTTP/1.1 is spoken by hand, so that a test decides when it
 * sends, when it reads, and when it stops.
 */
public final class HttpsConnection implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 60_000;

	private final SSLSocket socket;

	private final InputStream in;

	private HttpsConnection(SSLSocket socket) throws IOException {
		this.socket = socket;
		this.in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
	}

	/**
	 * Connect.
	 * @param port the port on the loopback interface
	 * @return the connection
	 */
	public static HttpsConnection open(int port) {
		return open(port, ClientTls.anonymous(), (parameters) -> {
		});
	}

	/**
	 * Connect with a server name.
	 * @param port the port on the loopback interface
	 * @param serverName the name in the ClientHello
	 * @return the connection
	 */
	public static HttpsConnection open(int port, String serverName) {
		return open(port, ClientTls.anonymous(),
				(parameters) -> parameters.setServerNames(List.of(new SNIHostName(serverName))));
	}

	/**
	 * Connect.
	 * @param port the port on the loopback interface
	 * @param context the client's TLS
	 * @param parameters may change the parameters of the handshake
	 * @return the connection
	 */
	public static HttpsConnection open(int port, SSLContext context, Consumer<SSLParameters> parameters) {
		try {
			Socket tcp = new Socket();
			// Small, so that a client that does not read soon stops the server.
			tcp.setReceiveBufferSize(32 * 1024);
			tcp.setSoTimeout(TIMEOUT_MILLIS);
			tcp.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(tcp, "localhost", port, true);
			SSLParameters changed = socket.getSSLParameters();
			parameters.accept(changed);
			socket.setSSLParameters(changed);
			socket.startHandshake();
			return new HttpsConnection(socket);
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	/**
	 * Return the common name of the server's certificate.
	 * @return the name
	 * @throws IOException if there is no certificate
	 */
	public String serverCommonName() throws IOException {
		X509Certificate certificate = (X509Certificate) this.socket.getSession().getPeerCertificates()[0];
		return certificate.getSubjectX500Principal().getName().replace("CN=", "");
	}

	/**
	 * Return the protocol version.
	 * @return the name, for example {@code TLSv1.3}
	 */
	public String protocol() {
		return this.socket.getSession().getProtocol();
	}

	/**
	 * Return the cipher suite.
	 * @return the standard name
	 */
	public String cipherSuite() {
		return this.socket.getSession().getCipherSuite();
	}

	/**
	 * Change our key, and ask the server to change its own (TLS 1.3).
	 * @throws IOException if the connection is broken
	 */
	public void updateKey() throws IOException {
		this.socket.startHandshake();
	}

	/**
	 * Send a request without waiting for anything.
	 * @param method the method
	 * @param path the path
	 * @param headers header lines
	 * @throws IOException if the connection is broken
	 */
	public void send(String method, String path, String... headers) throws IOException {
		StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
		for (String header : headers) {
			request.append(header).append("\r\n");
		}
		this.socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
	}

	/**
	 * Send a request and receive its response.
	 * @param method the method
	 * @param path the path
	 * @param headers header lines
	 * @return the response
	 * @throws IOException if the connection is broken
	 */
	public Response request(String method, String path, String... headers) throws IOException {
		send(method, path, headers);
		return receive(method);
	}

	/**
	 * Get a resource.
	 * @param path the path
	 * @param headers header lines
	 * @return the response
	 * @throws IOException if the connection is broken
	 */
	public Response get(String path, String... headers) throws IOException {
		return request("GET", path, headers);
	}

	/**
	 * Receive a response.
	 * @param method the method of the request
	 * @return the response
	 * @throws IOException if the connection is broken before its end
	 */
	public Response receive(String method) throws IOException {
		Response head = receiveHead();
		boolean empty = method.equals("HEAD") || head.status() == 204 || head.status() == 304;
		return empty ? head : new Response(head.status(), head.headers(), receiveBody(head));
	}

	/**
	 * Receive status and headers of a response.
	 * @return the response, with an empty body
	 * @throws IOException if the connection is broken before its end
	 */
	public Response receiveHead() throws IOException {
		String status = line();
		Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		for (String line = line(); !line.isEmpty(); line = line()) {
			int colon = line.indexOf(':');
			headers.put(line.substring(0, colon), line.substring(colon + 1).trim());
		}
		return new Response(Integer.parseInt(status.substring(9, 12)), headers, new byte[0]);
	}

	/**
	 * Receive the body of a response.
	 * @param head status and headers
	 * @return the body
	 * @throws IOException if the connection is broken before its end
	 */
	public byte[] receiveBody(Response head) throws IOException {
		if (!head.header("Transfer-Encoding").toLowerCase(Locale.ROOT).equals("chunked")) {
			return exactly(Integer.parseInt(head.header("Content-Length")));
		}
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		int length;
		do {
			length = Integer.parseInt(line(), 16);
			body.write(exactly(length));
			line();
		}
		while (length > 0);
		return body.toByteArray();
	}

	/**
	 * Receive up to a text.
	 * @param end the text
	 * @return all bytes up to its end
	 * @throws IOException if the connection is broken before
	 */
	public byte[] receiveUntil(String end) throws IOException {
		StringBuilder received = new StringBuilder();
		while (received.indexOf(end, Math.max(0, received.length() - end.length())) < 0) {
			int value = read();
			if (value < 0) {
				throw new EOFException("After %d bytes".formatted(received.length()));
			}
			received.append((char) value);
		}
		return received.toString().getBytes(StandardCharsets.ISO_8859_1);
	}

	/**
	 * Wait for something to receive, and leave it.
	 * @throws IOException if the connection is broken before
	 */
	public void await() throws IOException {
		this.in.mark(1);
		if (this.in.read() < 0) {
			throw new EOFException();
		}
		this.in.reset();
	}

	/**
	 * Receive bytes.
	 * @param length how many
	 * @return the bytes
	 * @throws IOException if the connection is broken before
	 */
	public byte[] receive(int length) throws IOException {
		return exactly(length);
	}

	/**
	 * Send bytes in one write.
	 * @param bytes the bytes
	 * @throws IOException if the connection is broken
	 */
	public void send(byte[] bytes) throws IOException {
		this.socket.getOutputStream().write(bytes);
	}

	private byte[] exactly(int length) throws IOException {
		byte[] bytes = this.in.readNBytes(length);
		if (bytes.length < length) {
			throw new EOFException("%d of %d bytes".formatted(bytes.length, length));
		}
		return bytes;
	}

	private String line() throws IOException {
		StringBuilder line = new StringBuilder();
		for (int c = this.in.read(); c != '\n'; c = this.in.read()) {
			if (c < 0) {
				throw new EOFException("In the line '" + line + "'");
			}
			if (c != '\r') {
				line.append((char) c);
			}
		}
		return line.toString();
	}

	/**
	 * Read on.
	 * @return the next byte, or -1 if the server has closed the connection properly
	 * @throws IOException if the connection is broken
	 */
	public int read() throws IOException {
		return this.in.read();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	/**
	 * A response.
	 */
	public static final class Response {

		private final int status;

		private final Map<String, String> headers;

		private final byte[] body;

		Response(int status, Map<String, String> headers, byte[] body) {
			this.status = status;
			this.headers = headers;
			this.body = body;
		}

		/**
		 * Return the status code.
		 * @return the code
		 */
		public int status() {
			return this.status;
		}

		/**
		 * Return the headers.
		 * @return the headers, by names in any case
		 */
		public Map<String, String> headers() {
			return this.headers;
		}

		/**
		 * Return the body.
		 * @return the body, as it was sent
		 */
		public byte[] body() {
			return this.body;
		}

		/**
		 * Return a header.
		 * @param name its name
		 * @return its value, empty if there is none
		 */
		public String header(String name) {
			return this.headers.getOrDefault(name, "");
		}

		/**
		 * Return the hash of the body.
		 * @return the SHA-256 in hexadecimal
		 */
		public String sha256() {
			return TestFiles.sha256(this.body);
		}

		/**
		 * Return the body as text.
		 * @return the text
		 */
		public String text() {
			return new String(this.body, StandardCharsets.UTF_8);
		}

	}

}
