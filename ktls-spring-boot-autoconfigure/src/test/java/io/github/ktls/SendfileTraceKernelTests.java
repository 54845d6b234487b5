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

package io.github.ktls;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.netty.Activation;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.Curl;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * A file leaves by sendfile and by nothing else, as strace sees it from outside.
 */
@Tag("kernel")
class SendfileTraceKernelTests {

	private static final long SIZE = 100L * 1024 * 1024;

	private static final long LARGEST_OTHER_WRITE = 20 * 1024;

	private static final String CALLS = "setsockopt,sendfile,write,writev,pwrite64,send,sendto,sendmsg,sendmmsg,splice";

	/** For example {@code 321 sendfile(27, 45, [0] => [65536], 1000000) = 65536}. */
	private static final Pattern CALL = Pattern.compile("(\\w+)\\((\\d+)(?:, (.*))?\\)\\s+= (-?\\d+).*");

	@TempDir
	static Path files;

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenFileIsSentItLeavesBySendfileOnSocketWithKey(Activation activation, @TempDir Path directory)
			throws Exception {
		String hash = TestFiles.sha256(TestFiles.random(files.resolve("large"), SIZE));
		Certificates certificates = Certificates.create("EC", "localhost");
		Path trace = directory.resolve("trace");
		try (ServerProcess server = ServerProcess.start(files,
				List.of("server.ssl.certificate=" + certificates.writeCertificate(directory),
						"server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory),
						"server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
						"server.ssl.ktls.activation=" + activation))) {
			Process strace = strace(server.pid(), trace);
			try {
				String url = "https://localhost:" + server.port() + "/static/large";
				assertThat(new Curl().sha256(url)).isEqualTo(hash);
			}
			finally {
				// It lets go of the server and writes what it has seen.
				strace.destroy();
				strace.waitFor();
			}
		}
		List<Call> calls = calls(Files.readAllLines(trace, StandardCharsets.ISO_8859_1));
		Call key = only(calls, "setsockopt", "TLS_TX");
		Call attached = only(calls, "setsockopt", "TCP_ULP");
		assertThat(attached.arguments()).contains("SOL_TCP");
		assertThat(attached.fd()).isEqualTo(key.fd());
		assertThat(calls.indexOf(attached)).isLessThan(calls.indexOf(key));
		assertThat(attached.result()).isZero();
		assertThat(key.result()).isZero();
		List<Call> after = calls.subList(calls.indexOf(key) + 1, calls.size())
			.stream()
			.filter((call) -> call.fd() == key.fd())
			.toList();
		assertThat(after.stream()
			.filter((call) -> call.name().equals("sendfile"))
			.mapToLong((call) -> Math.max(0, call.result()))
			.sum()).isEqualTo(SIZE);
		assertThat(calls.stream().filter((call) -> call.fd() == key.fd() && !call.name().equals("sendfile")))
			.allMatch((call) -> call.result() <= LARGEST_OTHER_WRITE);
		assertThat(calls.stream().filter((call) -> call.fd() != key.fd() && call.name().equals("sendfile"))).isEmpty();
	}

	private static Process strace(long pid, Path trace) throws IOException {
		Process process;
		try {
			process = new ProcessBuilder("strace", "-f", "-e", "trace=" + CALLS, "-e", "signal=none", "-s", "16", "-o",
					trace.toString(), "-p", Long.toString(pid))
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
		}
		catch (IOException ex) {
			return fail("This test needs strace, for example of the package of that name", ex);
		}
		StringBuilder messages = new StringBuilder();
		BufferedReader reader = process.errorReader(StandardCharsets.ISO_8859_1);
		for (String line = reader.readLine(); line != null; line = reader.readLine()) {
			messages.append(line).append('\n');
			if (line.contains("Process " + pid + " attached")) {
				Thread drain = new Thread(() -> reader.lines().forEach((rest) -> {
				}), "strace");
				drain.setDaemon(true);
				drain.start();
				return process;
			}
		}
		return fail("strace cannot watch a process here: " + messages);
	}

	private static Call only(List<Call> calls, String name, String argument) {
		List<Call> found = calls.stream()
			.filter((call) -> call.name().equals(name) && call.arguments().contains(argument))
			.toList();
		assertThat(found).as(name + " " + argument).hasSize(1);
		return found.get(0);
	}

	// Each line begins with a thread. A call during which another thread made one is cut
	// in two.
	private static List<Call> calls(List<String> lines) {
		Map<String, String> unfinished = new HashMap<>();
		List<Call> calls = new ArrayList<>();
		for (String line : lines) {
			String[] parts = line.split("\\s+", 2);
			String text = parts[1];
			if (text.endsWith("<unfinished ...>")) {
				unfinished.put(parts[0],
						text.substring(0, text.length() - "<unfinished ...>".length()).stripTrailing());
				continue;
			}
			if (text.startsWith("<... ")) {
				text = unfinished.getOrDefault(parts[0], "") + text.substring(text.indexOf("resumed>") + 8);
			}
			Matcher matcher = CALL.matcher(text);
			if (matcher.matches()) {
				calls.add(new Call(matcher.group(1), Integer.parseInt(matcher.group(2)), matcher.group(3),
						Long.parseLong(matcher.group(4))));
			}
		}
		return calls;
	}

	/**
	 * A system call.
	 *
	 * @param name its name
	 * @param fd its first argument
	 * @param arguments its other arguments
	 * @param result what it returned
	 */
	private record Call(String name, int fd, String arguments, long result) {

	}

}
