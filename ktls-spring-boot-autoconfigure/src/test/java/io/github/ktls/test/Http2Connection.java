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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which HTTP/2 (RFC 9113) is spoken frame by frame, so that a test
 * decides about windows, resets and when it reads. Only the compression of headers is
 * Netty's. Frames that break the protocol are errors: one that is longer than was
 * announced, one beyond a window, one that follows the end of its stream.
 */
public final class Http2Connection implements AutoCloseable {

	/** Type of a frame. */
	public static final int DATA = 0;

	/** Type of a frame. */
	public static final int HEADERS = 1;

	/** Type of a frame. */
	public static final int PRIORITY = 2;

	/** Type of a frame. */
	public static final int RST_STREAM = 3;

	/** Type of a frame. */
	public static final int SETTINGS = 4;

	/** Type of a frame. */
	public static final int PUSH_PROMISE = 5;

	/** Type of a frame. */
	public static final int PING = 6;

	/** Type of a frame. */
	public static final int GOAWAY = 7;

	/** Type of a frame. */
	public static final int WINDOW_UPDATE = 8;

	/** A setting. */
	public static final int ENABLE_PUSH = 2;

	/** A setting. */
	public static final int INITIAL_WINDOW_SIZE = 4;

	/** A setting. */
	public static final int MAX_FRAME_SIZE = 5;

	/** An error code. */
	public static final int CANCEL = 8;

	private static final int END_STREAM = 1;

	private static final int ACK = 1;

	private static final int END_HEADERS = 4;

	private static final int DEFAULT_WINDOW = 65_535;

	private static final int DEFAULT_MAX_FRAME_SIZE = 16_384;

	private final HttpsConnection connection;

	private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();

	private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();

	private final Map<Integer, Stream> streams = new LinkedHashMap<>();

	private final List<Integer> frameTypes = new ArrayList<>();

	private final int maxFrameSize;

	private final long initialWindow;

	private long window = DEFAULT_WINDOW;

	private int nextStream = 1;

	private boolean windowsKeptOpen;

