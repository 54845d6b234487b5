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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.fail;

/**
 * Watches from outside what a process does with its descriptors.
 */
public final class Strace {

	private static final String CALLS = "accept,accept4,setsockopt,sendfile,write,writev,pwrite64,send,sendto,sendmsg,"
			+ "sendmmsg,splice";

	private static final String UNFINISHED = "<unfinished ...>";

	private static final String DESCRIPTOR = "(?:<([^>]*)>)?";

	/** For example {@code sendfile(27<socket:[4711]>, 45</file>, [0], 65536) = 65536}. */
	private static final Pattern CALL = Pattern
		.compile("(\\w+)\\((\\d+)" + DESCRIPTOR + "(?:,\\s*(.*))?\\)\\s+= (-?\\d+)" + DESCRIPTOR + ".*");

	private final Process process;

	private final Path trace;

	private Strace(Process process, Path trace) {
		this.process = process;
		this.trace = trace;
	}

	/**
	 * Begin to watch a process.
	 * @param pid its id
	 * @param trace the file to which its calls are written
	 * @return what watches
	 */
	public static Strace attach(long pid, Path trace) {
		try {
			Process process = new ProcessBuilder("strace", "-f", "-y", "-e", "trace=" + CALLS, "-e", "signal=none",
					"-s", "16", "-o", trace.toString(), "-p", Long.toString(pid))
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			awaitAttached(process.errorReader(StandardCharsets.ISO_8859_1), pid);
			return new Strace(process, trace);
		}
		catch (IOException ex) {
			return fail("This test needs strace, for example of the package of that name", ex);
		}
	}

	private static void awaitAttached(BufferedReader reader, long pid) throws IOException {
		StringBuilder messages = new StringBuilder();
		for (String line = reader.readLine(); line != null; line = reader.readLine()) {
			messages.append(line).append('\n');
			if (line.contains("Process " + pid + " attached")) {
				Thread drain = new Thread(() -> drain(reader), "strace");
				drain.setDaemon(true);
				drain.start();
				return;
			}
		}
		fail("strace cannot watch a process here: " + messages);
	}

	private static void drain(BufferedReader reader) {
		try {
			reader.transferTo(Writer.nullWriter());
		}
		catch (IOException ex) {
			// It is being ended.
		}
	}

	/**
	 * Let go of the process.
	 * @return what it has done
	 */
	public List<SystemCall> stop() {
		this.process.destroy();
		// What it has seen is in the file when it has ended.
		this.process.onExit().join();
		try {
			return calls(Files.readAllLines(this.trace, StandardCharsets.ISO_8859_1));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Each line begins with a thread. A call during which another thread made one is cut
	// in two.
	private static List<SystemCall> calls(List<String> lines) {
		Map<String, String> unfinished = new HashMap<>();
		List<SystemCall> calls = new ArrayList<>();
		for (String line : lines) {
			String[] parts = line.split("\\s+", 2);
			String text = parts[1];
			if (text.endsWith(UNFINISHED)) {
				unfinished.put(parts[0], text.substring(0, text.length() - UNFINISHED.length()).stripTrailing());
				continue;
			}
			if (text.startsWith("<... ")) {
				text = unfinished.getOrDefault(parts[0], "") + text.substring(text.indexOf("resumed>") + 8);
			}
			Matcher matcher = CALL.matcher(text);
			if (matcher.matches()) {
				calls.add(new SystemCall(matcher.group(1), Integer.parseInt(matcher.group(2)),
						Objects.requireNonNullElse(matcher.group(3), ""),
						Objects.requireNonNullElse(matcher.group(4), ""), Long.parseLong(matcher.group(5)),
						Objects.requireNonNullElse(matcher.group(6), "")));
			}
		}
		return calls;
	}

}
