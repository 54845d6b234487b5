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
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A client that is a program of its own, with its input and output. A program that is not
 * there fails the test: without it nothing would be shown.
 */
public final class ClientProcess implements AutoCloseable {

	private final Process process;

	private final InputStream in;

	private ClientProcess(Process process) {
		this.process = process;
		this.in = new BufferedInputStream(process.getInputStream(), 64 * 1024);
	}

	/**
	 * Start a program.
	 * @param debianPackage the package that has it
	 * @param command the program and its arguments
	 * @return the process
	 */
	public static ClientProcess start(String debianPackage, List<String> command) {
		try {
			return new ClientProcess(
					new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
		}
		catch (IOException ex) {
			throw new AssertionError("This test needs %s, which the Debian package %s has (apt-get install %2$s)"
				.formatted(command.get(0), debianPackage), ex);
		}
	}

	/**
	 * Return a connection of {@code gnutls-cli}. A line {@code ^rekey^} has it change
	 * keys and ask the server to do the same, {@code ^rekey1^} without that, if it is the
	 * first that it reads at once. What it receives it writes byte by byte, so it should
	 * not be much.
	 * @param port the port on the loopback interface
	 * @param priority GnuTLS's priority string
	 * @return the process
	 */
	public static ClientProcess gnuTls(int port, String priority) {
		return start("gnutls-bin", List.of("gnutls-cli", "--insecure", "--logfile=/dev/null", "--inline-commands",
				"--priority=" + priority, "--port=" + port, "localhost"));
	}

	/**
	 * Write to the program's input.
	 * @param text the text
	 * @throws IOException if the program is gone
	 */
	public void write(String text) throws IOException {
		OutputStream out = this.process.getOutputStream();
		out.write(text.getBytes(StandardCharsets.ISO_8859_1));
		out.flush();
	}

	/**
	 * Take one response from the program's output.
	 * @return the response
	 * @throws IOException if the output ends before
	 */
	public TlsClient.Response receive() throws IOException {
		return TlsClient.receive(this.in, () -> {
		});
	}

	/**
	 * Take the head of a response from the program's output.
	 * @return the head, up to and with its empty line
	 * @throws IOException if the output ends before
	 */
	public String receiveHead() throws IOException {
		StringBuilder head = new StringBuilder();
		while (!head.toString().endsWith("\r\n\r\n")) {
			int next = this.in.read();
			if (next < 0) {
				throw new IOException("The output ended after '" + head + "'");
			}
			head.append((char) next);
		}
		return head.toString();
	}

	/**
	 * Take text from the program's output.
	 * @param length how much
	 * @return the text, which is shorter at the end of the output
	 * @throws IOException if the output cannot be read
	 */
	public String receiveText(int length) throws IOException {
		return new String(this.in.readNBytes(length), StandardCharsets.ISO_8859_1);
	}

	/**
	 * Wait for the end of the program's output.
	 * @return whether it came before anything else, and the program was content
	 * @throws IOException if the output cannot be read
	 */
	public boolean isAtEnd() throws IOException {
		return this.in.read() < 0 && status() == 0;
	}

	/**
	 * Take all output that is left.
	 * @return the lines
	 * @throws IOException if the program was not content
	 */
	public List<String> lines() throws IOException {
		String text = new String(this.in.readAllBytes(), StandardCharsets.UTF_8);
		int status = status();
		if (status != 0) {
			throw new IOException("The program ended with " + status + ": " + text);
		}
		return text.lines().toList();
	}

	private int status() throws IOException {
		try {
			return this.process.waitFor();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroy();
	}

}
