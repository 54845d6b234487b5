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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.github.ktls.test.KernelArm;
import io.github.ktls.test.KernelServer;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.Wire;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.RecordHeader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The head of a response and the first bytes of its file share a record.
 */
@Tag("kernel")
@Tag("rekey")
class FirstRecordKernelTests {

	private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private static final int TINY = 100;

	private static final int LARGE = 3_000_000;

	@TempDir
	static Path files;

	private static byte[] tiny = {};

	private static byte[] large = {};

	@BeforeAll
	static void makeFiles() throws IOException {
		tiny = Files.readAllBytes(TestFiles.random(files.resolve("tiny"), TINY));
		large = Files.readAllBytes(TestFiles.random(files.resolve("large"), LARGE));
	}

	static Stream<Arguments> combinations() {
		return Stream.of("TLSv1.3", "TLSv1.2")
			.flatMap((protocol) -> Stream.of(KernelArm.values()).map((arm) -> Arguments.of(protocol, arm)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void headAndFirstBytesOfAFileShareARecord(String protocol, KernelArm arm) throws IOException {
		try (KernelServer server = start(arm); RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(KernelServer.clientContext(), protocol, proxy.port())) {
				assertThat(client.get("/static/tiny").status()).isEqualTo(200);
				assertThat(client.get("/static/large").status()).isEqualTo(200);
				assertThat(client.get("/static/large", "Range: bytes=1000-2999").status()).isEqualTo(206);
				assertThat(client.get("/static/large", "Range: bytes=1234567-").status()).isEqualTo(206);
				assertThat(client.get("/hello").status()).isEqualTo(200);
				assertThat(client.get("/text?size=1000").status()).isEqualTo(200);
				client.send("HEAD /static/large HTTP/1.1\r\nHost: localhost\r\n\r\n");
				client.receiveHead();
				assertThat(client.get("/resource/tiny").status()).isEqualTo(200);
				assertThat(client.get("/entity/tiny", "Connection: close").status()).isEqualTo(200);
				assertThat(client.isAtEnd()).isTrue();
			}
			List<Plaintext> records = server.records(0, proxy.recording());
			List<ResponseRecords> responses = responses(records, 6);
			assertThat(responses).hasSize(9);
			assertFile(responses.get(0), tiny);
			assertFile(responses.get(1), large);
			assertFile(responses.get(2), Arrays.copyOfRange(large, 1000, 3000));
			assertFile(responses.get(3), Arrays.copyOfRange(large, 1_234_567, LARGE));
			// As they always were
			assertThat(responses.get(4).records()).hasSize(1);
			assertThat(responses.get(5).records()).hasSize(1);
			assertThat(responses.get(6).records()).hasSize(1);
			assertFile(responses.get(7), tiny);
			assertFile(responses.get(8), tiny);
			assertThat(KernelServer.alerts(records)).containsExactly("1 0");
			assertThat(server.warnings()).isEmpty();
		}
	}

	// Where the socket is full, a head may have to wait for room, and so may what follows
	// it while the head is in the kernel.
	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("combinations")
	void whenSocketIsFullHeadsAndFilesStillShareRecords(String protocol, KernelArm arm) throws IOException {
		int rounds = 12;
		try (KernelServer server = KernelServer.start(arm, files,
				(http) -> http.childOption(ChannelOption.SO_SNDBUF, 64 * 1024),
				"server.ssl.ktls.activation-threshold=0"); RecordingProxy proxy = server.proxy()) {
			try (TlsClient client = TlsClient.connect(KernelServer.clientContext(), protocol, proxy.port())) {
				for (int i = 0; i < rounds; i++) {
					client.send(TlsClient.request("/static/tiny")
							+ TlsClient.request("/static/large", "Range: bytes=%d-%d".formatted(i * 1000, i * 21_000)));
				}
				for (int i = 0; i < rounds; i++) {
					assertThat(client.receive().sha256()).isEqualTo(TestFiles.sha256(tiny));
					assertThat(client.receive().sha256()).isEqualTo(TestFiles.sha256(range(i)));
				}
			}
			List<ResponseRecords> responses = responses(server.records(0, proxy.recording()), -1);
			assertThat(responses).hasSize(2 * rounds);
			for (int i = 0; i < rounds; i++) {
				assertFile(responses.get(2 * i), tiny);
				assertFile(responses.get(2 * i + 1), range(i));
			}
			assertThat(server.warnings()).isEmpty();
		}
	}

	private static byte[] range(int i) {
		return Arrays.copyOfRange(large, i * 1000, i * 21_000 + 1);
	}

	private static KernelServer start(KernelArm arm) {
		return KernelServer.start(arm, files, "server.ssl.ktls.activation-threshold=0");
	}

	private static void assertFile(ResponseRecords response, byte[] file) {
		assertThat(Arrays.equals(response.body(), file)).isTrue();
		int length = response.headLength() + file.length;
		assertThat(response.records().get(0)).hasSize(Math.min(length, RecordHeader.MAX_CONTENT_LENGTH));
	}

	// Each response begins with a record of its own.
	private static List<ResponseRecords> responses(List<Plaintext> records, int indexOfHead) {
		List<byte[]> contents = records.stream()
			.filter((plaintext) -> plaintext.type() == ContentType.APPLICATION_DATA)
			.map(Plaintext::content)
			.toList();
		List<ResponseRecords> responses = new ArrayList<>();
		for (int first = 0; first < contents.size();) {
			int end = first + 1;
			while (end < contents.size() && responses.size() != indexOfHead
					&& new ResponseRecords(contents.subList(first, end)).isIncomplete()) {
				end++;
			}
			responses.add(new ResponseRecords(contents.subList(first, end)));
			first = end;
		}
		return responses;
	}

	/**
	 * The records of a response.
	 *
	 * @param records their contents
	 */
	private record ResponseRecords(List<byte[]> records) {

		int headLength() {
			int end = new Wire(this.records.get(0)).indexOf(END_OF_HEAD);
			assertThat(end).isPositive();
			return end + END_OF_HEAD.length;
		}

		boolean isIncomplete() {
			String head = new String(this.records.get(0), 0, headLength(), StandardCharsets.US_ASCII);
			assertThat(head).startsWith("HTTP/1.1 20");
			int length = head.lines()
				.filter((line) -> line.regionMatches(true, 0, "content-length:", 0, 15))
				.map((line) -> Integer.parseInt(line.substring(15).strip()))
				.findFirst()
				.orElseThrow();
			int received = this.records.stream().mapToInt((record) -> record.length).sum();
			assertThat(received).isLessThanOrEqualTo(headLength() + length);
			return received < headLength() + length;
		}

		byte[] body() {
			ByteArrayOutputStream all = new ByteArrayOutputStream();
			this.records.forEach(all::writeBytes);
			return Arrays.copyOfRange(all.toByteArray(), headLength(), all.size());
		}

	}

}
