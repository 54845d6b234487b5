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

import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * A WebSocket by hand (RFC 6455) on an {@link HttpsConnection}.
 */
public final class WebSocketFrames {

	/** The opcode of a text. */
	public static final int TEXT = 1;

	/** The opcode of the end. */
	public static final int CLOSE = 8;

	private WebSocketFrames() {
	}

	/**
	 * Make a connection a WebSocket.
	 * @param connection the connection
	 * @throws IOException if the server refuses
	 */
	public static void upgrade(HttpsConnection connection) throws IOException {
		connection.send("GET", "/ws", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
				"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
		int status = connection.receiveHead().status();
		if (status != 101) {
			throw new IOException("The WebSocket was refused with " + status);
		}
	}

	/**
	 * Return a frame to send (section 5.2). Its mask is zero.
	 * @param opcode the opcode
	 * @param payload the payload
	 * @return the frame
	 */
	public static byte[] ofClient(int opcode, byte[] payload) {
		ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) (0x80 | opcode));
		if (payload.length < 126) {
			frame.put((byte) (0x80 | payload.length));
		}
		else if (payload.length < 65_536) {
			frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
		}
		else {
			frame.put((byte) (0x80 | 127)).putLong(payload.length);
		}
		frame.putInt(0).put(payload).flip();
		byte[] bytes = new byte[frame.remaining()];
		frame.get(bytes);
		return bytes;
	}

	/**
	 * Receive a frame.
	 * @param connection the connection
	 * @param opcode the opcode that it has to have
	 * @return the payload
	 * @throws IOException if the connection ends, or if the frame is another one
	 */
	public static byte[] receive(HttpsConnection connection, int opcode) throws IOException {
		int first = connection.read();
		if (first < 0) {
			throw new EOFException("The connection ended between two frames");
		}
		if (first != (0x80 | opcode)) {
			throw new IllegalStateException("A frame begins with " + first);
		}
		int length = connection.read();
		if (length == 126) {
			length = new BigInteger(1, connection.receive(2)).intValue();
		}
		else if (length == 127) {
			length = new BigInteger(1, connection.receive(8)).intValue();
		}
		return connection.receive(length);
	}

}
