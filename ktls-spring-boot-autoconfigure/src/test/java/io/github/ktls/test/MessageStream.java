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

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Many small messages over one connection, as {@link JavaClient} receives them. Each is
 * compared with what it has to be.
 */
abstract class MessageStream implements AutoCloseable {

	/** So many messages on their way that Java's KeyUpdates stay few. */
	private static final int WINDOW = 8;

	/**
	 * Open a connection, get a file and receive messages until the last one or the end of
	 * the connection.
	 * @param protocol the TLS version
	 * @param port the port on the loopback interface
	 * @param path the path of the file
	 * @param first the number of the first message to receive
	 * @param end the number behind the last one
	 * @return how many messages were received
	 * @throws IOException if the file cannot be received
	 */
	final int receive(String protocol, int port, String path, int first, int end) throws IOException {
		int received = 0;
		try (HttpsConnection connection = open(port, protocol)) {
			if (connection.get(path).status() != 200) {
				throw new IllegalStateException("No file");
			}
			start(connection, first, end);
			try {
				for (int i = first; i < end; i++) {
					String message = receive(connection, i);
					if (!message.equals(message(i))) {
						throw new IllegalStateException("Message %d is '%s'".formatted(i, message));
					}
					received++;
				}
			}
			catch (IOException ex) {
				// How many messages there were tells.
				System.out.println("After %d messages: %s".formatted(received, ex));
				return received;
			}
			finish(connection);
		}
		return received;
	}

	abstract void start(HttpsConnection connection, int first, int end) throws IOException;

	abstract String receive(HttpsConnection connection, int number) throws IOException;

	abstract void finish(HttpsConnection connection) throws IOException;

	@Override
	public void close() throws IOException {
	}

	static HttpsConnection open(int port, String protocol) {
		return HttpsConnection.open(port, ClientTls.anonymous(),
				(parameters) -> parameters.setProtocols(new String[] { protocol }));
	}

	/**
	 * Return the text of a message, of another length and content than the ones before.
	 * @param number the message's number
	 * @return the text
	 */
	static String message(int number) {
		Random random = new Random(number);
		StringBuilder text = new StringBuilder("%08d ".formatted(number));
		random.ints(150 + random.nextInt(300), 'a', 'z' + 1).forEach((letter) -> text.append((char) letter));
		return text.toString();
	}

	/**
	 * Sends texts over a WebSocket while it receives them back.
	 */
	static final class Echo extends MessageStream {

		private Semaphore window = new Semaphore(0);

		@Override
		void start(HttpsConnection connection, int first, int end) throws IOException {
			WebSocketFrames.upgrade(connection);
			Semaphore permits = new Semaphore(WINDOW);
			this.window = permits;
			Thread thread = new Thread(() -> send(connection, permits, first, end), "sender");
			thread.setDaemon(true);
			thread.start();
		}

		private static void send(HttpsConnection connection, Semaphore permits, int first, int end) {
			try {
				for (int i = first; i < end; i++) {
					permits.acquireUninterruptibly();
					connection.send(WebSocketFrames.ofClient(WebSocketFrames.TEXT,
							message(i).getBytes(StandardCharsets.US_ASCII)));
				}
			}
			catch (IOException ex) {
				// The one who receives finds out.
			}
		}

		@Override
		String receive(HttpsConnection connection, int number) throws IOException {
			byte[] text = WebSocketFrames.receive(connection, WebSocketFrames.TEXT);
			this.window.release();
			return new String(text, StandardCharsets.US_ASCII);
		}

		@Override
		void finish(HttpsConnection connection) throws IOException {
			connection.send(WebSocketFrames.ofClient(WebSocketFrames.CLOSE, new byte[] { 3, (byte) 232 }));
			WebSocketFrames.receive(connection, WebSocketFrames.CLOSE);
			if (connection.read() >= 0) {
				throw new IllegalStateException("Something came after the end");
			}
		}

	}

	/**
	 * Receives events, and has them made over another connection, on which nobody can
	 * change keys.
	 */
	static final class Events extends MessageStream {

		private static final int STEP = 2;

		private static final Pattern EVENT = Pattern.compile("data:(\\d{8} [a-z]+)\n\n$");

		private final HttpsConnection publisher;

		private int published;

		Events(int publishingPort) {
			this.publisher = open(publishingPort, "TLSv1.2");
		}

		@Override
		void start(HttpsConnection connection, int first, int end) throws IOException {
			connection.send("GET", "/feed?from=" + first);
			// The response begins with the first event.
			publishTo(first);
			connection.receiveHead();
		}

		private void publishTo(int number) throws IOException {
			while (this.published <= number) {
				this.published += STEP;
				this.publisher.get("/publish?to=" + this.published);
			}
		}

		@Override
		String receive(HttpsConnection connection, int number) throws IOException {
			publishTo(number);
			String text = new String(connection.receiveUntil("\n\n"), StandardCharsets.US_ASCII);
			Matcher matcher = EVENT.matcher(text);
			return matcher.find() ? matcher.group(1) : text;
		}

		@Override
		void finish(HttpsConnection connection) {
		}

		@Override
		public void close() throws IOException {
			this.publisher.close();
		}

	}

}
