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

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.JavaClient;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.RecordingProxy;
import io.github.ktls.test.RecordingProxy.Recording;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsStatDelta;
import io.github.ktls.test.Wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Connections for tens of thousands of small messages, whose client changes keys as if
 * they had lived for hours. Each message is compared by the client. Where the kernel
 * cannot follow, the connection ends and the client comes back.
 */
@Tag("kernel")
class LongLivedConnectionKernelTests {

	/** Under one key: a file that has the connection handed over, and many messages. */
	private static final String KEY_LIMIT = "2^17";

	/**
	 * The same for messages that the client does not answer. It asks for a key with each
	 * record until it has one, and BoringSSL takes 32 KeyUpdates without data.
	 */
	private static final String SILENT_KEY_LIMIT = "2^18";

	/** Enough for five keys and more. */
	private static final int MESSAGES = 5_000;

	private static final int FILE_SIZE = 66_000;

	/** A KeyUpdate of the kernel's or ours: header, message, content type, tag. */
	private static final int KEY_UPDATE_LENGTH = 5 + 5 + 1 + 16;

	/** An alert of TLS 1.3: header, alert, content type, tag. */
	private static final int ALERT_LENGTH = 5 + 2 + 1 + 16;

	@TempDir
	static Path files;

	@TempDir
	static Path keys;

	private static String[] certificate = {};

	@BeforeAll
	static void makeFile() {
		TestFiles.random(files.resolve("file"), FILE_SIZE);
		Certificates certificates = Certificates.create("EC", "localhost");
		certificate = new String[] { "server.ssl.certificate=" + certificates.writeCertificate(keys),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys) };
	}

	@ParameterizedTest
	@EnumSource
	void whenClientChangesKeysWebSocketEchoesEveryMessage(KernelArm arm) {
		JavaClient client = client("TLSv1.3", KEY_LIMIT);
		try (RunningApplication application = start(arm);
				RecordingProxy proxy = RecordingProxy.start(application.port())) {
			TlsStatDelta kernel = TlsStatDelta.start();
			List<Integer> received = client.echo(proxy.port(), "/static/file", MESSAGES);
			assertThat(sum(received)).isEqualTo(MESSAGES);
			assertKeysWereChanged(arm, application, proxy, kernel, received);
			assertThat(proxy.recordings()).allSatisfy((recording) -> assertEndsWithAlert(recording.fromServer()));
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenClientChangesKeysEveryEventArrives(KernelArm arm) {
		JavaClient client = client("TLSv1.3", SILENT_KEY_LIMIT);
		try (RunningApplication application = start(arm);
				RecordingProxy proxy = RecordingProxy.start(application.port())) {
			TlsStatDelta kernel = TlsStatDelta.start();
			List<Integer> received = client.events(proxy.port(), "/static/file", MESSAGES, application.port());
			assertThat(sum(received)).isEqualTo(MESSAGES);
			assertKeysWereChanged(arm, application, proxy, kernel, received);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenVersionHasNoKeyUpdateEveryMessageArrives(KernelArm arm) {
		JavaClient client = client("TLSv1.2", KEY_LIMIT);
		try (RunningApplication application = start(arm)) {
			int port = application.port();
			assertThat(client.echo(port, "/static/file", MESSAGES)).containsExactly(MESSAGES);
			assertThat(client.events(port, "/static/file", MESSAGES, port)).containsExactly(MESSAGES);
			assertThat(application.statistics().getFilesBySendfile()).isEqualTo(2);
			assertThat(application.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isZero();
		}
	}

	// Java asks for a KeyUpdate with each of its own. One answers all that came before
	// it.
	private static void assertKeysWereChanged(KernelArm arm, RunningApplication application, RecordingProxy proxy,
			TlsStatDelta kernel, List<Integer> received) {
		assertThat(proxy.recordings()).hasSameSizeAs(received);
		assertThat(application.statistics().getFilesBySendfile()).isEqualTo(received.size());
		long asked = count(proxy.recordings(), true);
		long answered = count(proxy.recordings(), false);
		if (TlsStatDelta.canRekey()) {
			// The last ones may come when the client is gone already.
			await().untilAsserted(() -> {
				assertThat(kernel.of("TlsTxRekeyOk")).isEqualTo(application.statistics().getKeyUpdatesSent())
					.isEqualTo(count(proxy.recordings(), false));
				assertThat(kernel.of("TlsRxRekeyReceived")).isEqualTo(kernel.of("TlsRxRekeyOk"))
					.isEqualTo(application.statistics().getKeyUpdatesReceived())
					.isEqualTo(arm.receive() ? asked : 0);
			});
		}
		for (String error : List.of("TlsTxRekeyError", "TlsRxRekeyError", "TlsDecryptError")) {
			assertThat(kernel.of(error)).as(error).isZero();
		}
		if (TlsStatDelta.canRekey()) {
			assertThat(received).hasSize(1);
			assertThat(answered).isBetween(5L, asked);
			assertThat(application.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isZero();
		}
		else {
			assertThat(received).hasSizeGreaterThan(5);
			assertThat(answered).isZero();
			assertThat(application.statistics().getDrains(KtlsDrainEvent.Reason.KEY_UPDATE))
				.isBetween(received.size() - 1L, (long) received.size());
		}
	}

	private static long count(List<Recording> recordings, boolean fromClient) {
		int length = fromClient ? JavaClient.KEY_UPDATE_LENGTH : KEY_UPDATE_LENGTH;
		return recordings.stream()
			.map((recording) -> fromClient ? recording.fromClient() : recording.fromServer())
			.flatMap((wire) -> wire.records().stream())
			.filter((bytes) -> bytes.length == length)
			.count();
	}

	private static void assertEndsWithAlert(Wire wire) {
		List<byte[]> records = wire.records();
		assertThat(records.get(records.size() - 1)).hasSize(ALERT_LENGTH);
	}

	private static int sum(List<Integer> numbers) {
		return numbers.stream().mapToInt(Integer::intValue).sum();
	}

	private static JavaClient client(String protocol, String keyLimit) {
		return new JavaClient(Path.of(System.getProperty("java.home")), protocol, keyLimit, keys);
	}

	private static RunningApplication start(KernelArm arm) {
		return RunningApplication.start(files, arm.propertiesAnd(certificate));
	}

}
