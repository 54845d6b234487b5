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

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsClient.Sending;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Files through sockets whose buffer is full after less than a segment, which over the
 * loopback interface is long: of what is written the kernel then holds back what it
 * believes to be followed by more. Linux before 6.5 did so for good, with buffers of any
 * size where acknowledgements come at once.
 */
@Tag("kernel")
@Tag("rekey")
class SendBufferKernelTests {

	private static final int SIZE = 300_000;

	@TempDir
	static Path files;

	private static String hash = "";

	@BeforeAll
	static void makeFile() throws IOException {
		hash = TestFiles.sha256(TestFiles.random(files.resolve("file"), SIZE));
	}

	static Stream<Arguments> combinations() {
		return Stream.of(KernelArm.values())
			.flatMap((arm) -> Stream.of("TLSv1.3", "TLSv1.2")
				.flatMap((protocol) -> Stream.of(2048, 16 * 1024, 40 * 1024)
					.map((size) -> Arguments.of(arm, protocol, size))));
	}

	@ParameterizedTest(name = "{0} {1}, {2} bytes")
	@MethodSource("combinations")
	void whenSocketHasLittleRoomFilesArriveAllTheSame(KernelArm arm, String protocol, int size) throws IOException {
		try (KernelServer server = KernelServer.start(arm, files,
				(http) -> http.childOption(ChannelOption.SO_SNDBUF, size));
				TlsClient client = TlsClient.connect(KernelServer.clientContext(), protocol, server.port())) {
			assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
			assertThat(client.get("/text?size=70000").status()).isEqualTo(200);
			assertThat(client.get("/static/file", "Connection: close").sha256()).isEqualTo(hash);
			assertThat(client.isAtEnd()).isTrue();
			assertThat(server.kernel().of("TlsTxSw")).isOne();
			assertThat(server.warnings()).isEmpty();
		}
	}

	// A socket takes no more than half a record more than it can send at once.
	@ParameterizedTest(name = "{0} {1}, {2} bytes")
	@MethodSource("combinations")
	void whenLittleMayWaitInTheSocketFilesArriveAllTheSame(KernelArm arm, String protocol, int size)
			throws IOException {
		try (KernelServer server = KernelServer.start(arm, files,
				(http) -> http.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) size))) {
			Socket socket = new Socket();
			socket.setReceiveBufferSize(40_000);
			try (TlsClient client = TlsClient.connect(KernelServer.clientContext(), protocol, server.port(), socket,
					Sending.AS_WRITTEN)) {
				for (int i = 0; i < 5; i++) {
					assertThat(client.get("/static/file").sha256()).isEqualTo(hash);
				}
				assertThat(server.kernel().of("TlsTxSw")).isOne();
			}
			assertThat(server.warnings()).isEmpty();
		}
	}

}
