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

package io.github.ktls.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.linux.Errno;
import io.github.ktls.netty.EpollServer.Client;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.InMemoryClient;
import io.github.ktls.test.ServerTls;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PlaintextHandler}, on real sockets with a kernel in memory. What the
 * engine encrypted the client decrypts; the kernel's close_notify, which it can only
 * decrypt if key and sequence number are right, proves the rest.
 */
class PlaintextHandlerTests {

	private static final String TLS_1_3 = "TLS_AES_128_GCM_SHA256";

	private static final String TLS_1_2 = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";

	private static final int SIZE = 200_000;

	private static final int THRESHOLD = 1_000;

	private static Certificates certificates;

	@TempDir
	static Path directory;

	private static Path path;

	private static String content;

	private EpollServer server;

	@BeforeAll
	static void prepare() throws IOException {
		certificates = Certificates.create("EC", "localhost");
		path = TestFiles.random(directory.resolve("file"), SIZE);
		content = Files.readString(path, StandardCharsets.ISO_8859_1);
	}

	@AfterEach
	void stopServer() {
		if (this.server != null) {
			this.server.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { TLS_1_3, TLS_1_2 })
	void whenHandedOverAfterTheHandshakeKernelEncryptsEverything(String suite) throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(suite).handshake()) {
			Channel channel = this.server.acceptShaken();
			awaitEvents(new KtlsHandoverEvent(null));
			assertThat(this.server.statistics.getActive()).isOne();
			channel.write(text("head,"));
			channel.write(file(0, SIZE));
			channel.writeAndFlush(text(",tail"));
			channel.close();
			client.receiveAll();
			assertThat(string(client.fromEngine())).isEmpty();
			assertThat(string(client.leftToKernel())).isEqualTo("head," + content + ",tail");
			assertKernelEndsTheStream(client);
			assertThat(this.server.statistics.getFilesBySendfile()).isOne();
			assertThat(this.server.statistics.getFilesByChunks()).isZero();
		}
		await().untilAsserted(() -> assertThat(this.server.statistics.getActive()).isZero());
		assertThat(this.server.statistics.getHandovers()).isOne();
		assertThat(this.server.secrets.pendingHandshakes()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { TLS_1_3, TLS_1_2 })
	void writesDuringTheHandoverAreHeldBackAndKeepTheirOrder(String suite) throws IOException {
		start(Activation.ON_HANDSHAKE, (channel) -> {
			channel.writeAndFlush(text("1,"));
			channel.write(file(0, 100));
			channel.write(text(",2"));
			channel.flush();
			channel.write(text(",3")).addListener((written) -> channel.close());
			channel.flush();
		});
		try (Client client = this.server.connect(suite).handshake().receiveAll()) {
			assertThat(string(client.fromEngine())).isEmpty();
			assertThat(string(client.leftToKernel())).isEqualTo("1," + content.substring(0, 100) + ",2,3");
			assertKernelEndsTheStream(client);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { TLS_1_3, TLS_1_2 })
	void whenWrittenBeforeTheHandshakeTheEngineEncryptsAndRecordsAreCounted(String suite) throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(suite)) {
			Channel channel = this.server.accept();
			channel.writeAndFlush(text("early,"));
			client.handshake();
			awaitEvents(new KtlsHandoverEvent(null));
			channel.writeAndFlush(text("late"));
			channel.close();
			client.receiveAll();
			assertThat(string(client.fromEngine())).isEqualTo("early,");
			assertThat(string(client.leftToKernel())).isEqualTo("late");
			assertKernelEndsTheStream(client);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { TLS_1_3, TLS_1_2 })
	void whenFirstFileIsWorthItWhatCameBeforeIsTheEnginesAndTheRestTheKernels(String suite) throws IOException {
		start(Activation.ON_FIRST_FILE);
		try (Client client = this.server.connect(suite).handshake()) {
			Channel channel = this.server.acceptShaken();
			channel.writeAndFlush(text("small,")).syncUninterruptibly();
			channel.writeAndFlush(file(0, THRESHOLD - 1)).syncUninterruptibly();
			assertThat(this.server.statistics.getFilesByChunks()).isOne();
			assertThat(this.server.events).isEmpty();
			channel.write(text(",head,"));
			channel.write(file(5, THRESHOLD));
			// Closing before would end the handover.
			channel.write(text(",tail")).addListener((written) -> channel.close());
			channel.flush();
			client.receiveAll();
			assertThat(string(client.fromEngine()))
				.isEqualTo("small," + content.substring(0, THRESHOLD - 1) + ",head,");
			assertThat(string(client.leftToKernel())).isEqualTo(content.substring(5, 5 + THRESHOLD) + ",tail");
			assertKernelEndsTheStream(client);
			awaitEvents(new KtlsHandoverEvent(null));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { TLS_1_3, TLS_1_2 })
	void whenFirstFileIsWorthItWhatIsDirectlyBeforeGoesWithIt(String suite) throws IOException {
		start(Activation.ON_FIRST_FILE);
		try (Client client = this.server.connect(suite).handshake()) {
			Channel channel = this.server.acceptShaken();
			channel.write(direct("first,"));
			ChannelFuture head = channel.write(direct("head,"));
			channel.write(file(0, SIZE));
			ChannelFuture second = channel.write(direct("second,"));
			channel.write(file(0, SIZE), channel.voidPromise());
			channel.write(direct("empty,"));
			channel.write(file(0, 0));
			channel.write(direct("tail")).addListener((written) -> channel.close());
			channel.flush();
			client.receiveAll();
			assertThat(string(client.fromEngine())).isEqualTo("first,");
			assertThat(string(client.leftToKernel())).isEqualTo("head," + content + "second," + content + "empty,tail");
			assertKernelEndsTheStream(client);
			assertThat(this.server.kernel.calls().stream().filter(Call.SEND_MORE::equals)).hasSize(2);
			assertThat(head.isSuccess()).isTrue();
			assertThat(second.isSuccess()).isTrue();
		}
	}

	@Test
	void whenFileIsNotWorthItWhatIsDirectlyBeforeKeepsItsPlace() throws IOException {
		start(Activation.ON_FIRST_FILE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			ChannelFuture head = channel.write(direct("head,"));
			channel.write(file(0, THRESHOLD - 1));
			channel.writeAndFlush(direct(",tail")).addListener((written) -> channel.close());
			client.receiveAll();
			assertThat(string(client.fromEngine())).isEqualTo("head," + content.substring(0, THRESHOLD - 1) + ",tail");
			assertThat(head.isSuccess()).isTrue();
			assertThat(this.server.kernel.calls()).doesNotContain(Call.SEND_MORE);
		}
	}

	@Test
	void whenConnectionIsClosedWhatIsHeldForAFileIsSentBefore() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			awaitEvents(new KtlsHandoverEvent(null));
			ChannelFuture head = channel.write(direct("head"));
			channel.close();
			client.receiveAll();
			assertThat(string(client.leftToKernel())).isEqualTo("head");
			assertKernelEndsTheStream(client);
			await().untilAsserted(() -> assertThat(head.isSuccess()).isTrue());
		}
	}

	@Test
	void whenConnectionBreaksWhatIsHeldForAFileFailsAndIsReleased() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			awaitEvents(new KtlsHandoverEvent(null));
			ByteBuf bytes = direct("head");
			ChannelFuture head = channel.write(bytes);
			channel.eventLoop()
				.submit(() -> channel.unsafe().close(channel.unsafe().voidPromise()))
				.syncUninterruptibly();
			client.receiveAll();
			await().untilAsserted(() -> assertThat(head.isDone()).isTrue());
			assertThat(head.isSuccess()).isFalse();
			assertThat(bytes.refCnt()).isZero();
			assertThat(client.leftToKernel()).isEmpty();
		}
	}

	@Test
	void whenWritingFlushesWhatIsWrittenMeanwhileIsNotLost() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			awaitEvents(new KtlsHandoverEvent(null));
			List<ChannelFuture> writes = new CopyOnWriteArrayList<>();
			channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 1));
			channel.pipeline().addLast(new FlushingWhenFull());
			channel.eventLoop().submit(() -> {
				writes
					.add(channel.write(direct("1,")).addListener((written) -> writes.add(channel.write(direct("2,")))));
				writes.add(channel.write(direct("3")));
				channel.flush();
			}).syncUninterruptibly();
			channel.close();
			client.receiveAll();
			assertThat(string(client.leftToKernel())).isEqualTo("1,2,3");
			await().untilAsserted(() -> assertThat(writes).hasSize(3).allMatch(ChannelFuture::isSuccess));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whenSomebodyLosesInterestInAFileOrWhatGoesWithItBothAreSent(boolean inTheFile) throws IOException {
		start(Activation.ON_HANDSHAKE, (channel) -> {
			ChannelFuture head = channel.write(direct("head,"));
			ChannelFuture sent = channel.write(file(0, SIZE));
			(inTheFile ? sent : head).cancel(false);
			channel.writeAndFlush(text(",tail")).addListener((written) -> channel.close());
		});
		try (Client client = this.server.connect(TLS_1_3).handshake().receiveAll()) {
			assertThat(string(client.leftToKernel())).isEqualTo("head," + content + ",tail");
			assertKernelEndsTheStream(client);
		}
	}

	@Test
	void whenSomebodyLosesInterestInWhatIsHeldForAFileOnlyTheFileIsSent() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			awaitEvents(new KtlsHandoverEvent(null));
			ByteBuf bytes = direct("head,");
			channel.write(bytes).cancel(false);
			channel.writeAndFlush(file(0, SIZE)).addListener((written) -> channel.close());
			client.receiveAll();
			assertThat(string(client.leftToKernel())).isEqualTo(content);
			assertKernelEndsTheStream(client);
			assertThat(bytes.refCnt()).isZero();
		}
	}

	@Test
	void whenKernelRefusesTheHeadOfAFileConnectionIsClosedAndBothFail() throws IOException {
		start(Activation.ON_FIRST_FILE);
		this.server.kernel.refuse(Call.SEND_MORE, Errno.EOPNOTSUPP);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			ByteBuf bytes = direct("head");
			FileChannel file = open();
			ChannelFuture head = channel.write(bytes);
			ChannelFuture sent = channel.writeAndFlush(new KtlsFileRegion(file, 0, SIZE));
			client.receiveAll();
			assertThat(client.fromEngine()).isEmpty();
			assertThat(client.leftToKernel()).isEmpty();
			await().untilAsserted(() -> assertThat(head.isDone() && sent.isDone()).isTrue());
			assertThat(head.isSuccess() || sent.isSuccess()).isFalse();
			await().untilAsserted(() -> assertThat(file.isOpen()).isFalse());
			assertThat(bytes.refCnt()).isZero();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { TLS_1_3, TLS_1_2 })
	void whenKernelRefusesEngineEncryptsEverything(String suite) throws IOException {
		start(Activation.ON_FIRST_FILE);
		this.server.kernel.refuse(Call.INSTALL, Errno.EPERM);
		try (Client client = this.server.connect(suite).handshake()) {
			Channel channel = this.server.acceptShaken();
			FileChannel file = open();
			channel.write(direct("head,"));
			ChannelFuture sent = channel.write(new KtlsFileRegion(file, 0, SIZE));
			channel.writeAndFlush(text(",tail")).addListener((written) -> channel.close());
			client.receiveAll();
			assertThat(string(client.fromEngine())).isEqualTo("head," + content + ",tail");
			assertThat(client.leftToKernel()).isEmpty();
			assertThat(client.tls().isEnded()).isTrue();
			awaitFallback(KtlsFallbackReason.SYSTEM_CALL_REFUSED);
			assertThat(sent.isSuccess()).isTrue();
			await().untilAsserted(() -> assertThat(file.isOpen()).isFalse());
			assertThat(this.server.statistics.getFilesByChunks()).isOne();
			assertThat(this.server.statistics.getFilesBySendfile()).isZero();
			assertThat(this.server.controlRecords()).isEmpty();
		}
	}

	@Test
	void whenKernelTookTheKeyAndReportsAFailureConnectionIsClosedWithoutAWord() throws IOException {
		start(Activation.ON_FIRST_FILE);
		this.server.kernel.pretend(Fault.REFUSES_AFTER_INSTALLATION).refuse(Call.INSTALL, Errno.ENOMEM);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			FileChannel file = open();
			ChannelFuture sent = channel.writeAndFlush(new KtlsFileRegion(file, 0, SIZE));
			client.receiveAll();
			assertThat(client.fromEngine()).isEmpty();
			assertThat(client.leftToKernel()).isEmpty();
			await().untilAsserted(() -> assertThat(sent.isDone()).isTrue());
			assertThat(sent.isSuccess()).isFalse();
			await().untilAsserted(() -> assertThat(file.isOpen()).isFalse());
			awaitFallback(KtlsFallbackReason.SYSTEM_CALL_REFUSED);
		}
	}

	@Test
	void whenClientAskedForKeysBeforeTheHandoverEngineGoesOn() throws IOException {
		start(Activation.ON_FIRST_FILE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			client.send(client.tls().requestKeyUpdate());
			client.send(client.tls().send(new byte[] { 1 }));
			await().until(() -> this.server.received.size() == 1);
			channel.writeAndFlush(file(0, SIZE)).addListener((written) -> channel.close());
			client.receiveAll();
			assertThat(string(client.fromEngine())).isEqualTo(content);
			assertThat(client.leftToKernel()).isEmpty();
			awaitFallback(KtlsFallbackReason.KEY_UPDATE_BEFORE_HANDOVER);
		}
	}

	@Test
	void whenClientAsksForKeysAfterTheHandoverKernelAnswersAndEngineStaysSilent() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			awaitEvents(new KtlsHandoverEvent(null));
			for (int i = 1; i <= 3; i++) {
				client.send(client.tls().send(new byte[10]));
				client.send(client.tls().requestKeyUpdate());
				client.send(client.tls().send(new byte[10]));
				int received = 20 * i;
				await().until(() -> this.server.received.size() == received);
				int sent = i;
				await().untilAsserted(() -> assertThat(this.server.statistics.getKeyUpdatesSent()).isEqualTo(sent));
			}
			channel.writeAndFlush(text("last"));
			channel.close();
			client.receiveAll();
			assertThat(client.fromEngine()).isEmpty();
			assertThat(string(client.leftToKernel())).isEqualTo("last");
			// Each KeyUpdate under the key before it, and the end under the last one.
			assertKernelEndsTheStream(client);
			awaitEvents(new KtlsHandoverEvent(null));
			assertThat(this.server.statistics.getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isZero();
		}
	}

	@Test
	void whenClientAsksForKeysThatKernelCannotReplaceConnectionIsDrainedOnce() throws IOException {
		start(Activation.ON_HANDSHAKE, (kernel) -> kernel.withoutRekey(), (channel) -> {
		});
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			awaitEvents(new KtlsHandoverEvent(null));
			client.send(client.tls().requestKeyUpdate());
			client.send(client.tls().send(new byte[10]));
			client.send(client.tls().requestKeyUpdate());
			client.send(client.tls().send(new byte[10]));
			await().until(() -> this.server.received.size() == 20);
			assertThat(this.server.events).hasSize(2).last().isInstanceOfSatisfying(KtlsDrainEvent.class, (event) -> {
				assertThat(event.reason()).isEqualTo(KtlsDrainEvent.Reason.KEY_UPDATE);
				assertThat(event.isInputEnded()).isFalse();
			});
			assertThat(this.server.statistics.getDrains(KtlsDrainEvent.Reason.KEY_UPDATE)).isOne();
			channel.writeAndFlush(text("last"));
			channel.close();
			client.receiveAll();
			assertThat(client.fromEngine()).isEmpty();
			assertThat(string(client.leftToKernel())).isEqualTo("last");
			assertKernelEndsTheStream(client);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { TLS_1_3, TLS_1_2 })
	void whenClientSendsDataAndEndsTheStreamNoKeysAreMissed(String suite) throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(suite).handshake()) {
			awaitEvents(new KtlsHandoverEvent(null));
			for (int i = 0; i < 5; i++) {
				client.send(client.tls().send(new byte[1 + i * 5_000]));
			}
			await().until(() -> this.server.received.size() == 50_005);
			client.send(client.tls().closeNotify());
			client.receiveAll();
			assertThat(client.fromEngine()).isEmpty();
			assertThat(client.leftToKernel()).isEmpty();
			assertKernelEndsTheStream(client);
			awaitEvents(new KtlsHandoverEvent(null));
		}
		await().untilAsserted(() -> assertThat(this.server.statistics.getActive()).isZero());
		assertThat(this.server.statistics.getKeyUpdatesSent()).isZero();
	}

	@Test
	void whenClosedDuringTheHandoverEngineSendsWhatWasHeldBack() throws IOException {
		start(Activation.ON_HANDSHAKE, (channel) -> {
			channel.writeAndFlush(text("held"));
			channel.close();
		});
		try (Client client = this.server.connect(TLS_1_3).handshake().receiveAll()) {
			assertThat(string(client.fromEngine())).isEqualTo("held");
			assertThat(client.leftToKernel()).isEmpty();
			assertThat(client.tls().isEnded()).isTrue();
			awaitFallback(KtlsFallbackReason.CONNECTION_CLOSING);
		}
	}

	@Test
	void whenConnectionBreaksDuringTheHandoverWhatWasHeldBackFailsAndIsReleased() throws Exception {
		FileChannel file = open();
		BlockingQueue<ChannelFuture> writes = new LinkedBlockingQueue<>();
		start(Activation.ON_HANDSHAKE, (channel) -> {
			writes.add(channel.writeAndFlush(new KtlsFileRegion(file, 0, SIZE)));
			channel.unsafe().close(channel.unsafe().voidPromise());
		});
		try (Client client = this.server.connect(TLS_1_3).handshake().receiveAll()) {
			ChannelFuture write = writes.take();
			await().untilAsserted(() -> assertThat(write.isDone()).isTrue());
			assertThat(write.isSuccess()).isFalse();
			await().untilAsserted(() -> assertThat(file.isOpen()).isFalse());
			assertThat(client.leftToKernel()).isEmpty();
			awaitFallback(KtlsFallbackReason.CONNECTION_CLOSING);
		}
		assertThat(this.server.secrets.pendingHandshakes()).isZero();
	}

	@Test
	void whenCloseNotifyCannotBeSentConnectionIsClosedNevertheless() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			awaitEvents(new KtlsHandoverEvent(null));
			this.server.kernel.refuse(Call.SEND_RECORD, Errno.EPIPE);
			ChannelFuture closed = channel.close();
			client.receiveAll();
			await().untilAsserted(() -> assertThat(closed.isSuccess()).isTrue());
		}
	}

	@Test
	void whenHandshakeFailsNothingIsKept() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(TLS_1_3)) {
			this.server.accept();
			await().untilAsserted(() -> assertThat(this.server.secrets.pendingHandshakes()).isOne());
			client.send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			client.receiveAll();
			await().untilAsserted(() -> assertThat(this.server.secrets.pendingHandshakes()).isZero());
		}
		assertThat(this.server.events).isEmpty();
	}

	@Test
	void whenClientOffersNothingThatTheServerHasNothingIsKept() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")) {
			client.send(client.tls().hello());
			this.server.accept();
			await().untilAsserted(() -> assertThat(this.server.secrets.pendingHandshakes()).isZero());
		}
		assertThat(this.server.events).isEmpty();
	}

	@Test
	void whenClientVanishesInTheHandshakeNothingIsKept() throws IOException {
		start(Activation.ON_HANDSHAKE);
		try (Client client = this.server.connect(TLS_1_3)) {
			client.send(client.tls().hello());
			this.server.accept();
			await().untilAsserted(() -> assertThat(this.server.secrets.pendingHandshakes()).isOne());
		}
		await().untilAsserted(() -> assertThat(this.server.secrets.pendingHandshakes()).isZero());
	}

	@Test
	void whenTransportIsNoneOfEpollFilesGoThroughTheEngineInChunks() throws Exception {
		SecretsSource secrets = new SecretsSource(false);
		KtlsStatistics statistics = new KtlsStatistics();
		SslContext context = ServerTls.openSsl(certificates);
		EmbeddedChannel embedded = new EmbeddedChannel();
		embedded.pipeline().addLast("tls", context.newHandler(UnpooledByteBufAllocator.DEFAULT));
		new KtlsPipeline(new KtlsSettings(Activation.ON_HANDSHAKE, 0, 10_000), statistics,
				KernelTls.probe(new FakeKernel()), secrets, new ChunkMemory(10_000), KtlsRollout.complete())
			.install(embedded, "tls");
		InMemoryClient client = InMemoryClient.offering(TLS_1_3);
		client.handshake(embedded);
		assertThat(KtlsConnection.of(embedded)).isNotNull().satisfies((connection) -> {
			assertThat(connection.isInUserSpaceForGood()).isTrue();
			assertThat(connection.fallback()).isNotNull()
				.extracting(KtlsFallback::reason)
				.isEqualTo(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED);
		});
		FileChannel file = open();
		ChannelFuture sent = embedded.writeOneOutbound(new KtlsFileRegion(file, 7, 50_000));
		ChannelFuture tail = embedded.writeOneOutbound(text(",tail"));
		embedded.flushOutbound();
		client.receiveFrom(embedded);
		assertThat(string(client.received())).isEqualTo(content.substring(7, 50_007) + ",tail");
		assertThat(sent.isSuccess()).isTrue();
		assertThat(tail.isSuccess()).isTrue();
		assertThat(file.isOpen()).isFalse();
		assertThat(statistics.getFilesByChunks()).isOne();
		assertThat(statistics.getFallbacks(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED)).isOne();
		assertThat(secrets.pendingHandshakes()).isZero();
		embedded.finishAndReleaseAll();
	}

	@ParameterizedTest
	@CsvSource({ "true, HANDOVERS_STOPPED", "false, NOT_ROLLED_OUT" })
	void whenAnOperatorWantsNoMoreBeforeTheFirstFileItGoesThroughTheEngine(boolean stop, KtlsFallbackReason reason)
			throws IOException {
		start(Activation.ON_FIRST_FILE);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			channel.writeAndFlush(text("small,")).syncUninterruptibly();
			if (stop) {
				this.server.rollout.stop();
			}
			else {
				this.server.rollout.setPercentage(0);
			}
			channel.write(direct("head,"));
			channel.write(file(0, SIZE));
			channel.writeAndFlush(text(",tail")).addListener((written) -> channel.close());
			client.receiveAll();
			assertThat(string(client.fromEngine())).isEqualTo("small,head," + content + ",tail");
			assertThat(client.leftToKernel()).isEmpty();
			awaitEvents(new KtlsHandoverEvent(KtlsFallback.of(reason)));
			assertThat(this.server.statistics.getFallbacks(reason)).isOne();
			assertThat(this.server.statistics.recentHandovers().counts().attempts()).isZero();
		}
	}

	@Test
	void whenClientsHaveGoneTheKernelIsNotToBlame() throws IOException {
		start(Activation.ON_FIRST_FILE);
		this.server.kernel.refuse(Call.ATTACH, Errno.ENOTCONN);
		try (Client client = this.server.connect(TLS_1_3).handshake()) {
			Channel channel = this.server.acceptShaken();
			channel.writeAndFlush(file(0, SIZE)).addListener((written) -> channel.close());
			client.receiveAll();
			assertThat(string(client.fromEngine())).isEqualTo(content);
			assertThat(this.server.statistics.getFallbacks(KtlsFallbackReason.CONNECTION_CLOSING)).isOne();
			assertThat(this.server.statistics.recentHandovers().counts().attempts()).isZero();
		}
	}

	private void start(Activation activation) {
		start(activation, (channel) -> {
		});
	}

	private void start(Activation activation, Consumer<Channel> whenShaken) {
		start(activation, (kernel) -> {
		}, whenShaken);
	}

	private void start(Activation activation, Consumer<FakeKernel> kernel, Consumer<Channel> whenShaken) {
		this.server = new EpollServer(certificates, new KtlsSettings(activation, THRESHOLD, 16_000), kernel,
				whenShaken);
	}

	private void awaitEvents(Object... events) {
		await().untilAsserted(() -> assertThat(this.server.events).containsExactly(events));
	}

	private void awaitFallback(KtlsFallbackReason reason) {
		await().untilAsserted(() -> assertThat(this.server.events).singleElement()
			.isInstanceOfSatisfying(KtlsHandoverEvent.class, (event) -> {
				assertThat(event.isOffloaded()).isFalse();
				assertThat(event.fallback()).isNotNull().extracting(KtlsFallback::reason).isEqualTo(reason);
			}));
		assertThat(this.server.statistics.getFallbacks(reason)).isOne();
		assertThat(this.server.statistics.getHandovers()).isZero();
		assertThat(List.of(KtlsFallbackReason.values()).stream().mapToLong(this.server.statistics::getFallbacks).sum())
			.isOne();
	}

	private void assertKernelEndsTheStream(Client client) throws IOException {
		assertThat(client.tls().isEnded()).isFalse();
		client.tls().receive(this.server.controlRecords());
		assertThat(client.tls().isEnded()).isTrue();
	}

	private static ByteBuf text(String text) {
		return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
	}

	// As the buffers of Netty's codecs are
	private static ByteBuf direct(String text) {
		return Unpooled.directBuffer().writeBytes(text.getBytes(StandardCharsets.US_ASCII));
	}

	private static FileChannel open() {
		try {
			return FileChannel.open(path, StandardOpenOption.READ);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static KtlsFileRegion file(long position, long count) {
		return new KtlsFileRegion(open(), position, count);
	}

	private static String string(byte[] bytes) {
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	/**
	 * Flushes as soon as more is waiting than should be.
	 */
	private static final class FlushingWhenFull extends ChannelInboundHandlerAdapter {

		@Override
		public void channelWritabilityChanged(ChannelHandlerContext ctx) {
			if (!ctx.channel().isWritable()) {
				ctx.flush();
			}
		}

	}

}
