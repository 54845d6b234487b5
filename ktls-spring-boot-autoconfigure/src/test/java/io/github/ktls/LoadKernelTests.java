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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

import io.github.ktls.kernel.TlsStat;
import io.github.ktls.netty.Activation;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.test.TlsClient.Sending;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many connections at once, of which some read slowly and some vanish: whatever arrives
 * is right, and nothing is left behind.
 */
@Tag("kernel")
class LoadKernelTests {

	private static final int SMALL_RECEIVE_BUFFER = 4 * 1024;

	private static final int SLOW_SIZE = 256 * 1024;

	private static final int MANY_SIZE = 100_000;

	private static final int MIXED_COUNT = 200;

	private static final int LARGEST = 8 * 1024 * 1024;

	private static final int[] SIZES = { 1, 1000, 16_384, 65_535, 65_536, 300_000, 1024 * 1024, LARGEST };

	/** Handshakes at a time, as the server gives each of them some seconds only. */
	private static final Semaphore handshakes = new Semaphore(16);

	private static final Map<Integer, String> hashes = new LinkedHashMap<>();

	@TempDir
	static Path files;

	@TempDir
	static Path keys;

	private static Certificates certificates;

	private static SSLContext clientContext;

	/** One that keeps nothing back, so that it knows exactly what is in use. */
	private static final PooledByteBufAllocator allocator = new PooledByteBufAllocator(true, 0, 2, 8192, 9, 0, 0,
			false);

	@BeforeAll
	static void makeFiles() {
		Stream.concat(Stream.of(SLOW_SIZE, MANY_SIZE), Arrays.stream(SIZES).boxed())
			.forEach((size) -> hashes.put(size,
					TestFiles.sha256(TestFiles.random(files.resolve(size.toString()), size))));
		certificates = Certificates.create("EC", "localhost");
		clientContext = TlsClient.context(certificates);
	}

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenSomeReadSlowlyAndSomeVanishTheOthersGetEveryByteAndNothingIsLeft(Activation activation) throws Exception {
		try (RunningApplication application = start(activation)) {
			// Once for what is made on first use and kept.
			mixedLoad(application);
			awaitQuiet(application);
			long descriptors = descriptors();
			long buffers = activeBuffers();
			mixedLoad(application);
			awaitQuiet(application);
			await().atMost(1, TimeUnit.MINUTES).untilAsserted(() -> {
				assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
				assertThat(activeBuffers()).isLessThanOrEqualTo(buffers);
			});
		}
	}

