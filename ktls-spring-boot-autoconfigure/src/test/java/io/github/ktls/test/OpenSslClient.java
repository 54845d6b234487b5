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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.awaitility.Awaitility.await;

/**
 * A connection of {@code openssl s_client}, in a process of its own, whose command
 * letters can do what Java's client cannot: change keys.
 */
public final class OpenSslClient implements AutoCloseable {

	private final Process process;

	private final InputStream in;

	private final List<String> errors = new CopyOnWriteArrayList<>();

	private OpenSslClient(Process process) {
		this.process = process;
		this.in = new BufferedInputStream(process.getInputStream(), 16 * 1024);
		Thread thread = new Thread(this::readErrors, "s_client");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Connect.
	 * @param port the port on the loopback interface
	 * @param options further options of s_client
	 * @return the connection
	 */
	public static OpenSslClient connect(int port, String... options) {
		return connect(List.of(), "localhost:" + port, options);
	}

	/**
	 * Connect from another network namespace.
	 * @param namespace the namespace's name
	 * @param address the server's address and port
	 * @param options further options of s_client
	 * @return the connection
	 */
	public static OpenSslClient connectFrom(String namespace, String address, String... options) {
		return connect(NetworkNamespace.enter(namespace), address, options);
	}

	private static OpenSslClient connect(List<String> prefix, String address, String... options) {
		List<String> command = new ArrayList<>(prefix);
		// Command letters, but nothing printed between the data.
		command.addAll(List.of("openssl", "s_client", "-connect", address, "-quiet", "-no_ign_eof"));
		command.addAll(List.of(options));
		try {
			return new OpenSslClient(new ProcessBuilder(command).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void readErrors() {
		try (BufferedReader reader = this.process.errorReader(StandardCharsets.ISO_8859_1)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				this.errors.add(line);
			}
		}
		catch (IOException ex) {
			this.errors.add(ex.toString());
		}
	}

	/**
	 * Send a request for a path.
	 * @param path the path
	 * @throws IOException if s_client is gone
	 */
	public void send(String path) throws IOException {
		write(TlsClient.request(path));
	}

	/**
	 * Receive one response.
	 * @return the response
	 * @throws IOException if the connection ends before its end
	 */
	public TlsClient.Response receive() throws IOException {
		return receive(() -> {
		});
	}

	/**
	 * Receive one response, slowly.
	 * @param pause is called between one read of the body and the next
	 * @return the response
	 * @throws IOException if the connection ends before its end
	 */
	public TlsClient.Response receive(Runnable pause) throws IOException {
		try {
			return TlsClient.receive(this.in, pause);
		}
		catch (IOException ex) {
			throw new IOException(this.errors.toString(), ex);
		}
	}

	/**
	 * Request one path and wait for the response.
	 * @param path the path
	 * @return the response
	 * @throws IOException if the connection ends before its end
	 */
	public TlsClient.Response get(String path) throws IOException {
		send(path);
		return receive();
	}

	/**
	 * Send text, of whose lines none begins with a command letter.
	 * @param text the text
	 * @throws IOException if s_client is gone
	 */
	public void sendText(String text) throws IOException {
		write(text);
	}

	/**
	 * Receive the head of a response.
	 * @return the head, up to and with its empty line
	 * @throws IOException if the connection ends before
	 */
	public String receiveHead() throws IOException {
		StringBuilder head = new StringBuilder();
		while (!head.toString().endsWith("\r\n\r\n")) {
			int next = this.in.read();
			if (next < 0) {
				throw new IOException("The connection ended after '" + head + "': " + this.errors);
			}
			head.append((char) next);
		}
		return head.toString();
	}

	/**
	 * Receive text.
	 * @param length how much
	 * @return the text, which is shorter at the end of the connection
	 * @throws IOException if s_client cannot be read
	 */
	public String receiveText(int length) throws IOException {
		return new String(this.in.readNBytes(length), StandardCharsets.ISO_8859_1);
	}

	/**
	 * Give a command. Everything sent before has to be answered, at least in part:
	 * s_client takes commands at the start of its input only.
	 * @param letter the command
	 */
	public void command(char letter) {
		try {
			write(letter + "\n");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Change the key that the client sends with, and wait until that is done. In the
	 * middle of a response, this works because s_client has to wait for its own output to
	 * be read then, and it looks at its input while it waits.
	 * @param letter {@code K} to ask the server to do the same, else {@code k}
	 */
	public void keyUpdate(char letter) {
		this.errors.clear();
		command(letter);
		await().until(() -> isReported("KEYUPDATE"));
	}

	/**
	 * Wait for the end of the connection.
	 * @return whether it came before anything else, and by a close_notify
	 * @throws IOException if s_client cannot be read
	 */
	public boolean isAtEnd() throws IOException {
		int next = this.in.read();
		try {
			int status = this.process.waitFor();
			return next < 0 && status == 0 && !isReported("unexpected eof") && !isReported("errno");
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

	private boolean isReported(String message) {
		return this.errors.stream().anyMatch((line) -> line.contains(message));
	}

	private void write(String text) throws IOException {
		this.process.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
		this.process.getOutputStream().flush();
	}

	@Override
	public void close() {
		this.process.destroy();
	}

}
