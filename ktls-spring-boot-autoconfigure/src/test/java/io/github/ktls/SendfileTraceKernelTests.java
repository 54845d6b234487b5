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

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.netty.Activation;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.Curl;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.Strace;
import io.github.ktls.test.SystemCall;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A file leaves by sendfile and by nothing else, as strace sees it from outside.
 */
@Tag("kernel")
@Tag("process")
class SendfileTraceKernelTests {

	private static final long SIZE = 100L * 1024 * 1024;

	private static final long LARGEST_OTHER_WRITE = 20 * 1024;

	@TempDir
	static Path files;

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenFileIsSentItLeavesBySendfileOnSocketWithKey(Activation activation, @TempDir Path directory) {
		String hash = TestFiles.sha256(TestFiles.random(files.resolve("large"), SIZE));
		Certificates certificates = Certificates.create("EC", "localhost");
		List<SystemCall> calls;
		try (ServerProcess server = ServerProcess.start(files,
				List.of("server.ssl.certificate=" + certificates.writeCertificate(directory),
						"server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory),
						"server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
						"server.ssl.ktls.activation=" + activation))) {
			Strace strace = Strace.attach(server.pid(), directory.resolve("trace"));
			try {
				String url = "https://localhost:" + server.port() + "/static/large";
				assertThat(new Curl().sha256(url)).isEqualTo(hash);
			}
			finally {
				calls = strace.stop();
			}
		}
		SystemCall key = only(calls, "setsockopt", "TLS_TX");
		SystemCall attached = only(calls, "setsockopt", "TCP_ULP");
		assertThat(attached.arguments()).contains("SOL_TCP");
		assertThat(attached.fd()).isEqualTo(key.fd());
		assertThat(calls.indexOf(attached)).isLessThan(calls.indexOf(key));
		assertThat(attached.result()).isZero();
		assertThat(key.result()).isZero();
		List<SystemCall> after = calls.subList(calls.indexOf(key) + 1, calls.size())
			.stream()
			.filter((call) -> call.fd() == key.fd())
			.toList();
		assertThat(after.stream().filter((call) -> call.name().equals("sendfile")).mapToLong(SystemCall::moved).sum())
			.isEqualTo(SIZE);
		assertThat(calls.stream().filter((call) -> call.fd() == key.fd() && !call.name().equals("sendfile")))
			.allMatch((call) -> call.result() <= LARGEST_OTHER_WRITE);
		assertThat(calls.stream().filter((call) -> call.fd() != key.fd() && call.name().equals("sendfile"))).isEmpty();
	}

	private static SystemCall only(List<SystemCall> calls, String name, String argument) {
		List<SystemCall> found = calls.stream()
			.filter((call) -> call.name().equals(name) && call.arguments().contains(argument))
			.toList();
		assertThat(found).as(name + " " + argument).hasSize(1);
		return found.get(0);
	}

}
