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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCounted;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.linux.Errno;
import io.github.ktls.netty.OffloadedChannel.Received;
import io.github.ktls.test.TestFiles;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KernelOutlet}, with all that it sends decrypted.
 */
class KernelOutletTests {

	private static final CipherSuite TLS_1_3 = CipherSuite.TLS_AES_128_GCM_SHA256;

	private static final CipherSuite TLS_1_2 = CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;

	private static final int SIZE = 5 * 1024 * 1024;

	private static final long NO_LIMIT = TLS_1_3.aead().maxRecordsPerKey();

	private static final byte[] KEY_UPDATE = { 24, 0, 0, 1, 0 };

	private static final byte[] CLOSE_NOTIFY = { 1, 0 };

	@TempDir
	static Path directory;

	private static Path path;

	private static byte[] content;

	private final KtlsStatistics statistics = new KtlsStatistics();

	private final List<KtlsDrainEvent.Reason> drains = new ArrayList<>();

	private final List<ReferenceCounted> messages = new ArrayList<>();

	private final List<FileChannel> files = new ArrayList<>();

	private final List<ChannelPromise> promises = new ArrayList<>();

	private final ByteArrayOutputStream written = new ByteArrayOutputStream();

	@BeforeAll
	static void prepare() throws IOException {
		path = TestFiles.random(directory.resolve("file"), SIZE);
		content = Files.readAllBytes(path);
	}

	@Test
	void whateverIsWrittenArrivesInOrderAndNoKeyIsUsedTooOftenWhereKernelReplacesKeys() {
		RecordStream.check((random) -> new KernelOutletTests().run(random, TLS_1_3, true));
	}

	@Test
	void whateverIsWrittenArrivesInOrderAndNoKeyIsUsedTooOftenWhereKernelCannotReplaceKeys() {
		RecordStream
			.check((random) -> new KernelOutletTests().run(random, random.nextBoolean() ? TLS_1_3 : TLS_1_2, false));
	}

	// Any sequence of buffers, files, flushes and requests for keys, on a socket that is
	// full at any moment.
	private void run(Random random, CipherSuite suite, boolean rekeys) throws Exception {
		long limit = random.nextBoolean() ? 64 + random.nextInt(200) : NO_LIMIT;
		long first = random.nextInt(4);
		OffloadedChannel channel = new OffloadedChannel(suite, first, random, rekeys);
		boolean sequenceReadable = random.nextBoolean();
		KernelOutlet outlet = outlet(channel, rekeys, limit, first, sequenceReadable);
		boolean requested = false;
		List<Integer> answers = new ArrayList<>();
		for (int steps = random.nextInt(40); steps > 0; steps--) {
			switch (random.nextInt(9)) {
				case 0, 1, 2 -> write(outlet, channel, buffer(channel, random), random);
				case 3 -> write(outlet, channel, file(random), random);
				case 4 -> write(outlet, channel, fileWithHead(channel, random), random);
				case 5 -> outlet.flush();
				case 6 -> {
					if (suite.version() == ProtocolVersion.TLS_1_3 && channel.isActive()) {
						int before = channel.records();
						outlet.keyUpdateRequested();
						requested = true;
						if (rekeys && !channel.isFull()) {
							answers.add(before);
						}
					}
				}
				default -> channel.drain();
			}
		}
		outlet.flush();
		// Where the key is used up, a close_notify may wait for room.
		while (channel.isOpen() && (outlet.isEnded() || isAnythingWaiting(channel))) {
			channel.drain();
		}
		boolean ended = !channel.isActive();
		if (!ended) {
			assertThat(this.promises).allMatch(ChannelFuture::isSuccess);
			ChannelPromise closed = channel.newPromise();
			new CloseNotify(new KtlsConnection()).sendAndClose(outlet, 0, closed);
			for (int i = 0; i < 1000 && channel.isOpen(); i++) {
				channel.drain();
			}
			// It may give the peer time to close first.
			channel.advanceTimeBy(1, TimeUnit.SECONDS);
			channel.runScheduledPendingTasks();
			assertThat(closed.isSuccess()).isTrue();
		}
		List<Received> received = channel.received();
		assertThat(ended && (rekeys || limit == NO_LIMIT)).as("ended before all was sent").isFalse();
		assertThat(last(received).content()).isEqualTo(CLOSE_NOTIFY);
		assertThat(received).allMatch((record) -> record.sequenceNumber() < limit);
		assertThat(received.stream().filter((record) -> record.type() == ContentType.ALERT)).hasSize(1);
		assertData(received, !ended);
		assertThat(answers).allSatisfy((answer) -> assertThat(received.get(answer).content()).isEqualTo(KEY_UPDATE));
		assertThat(last(received).generation()).isEqualTo((int) this.statistics.getKeyUpdatesSent());
		if (rekeys) {
			assertThat(this.drains).isEmpty();
			assertThat(!requested || last(received).generation() > 0).isTrue();
		}
		else {
			assertThat(this.drains).hasSizeLessThanOrEqualTo(1);
			assertThat(this.drains.isEmpty() && (requested || ended)).as("ended without having been drained").isFalse();
			assertThat(ended && sequenceReadable && last(received).sequenceNumber() < limit - limit / 4 - 8)
				.as("ended too early")
				.isFalse();
		}
		assertNothingIsLeft(channel);
	}