	@ParameterizedTest
	@EnumSource(Activation.class)
	void whenThousandConnectionsAskAtOnceEachGetsEveryByte(Activation activation) throws Exception {
		int count = 1000;
		long descriptors = descriptors();
		try (RunningApplication application = start(activation)) {
			long installed = tlsStat("TlsTxSw");
			CyclicBarrier connected = new CyclicBarrier(count);
			List<Callable<Void>> clients = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				clients.add(() -> {
					try (TlsClient client = connect(application, new Socket(), connected)) {
						getFile(client, MANY_SIZE);
						assertThat(client.get("/text?size=20000").length()).isEqualTo(20_000);
						getFile(client, MANY_SIZE);
						return null;
					}
				});
			}
			runAll(clients);
			assertThat(tlsStat("TlsTxSw")).isEqualTo(installed + count);
			assertThat(application.statistics().getFilesBySendfile()).isEqualTo(2L * count);
			awaitQuiet(application);
		}
		await().atMost(1, TimeUnit.MINUTES)
			.untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(descriptors + 50));
	}

	private static void mixedLoad(RunningApplication application) throws Exception {
		// Nobody asks for anything before all are connected.
		CyclicBarrier connected = new CyclicBarrier(MIXED_COUNT);
		List<Callable<Void>> clients = new ArrayList<>();
		for (int i = 0; i < MIXED_COUNT; i++) {
			int number = i;
			clients.add(() -> {
				Socket socket = new Socket();
				switch (number % 5) {
					case 0 -> socket.setReceiveBufferSize(SMALL_RECEIVE_BUFFER);
					// The server cannot be done with the file.
					case 1 -> socket.setReceiveBufferSize(64 * 1024);
					default -> {
					}
				}
				TlsClient client = connect(application, socket, connected);
				switch (number % 5) {
					case 0 -> readSlowly(client);
					case 1 -> vanish(client, socket, number % 2 == 0);
					default -> readAll(client, number);
				}
				return null;
			});
		}
		runAll(clients);
	}

	private static TlsClient connect(RunningApplication application, Socket socket, CyclicBarrier connected)
			throws Exception {
		try {
			TlsClient client = connect(application, socket);
			connected.await();
			return client;
		}
		catch (IOException ex) {
			// Don't let the others wait for this one.
			connected.reset();
			throw ex;
		}
	}

	private static void readAll(TlsClient client, int number) throws IOException {
		try (client) {
			for (int i = 0; i < 4; i++) {
				int size = SIZES[(number + i) % SIZES.length];
				getFile(client, size);
				assertThat(client.get("/text?size=" + (number + 1)).length()).isEqualTo(number + 1);
			}
		}
	}

	private static void readSlowly(TlsClient client) throws IOException {
		try (client) {
			getFile(client, SLOW_SIZE);
			assertThat(client.get("/text?size=50000").length()).isEqualTo(50_000);
		}
	}

	private static void vanish(TlsClient client, Socket socket, boolean reset) throws IOException {
		client.send(TlsClient.request("/static/" + LARGEST));
		client.receivePart(100_000);
		if (reset) {
			client.vanish();
		}
		else {
			socket.close();
		}
	}

	private static TlsClient connect(RunningApplication application, Socket socket) throws IOException {
		handshakes.acquireUninterruptibly();
		try {
			return TlsClient.connect(clientContext, "TLSv1.3", application.port(), socket, Sending.AS_WRITTEN);
		}
		finally {
			handshakes.release();
		}
	}

	private static void getFile(TlsClient client, int size) throws IOException {
		TlsClient.Response response = client.get("/static/" + size);
		assertThat(response.length()).isEqualTo(size);
		assertThat(response.sha256()).isEqualTo(hashes.get(size));
	}

	private static void runAll(List<Callable<Void>> clients) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(clients.size());
		try {
			for (Future<Void> future : executor.invokeAll(clients)) {
				future.get();
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static void awaitQuiet(RunningApplication application) {
		await().atMost(1, TimeUnit.MINUTES).untilAsserted(() -> {
			assertThat(application.statistics().getActive()).isZero();
			assertThat(tlsStat("TlsCurrTxSw")).isZero();
		});
	}

	private static RunningApplication start(Activation activation) {
		return RunningApplication.start(files,
				List.of("server.ssl.certificate=" + certificates.writeCertificate(keys),
						"server.ssl.certificate-private-key=" + certificates.writePrivateKey(keys),
						"server.ssl.ktls.enabled=true", "server.ssl.ktls.mode=required",
						"server.ssl.ktls.activation=" + activation),
				(context) -> context.getBeanFactory().registerSingleton("allocator", new CountedAllocator()));
	}

	private static long activeBuffers() {
		return allocator.metric().directArenas().stream().mapToLong(PoolArenaMetric::numActiveAllocations).sum();
	}

	private static long descriptors() throws IOException {
		try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
			return descriptors.count();
		}
	}

	private static long tlsStat(String name) {
		return TlsStat.read().getOrDefault(name, 0L);
	}

	/**
	 * Has connections take their buffers from the allocator that counts.
	 */
	private static final class CountedAllocator implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {

		@Override
		public void customize(NettyReactiveWebServerFactory factory) {
			factory.addServerCustomizers((server) -> server.childOption(ChannelOption.ALLOCATOR, allocator));
		}

	}

}
