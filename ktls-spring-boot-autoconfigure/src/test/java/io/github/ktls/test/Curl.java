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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs curl, a client that shares no code with the server.
 */
public final class Curl {

	private final List<String> options = new ArrayList<>(List.of("curl", "--silent", "--show-error", "--insecure"));

	/**
	 * Create a new client.
	 * @param options options for every call
	 */
	public Curl(String... options) {
		this.options.addAll(List.of(options));
	}

	/**
	 * Create a client that runs in another network namespace.
	 * @param namespace the namespace's name
	 * @param options options for every call
	 * @return the client
	 */
	public static Curl in(String namespace, String... options) {
		Curl curl = new Curl(options);
		curl.options.addAll(0, NetworkNamespace.enter(namespace));
		return curl;
	}

	/**
	 * Get a text.
	 * @param arguments the rest of the command line
	 * @return the output
	 */
	public String text(String... arguments) {
		return new String(bytes(arguments), StandardCharsets.UTF_8);
	}

	/**
	 * Get bytes.
	 * @param arguments the rest of the command line
	 * @return the output
	 */
	public byte[] bytes(String... arguments) {
		return run(List.of(arguments));
	}

	/**
	 * Get the hash of what is downloaded.
	 * @param arguments the rest of the command line
	 * @return the SHA-256 in hexadecimal
	 */
	public String sha256(String... arguments) {
		try {
			Process process = start(List.of(arguments), ProcessBuilder.Redirect.PIPE);
			String hash = TestFiles.sha256(process.getInputStream());
			check(process, arguments);
			return hash;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private byte[] run(List<String> arguments) {
		try {
			Process process = start(arguments, ProcessBuilder.Redirect.PIPE);
			byte[] output = process.getInputStream().readAllBytes();
			check(process, arguments.toArray(String[]::new));
			return output;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Process start(List<String> arguments, ProcessBuilder.Redirect output) throws IOException {
		List<String> command = new ArrayList<>(this.options);
		command.addAll(arguments);
		Path errors = Files.createTempFile("curl", ".err");
		errors.toFile().deleteOnExit();
		return new ProcessBuilder(command).redirectOutput(output)
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
	}

	private static void check(Process process, String... arguments) {
		try {
			int status = process.waitFor();
			if (status != 0) {
				throw new IllegalStateException("curl ended with " + status + ": " + Arrays.toString(arguments));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