	private Http2Connection(HttpsConnection connection, Map<Integer, Integer> settings) throws IOException {
		this.connection = connection;
		this.maxFrameSize = settings.getOrDefault(MAX_FRAME_SIZE, DEFAULT_MAX_FRAME_SIZE);
		this.initialWindow = settings.getOrDefault(INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
		connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		ByteBuffer payload = ByteBuffer.allocate(6 * (settings.size() + 1));
		if (!settings.containsKey(ENABLE_PUSH)) {
			payload.putShort((short) ENABLE_PUSH).putInt(0);
		}
		settings.forEach((id, value) -> payload.putShort(id.shortValue()).putInt(value));
		send(SETTINGS, 0, 0, payload.flip());
	}

	/**
	 * Connect.
	 * @param port the port on the loopback interface
	 * @param settings the client's settings, beside that it does not want to be pushed to
	 * @return the connection
	 */
	public static Http2Connection open(int port, Map<Integer, Integer> settings) {
		try {
			return new Http2Connection(HttpsConnection.open(port, ClientTls.anonymous(),
					(parameters) -> parameters.setApplicationProtocols(new String[] { "h2" })), settings);
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	/**
	 * Have each DATA frame answered by as much window as it took, for its stream and for
	 * the connection.
	 * @return this connection
	 */
	public Http2Connection keepWindowsOpen() {
		this.windowsKeptOpen = true;
		return this;
	}

	// Sending

	/**
	 * Send a request without a body.
	 * @param method the method
	 * @param path the path
	 * @param headers header lines
	 * @return its stream
	 * @throws IOException if the connection is broken
	 */
	public Stream send(String method, String path, String... headers) throws IOException {
		Http2Headers request = new DefaultHttp2Headers().method(method)
			.path(path)
			.scheme("https")
			.authority("localhost");
		for (String header : headers) {
			int colon = header.indexOf(':');
			request.add(header.substring(0, colon), header.substring(colon + 1).trim());
		}
		ByteBuf block = Unpooled.buffer();
		try {
			this.encoder.encodeHeaders(this.nextStream, request, block);
		}
		catch (Http2Exception ex) {
			throw new IllegalStateException(ex);
		}
		Stream stream = new Stream(this.nextStream, this.initialWindow);
		this.streams.put(this.nextStream, stream);
		this.nextStream += 2;
		send(HEADERS, END_STREAM | END_HEADERS, stream.id, block.nioBuffer());
		return stream;
	}

	/**
	 * Send several requests at once.
	 * @param paths what to get
	 * @return their streams
	 * @throws IOException if the connection is broken
	 */
	public List<Stream> get(List<String> paths) throws IOException {
		List<Stream> requested = new ArrayList<>();
		for (String path : paths) {
			requested.add(send("GET", path));
		}
		return requested;
	}

	/**
	 * Let the server send more.
	 * @param stream the stream, or {@code null} for the connection
	 * @param bytes how much more
	 * @throws IOException if the connection is broken
	 */
	public void openWindow(@Nullable Stream stream, int bytes) throws IOException {
		if (stream != null) {
			stream.window += bytes;
		}
		else {
			this.window += bytes;
		}
		this.connection.send(windowUpdate((stream != null) ? stream.id : 0, bytes).array());
	}

	/**
	 * Tell the weight of a stream, as RFC 7540 has it.
	 * @param stream the stream
	 * @param weight from 1 to 256, where 16 is usual
	 * @throws IOException if the connection is broken
	 */
	public void prioritize(Stream stream, int weight) throws IOException {
		send(PRIORITY, 0, stream.id, ByteBuffer.allocate(5).putInt(0).put((byte) (weight - 1)).flip());
	}

	/**
	 * Give up a stream.
	 * @param stream the stream
	 * @throws IOException if the connection is broken
	 */
	public void reset(Stream stream) throws IOException {
		send(RST_STREAM, 0, stream.id, ByteBuffer.allocate(4).putInt(CANCEL).flip());
	}

	/**
	 * Say that there will be no more streams.
	 * @throws IOException if the connection is broken
	 */
	public void goAway() throws IOException {
		send(GOAWAY, 0, 0, ByteBuffer.allocate(8));
	}

	/**
	 * Receive until the server has acted upon all that was sent before.
	 * @throws IOException if the connection is broken before
	 */
	public void ping() throws IOException {
		send(PING, 0, 0, ByteBuffer.allocate(8));
		long before = count(PING);
		receiveUntil(() -> count(PING) > before);
	}

	private void send(int type, int flags, int stream, ByteBuffer payload) throws IOException {
		this.connection.send(frame(type, flags, stream, payload).array());
	}

	private static ByteBuffer windowUpdate(int stream, int bytes) {
		return frame(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).flip());
	}

	private static ByteBuffer frame(int type, int flags, int stream, ByteBuffer payload) {
		ByteBuffer frame = ByteBuffer.allocate(9 + payload.remaining());
		frame.put((byte) 0).putShort((short) payload.remaining()).put((byte) type).put((byte) flags).putInt(stream);
		return frame.put(payload).flip();
	}

	// Receiving

	/**
	 * Receive until a stream has ended.
	 * @param stream the stream
	 * @return the stream
	 * @throws IOException if the connection is broken before
	 */
	public Stream receive(Stream stream) throws IOException {
		receiveUntil(() -> stream.ended);
		return stream;
	}

	/**
	 * Receive until streams have ended.
	 * @param all the streams
	 * @throws IOException if the connection is broken before
	 */
	public void receive(List<Stream> all) throws IOException {
		receiveUntil(() -> all.stream().allMatch((stream) -> stream.ended));
	}

	/**
	 * Receive frame by frame.
	 * @param condition when to stop
	 * @throws IOException if the connection is broken before
	 */
	public void receiveUntil(BooleanSupplier condition) throws IOException {
		while (!condition.getAsBoolean()) {
			receiveFrame();
		}
	}

	/**
	 * Return how many frames of a type have been received.
	 * @param type the type
	 * @return their number
	 */
	public long count(int type) {
		return this.frameTypes.stream().filter((received) -> received == type).count();
	}

	private void receiveFrame() throws IOException {
		ByteBuffer header = ByteBuffer.wrap(this.connection.receive(9));
		int length = ((header.get() & 0xff) << 16) | (header.getShort() & 0xffff);
		int type = header.get();
		int flags = header.get();
		int id = header.getInt();
		check(length <= this.maxFrameSize, "A frame of " + length + " bytes");
		byte[] payload = this.connection.receive(length);
		this.frameTypes.add(type);
		Stream stream = this.streams.get(id);
		if (type == SETTINGS && (flags & ACK) == 0) {
			send(SETTINGS, ACK, 0, ByteBuffer.allocate(0));
		}
		else if (type == HEADERS && stream != null) {
			check((flags & END_HEADERS) != 0, "A header in more than one frame");
			stream.headersReceived(headers(id, payload));
		}
		else if (type == DATA) {
			check(stream != null, "Data of a stream that does not exist: " + id);
			this.window -= length;
			stream.dataReceived(payload);
			check(this.window >= 0, "More than the connection's window");
			if (this.windowsKeptOpen && length > 0) {
				this.window += length;
				stream.window += length;
				this.connection.send(ByteBuffer.allocate(26)
					.put(windowUpdate(0, length))
					.put(windowUpdate(stream.id, length))
					.array());
			}
		}
		else if (type == RST_STREAM && stream != null) {
			stream.resetReceived(ByteBuffer.wrap(payload).getInt());
		}
		if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0 && stream != null) {
			stream.ended = true;
		}
	}

	private Map<String, String> headers(int id, byte[] block) {
		try {
			Map<String, String> headers = new LinkedHashMap<>();
			this.decoder.decodeHeaders(id, Unpooled.wrappedBuffer(block))
				.forEach((header) -> headers.put(header.getKey().toString(), header.getValue().toString()));
			return headers;
		}
		catch (Http2Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void check(boolean condition, String error) {
		if (!condition) {
			throw new IllegalStateException(error);
		}
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
	}

	/**
	 * A request and what was received of its response.
	 */
	public static final class Stream {

		private final int id;

		private final MessageDigest digest = TestFiles.messageDigest();

		private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();

		private final List<Integer> frameLengths = new ArrayList<>();

		private final List<Map<String, String>> headers = new ArrayList<>();

		private long window;

		private long length;

		private boolean ended;

		private int resetCode = -1;

		Stream(int id, long window) {
			this.id = id;
			this.window = window;
		}

		private void headersReceived(Map<String, String> received) {
			check(!this.ended, "A header behind the end");
			this.headers.add(received);
		}

		private void dataReceived(byte[] bytes) {
			check(!this.ended, "Data behind the end");
			check(!this.headers.isEmpty(), "Data before the header");
			this.window -= bytes.length;
			check(this.window >= 0, "More than the stream's window");
			this.frameLengths.add(bytes.length);
			this.length += bytes.length;
			this.digest.update(bytes);
			if (this.beginning.size() + bytes.length <= DEFAULT_WINDOW) {
				this.beginning.writeBytes(bytes);
			}
		}

		private void resetReceived(int code) {
			this.resetCode = code;
			this.ended = true;
		}

		/**
		 * Return the status code.
		 * @return the code
		 */
		public int status() {
			return Integer.parseInt(header(":status"));
		}

		/**
		 * Return a header.
		 * @param name its name, in lower case
		 * @return its value, empty if there is none
		 */
		public String header(String name) {
			return this.headers.get(0).getOrDefault(name, "");
		}

		/**
		 * Return how many header blocks were received: more than one are trailers.
		 * @return their number
		 */
		public int headerBlocks() {
			return this.headers.size();
		}

		/**
		 * Return how much data was received.
		 * @return the length in bytes
		 */
		public long length() {
			return this.length;
		}

		/**
		 * Return the lengths of the DATA frames.
		 * @return the lengths in bytes
		 */
		public List<Integer> frameLengths() {
			return this.frameLengths;
		}

		/**
		 * Return whether there is no more to come.
		 * @return whether the server has ended the stream, in whatever way
		 */
		public boolean isEnded() {
			return this.ended;
		}

		/**
		 * Return why the server has reset the stream.
		 * @return the error code, or -1 if it has not
		 */
		public int resetCode() {
			return this.resetCode;
		}

		/**
		 * Return the hash of the data, once.
		 * @return the SHA-256 in hexadecimal
		 */
		public String sha256() {
			return HexFormat.of().formatHex(this.digest.digest());
		}

		/**
		 * Return a short body as text.
		 * @return the text
		 */
		public String text() {
			return this.beginning.toString(StandardCharsets.UTF_8);
		}

	}

}
