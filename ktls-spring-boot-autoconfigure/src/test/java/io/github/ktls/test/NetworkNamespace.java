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
import java.util.List;

/**
 * Commands of root's about interfaces, and in network namespaces. A command that fails,
 * or is not there, fails the test.
 */
public final class NetworkNamespace {

	private NetworkNamespace() {
	}

	/**
	 * Return how a command is run in a namespace.
	 * @param namespace the namespace's name
	 * @return what has to be in front of the command
	 */
	public static List<String> enter(String namespace) {
		return List.of("nsenter", "--net=/run/netns/" + namespace, "--");
	}

	/**
	 * Run a command in this namespace.
	 * @param command the command, whose words have one space between them
	 * @return what it printed
	 */
	public static String run(String command) {
		try {
			Process process = new ProcessBuilder(command.split(" ")).redirectErrorStream(true).start();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			if (process.waitFor() != 0) {
				throw new AssertionError("'" + command + "' failed: " + output);
			}
			return output;
		}
		catch (IOException ex) {
			throw new AssertionError("This test needs ip and ss (Debian package iproute2), ethtool and nsenter", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Run a command in another namespace.
	 * @param namespace the namespace's name
	 * @param command the command, whose words have one space between them
	 * @return what it printed
	 */
	public static String runIn(String namespace, String command) {
		return run(String.join(" ", enter(namespace)) + " " + command);
	}

}
