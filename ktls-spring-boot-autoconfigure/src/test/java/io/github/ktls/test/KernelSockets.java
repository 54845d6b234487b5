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
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the kernel says of the sockets that it does TLS for, as {@code ss} shows it.
 */
public final class KernelSockets {

	private static final Pattern SOCKET = Pattern.compile("\\S+ +\\d+ +\\d+ +(?:\\S+) +(\\S+) .* tcp-ulp-tls "
			+ "version: (\\S+) cipher: (\\S+) rxconf: (\\S+) txconf: (\\S+).*");

	private KernelSockets() {
	}

	/**
	 * Look at the sockets of a server.
	 * @param port its port
	 * @return the connected sockets with TLS, by their peer's address and port
	 */
	public static Map<String, TlsSocket> of(int port) {
		Map<String, TlsSocket> sockets = new TreeMap<>();
		for (String line : run("ss", "-HOtnie", "state", "connected", "sport", "=", ":" + port).lines().toList()) {
			Matcher matcher = SOCKET.matcher(line);
			if (matcher.matches()) {
				sockets.put(matcher.group(1).replace("[::ffff:", "").replace("]", ""),
						new TlsSocket(matcher.group(2), matcher.group(3), matcher.group(4), matcher.group(5)));
			}
		}
		return sockets;
	}

	private static String run(String... command) {
		try {
			Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (process.waitFor() != 0) {
				throw new IllegalStateException(command[0] + " ended with " + process.exitValue());
			}
			return output;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A socket that the kernel does TLS for.
	 *
	 * @param version the protocol version, for example {@code 1.3}
	 * @param cipher the cipher, for example {@code aes-gcm-128}
	 * @param receive who decrypts: {@code none}, {@code sw} or {@code hw}
	 * @param transmit who encrypts: {@code none}, {@code sw} or {@code hw}
	 */
	public record TlsSocket(String version, String cipher, String receive, String transmit) {

	}

}