	// Not everything may have been flushed, but whatever was flushed gets there by
	// itself.
	private boolean isAnythingWaiting(OffloadedChannel channel) {
		return (this.promises.stream().anyMatch((promise) -> !promise.isDone())
				|| this.messages.stream().anyMatch((msg) -> msg.refCnt() > 0))
				&& (channel.isFull() || fail("Nobody goes on: " + this.promises));
	}

	private static boolean fail(String message) {
		throw new AssertionError(message);
	}

	@Test
	void whenSocketIsFullKeyUpdateGoesBeforeWhatWaitsOfAFile() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		channel.setFull(true);
		write(outlet, channel, file(0, SIZE), null);
		write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
		outlet.flush();
		outlet.keyUpdateRequested();
		assertThat(channel.received()).isEmpty();
		channel.setFull(false);
		List<Received> received = channel.received();
		assertData(received, true);
		int dataBefore = received.stream()
			.takeWhile((record) -> record.type() != ContentType.HANDSHAKE)
			.mapToInt((record) -> record.content().length)
			.sum();
		assertThat(dataBefore).isZero();
		assertThat(outlet.recordsSent()).isEqualTo(received.size());
		assertThat(this.statistics.getKeyUpdatesSent()).isOne();
		channel.finish();
		assertNothingIsLeft(channel);
	}

	@Test
	void whenKeyCannotBeReplacedForLackOfMemoryNothingIsSentAnyMore() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		channel.kernel.fail(Call.REKEY, new OutOfMemoryError("Cannot reserve direct buffer memory"));
		outlet.keyUpdateRequested();
		assertThat(channel.isOpen()).isFalse();
		write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
		outlet.flush();
		assertThat(channel.received()).singleElement()
			.satisfies((record) -> assertThat(record.content()).isEqualTo(KEY_UPDATE));
		assertNothingIsLeft(channel);
	}

	@Test
	void whenAlertCannotBeSentForLackOfMemoryConnectionIsClosed() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		channel.kernel.fail(Call.SEND_RECORD, new OutOfMemoryError("Cannot reserve direct buffer memory"));
		outlet.fail(AlertDescription.DECODE_ERROR);
		assertThat(channel.isOpen()).isFalse();
		assertNothingIsLeft(channel);
	}

	@Test
	void whenSecondFileAndMoreWaitForTheFirstOneAllAreFlushed() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		for (int i = 0; i < 2; i++) {
			write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
			write(outlet, channel, file(0, SIZE), null);
			write(outlet, channel, Unpooled.EMPTY_BUFFER, null);
		}
		outlet.flush();
		assertThat(this.promises).allMatch(ChannelFuture::isSuccess);
		assertData(channel.received(), true);
		channel.finish();
		assertNothingIsLeft(channel);
	}

	@Test
	void headSharesTheFirstRecordOfItsFile() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		write(outlet, channel, withHead(channel, file(0, 50), 200), null);
		write(outlet, channel, withHead(channel, file(0, SIZE), 200), null);
		outlet.flush();
		assertThat(channel.received().get(0).content()).hasSizeGreaterThan(200);
		assertThat(channel.received()).noneMatch((record) -> record.content().length == 200);
		assertThat(this.promises).allMatch(ChannelFuture::isSuccess);
		assertData(channel.received(), true);
		assertNothingIsLeft(channel);
	}

	// The fixture sends no more of a file in a record than a page.
	@Test
	void whenHeadIsInTheKernelAndSocketBecomesFullKeyUpdateGetsItOutAndFileFollows() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		KtlsFileRegion file = withHead(channel, file(0, 3000), 200);
		ChannelPromise headWritten = channel.newPromise();
		file.precededBy(new FileHead(file.takeHead().bytes(), headWritten));
		headWritten.addListener((sent) -> channel.setFull(true));
		write(outlet, channel, file, null);
		outlet.flush();
		assertThat(headWritten.isSuccess()).isTrue();
		assertThat(channel.received()).isEmpty();
		outlet.keyUpdateRequested();
		channel.setFull(false);
		List<Received> received = channel.received();
		assertThat(received.get(0).content()).hasSize(200);
		assertThat(received.get(1).content()).isEqualTo(KEY_UPDATE);
		assertThat(received.get(2).generation()).isOne();
		assertData(received, true);
		assertNothingIsLeft(channel);
	}

	@Test
	void headIsChargedWithItsFileSoThatNoCheckpointComesBetween() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, 64, 0, true);
		for (int i = 0; i < 100; i++) {
			write(outlet, channel, withHead(channel, file(0, 3000), 2000), null);
		}
		outlet.flush();
		List<Received> received = channel.received();
		assertThat(received.stream().filter((record) -> record.type() == ContentType.APPLICATION_DATA))
			.allSatisfy((record) -> assertThat(record.content()).hasSizeGreaterThan(2000));
		assertThat(last(received).generation()).isPositive();
		assertThat(received).allMatch((record) -> record.sequenceNumber() < 64);
		assertData(received, true);
		assertNothingIsLeft(channel);
	}

	@Test
	void whatIsNotFlushedWaits() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		write(outlet, channel, file(0, SIZE), null);
		write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
		assertThat(channel.received()).isEmpty();
		channel.close();
		assertThatAllIsLost(channel);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenFileIsTruncatedUnderASliceConnectionIsClosedAndAllFails(boolean withinTheFirstSlice) throws Exception {
		Path shrinking = directory.resolve("shrinking");
		Files.write(shrinking, content);
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		write(outlet, channel, region(shrinking, 0, SIZE), null);
		write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
		write(outlet, channel, file(0, SIZE), null);
		try (RandomAccessFile file = new RandomAccessFile(shrinking.toFile(), "rw")) {
			file.setLength(withinTheFirstSlice ? 1_000_000 : 4_500_000);
		}
		outlet.flush();
		assertThatAllIsLost(channel);
		assertThat(channel.received()).allMatch((record) -> record.type() == ContentType.APPLICATION_DATA);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenConnectionIsResetAndKernelGoesOnTakingAFileOneSliceIsTheMost(boolean beforeTheFirst) throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		if (beforeTheFirst) {
			channel.kernel.reset(OffloadedChannel.FD);
		}
		else {
			outlet.beforeSlices(() -> channel.kernel.reset(OffloadedChannel.FD));
		}
		channel.setFull(true);
		write(outlet, channel, file(0, SIZE), null);
		write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
		outlet.flush();
		channel.drain();
		assertThatAllIsLost(channel);
		assertThat(length(channel)).isEqualTo(beforeTheFirst ? 0 : 1024 * 1024);
	}

	@Test
	void whenConnectionIsResetBehindTheLastSliceTheFileIsSent() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		outlet.beforeSlices(() -> channel.kernel.reset(OffloadedChannel.FD));
		write(outlet, channel, file(0, 1000), null);
		outlet.flush();
		assertThat(this.promises).allMatch(ChannelFuture::isSuccess);
		assertNothingIsLeft(channel);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1000, SIZE })
	void whenConnectionIsResetAndKernelGoesOnTakingBuffersItIsNoticed(int length) throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		channel.setFull(true);
		for (int written = 0; written < SIZE; written += length) {
			write(outlet, channel, Unpooled.wrappedBuffer(content, written, Math.min(length, SIZE - written)), null);
			outlet.flush();
		}
		channel.kernel.reset(OffloadedChannel.FD);
		channel.drain();
		assertThat(channel.isOpen()).isFalse();
		assertThat(length(channel)).isLessThanOrEqualTo(1024 * 1024 + 1000);
		assertThat(this.promises).last().matches((promise) -> !promise.isSuccess());
		assertNothingIsLeft(channel);
	}

	// HTTP's encoder may be in the middle of a message.
	@Test
	void whenKeyIsUsedUpTheChannelIsNotClosedWithinTheWrite() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_2, 1, null, false);
		KernelOutlet outlet = outlet(channel, false, 64, 1, true);
		List<Boolean> writing = new ArrayList<>();
		boolean[] within = new boolean[1];
		channel.closeFuture().addListener((closed) -> writing.add(within[0]));
		while (!outlet.isEnded()) {
			within[0] = true;
			write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 10), null);
			within[0] = false;
			outlet.flush();
		}
		channel.runPendingTasks();
		assertThat(writing).containsExactly(false);
		assertNothingIsLeft(channel);
	}

	private static int length(OffloadedChannel channel) throws Exception {
		return channel.received().stream().mapToInt((record) -> record.content().length).sum();
	}

	private void assertThatAllIsLost(OffloadedChannel channel) {
		assertThat(channel.isOpen()).isFalse();
		assertThat(this.promises).allSatisfy((promise) -> {
			assertThat(promise.isDone()).isTrue();
			assertThat(promise.isSuccess()).isFalse();
		});
		assertNothingIsLeft(channel);
	}

	// The first file's last slice is on its way, the second file's first one is not.
	@Test
	void whenConnectionBreaksWhileAnotherFileWaitsForACheckpointBothFail() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, 64, 0, true);
		channel.setFull(true);
		write(outlet, channel, file(0, 100_000), null);
		write(outlet, channel, file(0, 200_000), null);
		write(outlet, channel, file(0, 200_000), null);
		outlet.flush();
		channel.unsafe().close(channel.unsafe().voidPromise());
		channel.runPendingTasks();
		assertThat(this.promises).allSatisfy((promise) -> assertThat(promise.isDone()).isTrue())
			.noneMatch(ChannelFuture::isSuccess);
		assertNothingIsLeft(channel);
		assertThat(channel.received()).isEmpty();
	}

	@Test
	void whateverIsUnderWayWhenTheConnectionBreaksNothingIsLeft() {
		RecordStream.check((random) -> new KernelOutletTests().breakAnywhere(random));
	}

	private void breakAnywhere(Random random) throws Exception {
		boolean rekeys = random.nextBoolean();
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, random, rekeys);
		KernelOutlet outlet = outlet(channel, rekeys, 64 + random.nextInt(100), 0, random.nextBoolean());
		int breaking = random.nextInt(20);
		for (int step = 0; step < 25; step++) {
			if (step == breaking) {
				breakConnection(channel, outlet, random);
			}
			switch (random.nextInt(6)) {
				case 0, 1 -> write(outlet, channel, buffer(channel, random), random);
				case 2 -> write(outlet, channel, file(random), random);
				case 3 -> write(outlet, channel, fileWithHead(channel, random), random);
				case 4 -> outlet.flush();
				default -> channel.drain();
			}
		}
		outlet.flush();
		channel.finishAndReleaseAll();
		assertThat(this.promises).allMatch(ChannelFuture::isDone);
		assertData(channel.received(), false);
		assertThat(channel.received()).allMatch((record) -> record.sequenceNumber() < 164);
		assertNothingIsLeft(channel);
	}

	private static void breakConnection(OffloadedChannel channel, KernelOutlet outlet, Random random) {
		switch (random.nextInt(7)) {
			case 0 -> channel.unsafe().close(channel.unsafe().voidPromise());
			case 1 -> outlet.fail(AlertDescription.UNEXPECTED_MESSAGE);
			case 2 -> channel.kernel.refuse(Call.SEND, Errno.EPIPE);
			case 3 -> channel.kernel.refuse(Call.SEND_RECORD, Errno.EPIPE);
			case 4 -> channel.kernel.refuse(Call.SEND_MORE, Errno.EPIPE);
			case 5 -> channel.kernel.reset(OffloadedChannel.FD);
			default -> channel.kernel.refuse(Call.REKEY, Errno.ENOMEM);
		}
	}

	@Test
	void whenKernelRefusesTheNextKeyNoFurtherRecordIsSent() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		channel.kernel.refuse(Call.REKEY, Errno.ENOMEM);
		write(outlet, channel, file(0, 100_000), null);
		outlet.keyUpdateRequested();
		assertThat(channel.isOpen()).isFalse();
		assertThat(channel.received()).singleElement()
			.satisfies((record) -> assertThat(record.content()).isEqualTo(KEY_UPDATE));
		assertThat(this.promises).noneMatch(ChannelFuture::isSuccess);
		assertNothingIsLeft(channel);
	}

	@Test
	void whenSocketIsFullAKeyUpdateIsSentOnceForAllRequests() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		channel.setFull(true);
		outlet.keyUpdateRequested();
		outlet.keyUpdateRequested();
		write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
		outlet.flush();
		channel.setFull(false);
		assertThat(channel.received()).hasSize(2);
		assertThat(channel.received().get(0).content()).isEqualTo(KEY_UPDATE);
		assertThat(channel.received().get(1).generation()).isOne();
		assertData(channel.received(), true);
	}

	@Test
	void whenKernelCannotReplaceTheKeyItIsDrainedAtHalfOfTheLimitAndEndsBeforeTheLimit() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_2, 1, null, false);
		KernelOutlet outlet = outlet(channel, false, 64, 1, true);
		int sent = 0;
		while (channel.isActive()) {
			write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 10), null);
			outlet.flush();
			sent++;
			assertThat(this.drains.isEmpty()).isEqualTo(sent + 1 <= 32);
		}
		assertThat(this.drains).containsExactly(KtlsDrainEvent.Reason.RECORD_LIMIT);
		assertThat(this.statistics.getDrains(KtlsDrainEvent.Reason.RECORD_LIMIT)).isOne();
		List<Received> received = channel.received();
		assertThat(last(received).content()).isEqualTo(CLOSE_NOTIFY);
		assertThat(last(received).sequenceNumber()).isBetween(56L, 63L);
		assertNothingIsLeft(channel);
	}

	@Test
	void whenFailedAlertIsLastAndNothingIsSentBehindIt() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
		outlet.fail(AlertDescription.DECODE_ERROR);
		outlet.fail(AlertDescription.UNEXPECTED_MESSAGE);
		assertThat(channel.isOpen()).isFalse();
		assertThat(outlet.isEnded()).isTrue();
		assertThat(outlet.isClosing()).isTrue();
		write(outlet, channel, Unpooled.wrappedBuffer(content, 0, 100), null);
		write(outlet, channel, file(0, SIZE), null);
		outlet.flush();
		outlet.keyUpdateRequested();
		assertThat(channel.received()).singleElement()
			.satisfies((record) -> assertThat(record.content()).containsExactly(2, 50));
		assertThat(this.promises).allMatch(ChannelFuture::isDone).noneMatch(ChannelFuture::isSuccess);
		assertNothingIsLeft(channel);
	}

	@Test
	void whenSocketIsFullAnAlertWaitsForTheSliceAndNoMoreOfTheFileIsSent() throws Exception {
		OffloadedChannel channel = new OffloadedChannel(TLS_1_3, 0, null, true);
		KernelOutlet outlet = outlet(channel, true, NO_LIMIT, 0, true);
		channel.setFull(true);
		write(outlet, channel, file(0, SIZE), null);
		outlet.flush();
		outlet.fail(AlertDescription.DECODE_ERROR);
		assertThat(channel.isOpen()).isTrue();
		assertThat(channel.received()).isEmpty();
		channel.setFull(false);
		assertThat(channel.isOpen()).isFalse();
		List<Received> received = channel.received();
		assertThat(last(received).content()).containsExactly(2, AlertDescription.DECODE_ERROR.value());
		assertThat(received.stream()
			.filter((sent) -> sent.type() == ContentType.APPLICATION_DATA)
			.mapToInt((sent) -> sent.content().length)
			.sum()).isEqualTo(1024 * 1024);
		assertNothingIsLeft(channel);
	}

	private KernelOutlet outlet(OffloadedChannel channel, boolean rekeys, long limit, long sequenceNumber,
			boolean sequenceReadable) {
		KernelOutlet outlet = new KernelOutlet(channel.plaintext(), channel.wire(),
				new Handover.Transmit(channel.socket, channel.transmitKeys(rekeys),
						new RecordBudget(limit, sequenceNumber), sequenceReadable, OffloadMode.SOFTWARE),
				this.statistics, this.drains::add);
		channel.whenClosed(outlet::release);
		return outlet;
	}

	private ByteBuf buffer(OffloadedChannel channel, Random random) {
		int length = switch (random.nextInt(5)) {
			case 0 -> 0;
			case 1 -> 10_000 + random.nextInt(30_000);
			default -> random.nextInt(3000);
		};
		ByteBuf bytes = random.nextBoolean() ? channel.alloc().directBuffer() : channel.alloc().heapBuffer();
		return bytes.writeBytes(content, random.nextInt(SIZE - length), length);
	}

	private KtlsFileRegion file(Random random) throws IOException {
		int length = switch (random.nextInt(12)) {
			case 0 -> 0;
			case 1 -> 1;
			case 2 -> 100_000 + random.nextInt(300_000);
			default -> random.nextInt(20_000);
		};
		return file(random.nextInt(SIZE - length), length);
	}

	private KtlsFileRegion fileWithHead(OffloadedChannel channel, Random random) throws IOException {
		int length = 1 + random.nextInt((random.nextInt(4) == 0) ? 100_000 : 3000);
		return withHead(channel, file(random.nextInt(SIZE - length), length), 1 + random.nextInt(2000));
	}

	private KtlsFileRegion withHead(OffloadedChannel channel, KtlsFileRegion file, int length) {
		ByteBuf head = channel.alloc().directBuffer().writeBytes(content, 0, length);
		this.messages.add(head);
		file.precededBy(new FileHead(head, channel.newPromise()));
		return file;
	}

	private KtlsFileRegion file(int position, int length) throws IOException {
		return region(path, position, length);
	}

	private KtlsFileRegion region(Path file, int position, int length) throws IOException {
		FileChannel opened = FileChannel.open(file, StandardOpenOption.READ);
		this.files.add(opened);
		return new KtlsFileRegion(opened, position, length);
	}

	private void write(KernelOutlet outlet, OffloadedChannel channel, ReferenceCounted msg, @Nullable Random random)
			throws IOException {
		if (msg != Unpooled.EMPTY_BUFFER) {
			this.messages.add(msg);
		}
		if (msg instanceof ByteBuf bytes) {
			bytes.getBytes(bytes.readerIndex(), this.written, bytes.readableBytes());
		}
		else if (msg instanceof KtlsFileRegion region) {
			this.written.write(content, 0, region.headLength());
			this.written.write(content, (int) region.position(), (int) region.count());
		}
		if (random != null && random.nextInt(5) == 0) {
			outlet.write(msg, channel.voidPromise());
			return;
		}
		ChannelPromise promise = channel.newPromise();
		this.promises.add(promise);
		outlet.write(msg, promise);
	}

	private void assertData(List<Received> received, boolean isComplete) {
		ByteArrayOutputStream data = new ByteArrayOutputStream();
		received.stream()
			.filter((record) -> record.type() == ContentType.APPLICATION_DATA)
			.forEach((record) -> data.writeBytes(record.content()));
		byte[] expected = this.written.toByteArray();
		assertThat(data.size()).isLessThanOrEqualTo(expected.length);
		assertThat(!isComplete || data.size() == expected.length).as("complete").isTrue();
		assertThat(Arrays.equals(data.toByteArray(), 0, data.size(), expected, 0, data.size())).isTrue();
	}

	private void assertNothingIsLeft(OffloadedChannel channel) {
		channel.finishAndReleaseAll();
		assertThat(this.messages).allSatisfy((msg) -> assertThat(msg.refCnt()).isZero());
		assertThat(this.files).noneMatch(FileChannel::isOpen);
		assertThat(this.promises).allMatch(ChannelFuture::isDone);
	}

	private static Received last(List<Received> received) {
		return received.get(received.size() - 1);
	}

}
