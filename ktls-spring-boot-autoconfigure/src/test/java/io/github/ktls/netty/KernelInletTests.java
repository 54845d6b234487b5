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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link KernelInlet} and {@link ReceiveHandler}, on a kernel in memory that
 * decrypts.
 */
class KernelInletTests {

	private static final int FD = 5;

	private static final CipherSuite SUITE = CipherSuite.TLS_AES_128_GCM_SHA256;

	private static final byte[] KEY_UPDATE = { 24, 0, 0, 1, 0 };

	private static final byte[] KEY_UPDATE_REQUESTED = { 24, 0, 0, 1, 1 };

	private static final byte[] CLOSE_NOTIFY = { 1, 0 };

	private final FakeKernel kernel = new FakeKernel().adoptDescriptors();

	private final KtlsSocket socket = new KtlsSocket(this.kernel, FD);

	private final List<String> told = new ArrayList<>();

	private final ReceiveHandler gate = new ReceiveHandler();

	private final EmbeddedChannel channel = new EmbeddedChannel();

	private TrafficSecret secret = new TrafficSecret(SUITE.hash(), new byte[SUITE.hash().length()]);

	private long sequenceNumber;

	private int reads;

	private KernelInlet inlet;

	@BeforeEach
	void install() throws IOException {
		this.channel.freezeTime();
		this.channel.pipeline().addLast(new ChannelOutboundHandlerAdapter() {

			@Override
			public void read(ChannelHandlerContext ctx) throws Exception {
				KernelInletTests.this.reads++;
				super.read(ctx);
			}

		});
		this.channel.pipeline().addLast(this.gate);
		this.channel.pipeline().addLast("wire", new ChannelInboundHandlerAdapter());
		this.socket.attach();
		try (TrafficKeys keys = this.secret.deriveKeys(SUITE)) {
			this.socket.installReceive(SUITE, keys, 0);
		}
		this.inlet = inlet(this.secret.next());
	}

	private KernelInlet inlet(TrafficSecret next) {
		return new KernelInlet(this.channel.pipeline().context("wire"), this.gate, this.socket,
				new ReceiveKeys(SUITE, next), new Told());
	}

	@AfterEach
	void close() {
		this.channel.finishAndReleaseAll();
	}

	@Test
	void dataIsLeftToTheTransport() throws Exception {
		arrive(ContentType.APPLICATION_DATA, new byte[100]);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(receive()).isEqualTo(100);
		assertNothing();
		assertThat(this.told).isEmpty();
	}

	@Test
	void endOfTheStreamIsLeftToTheTransport() throws Exception {
		this.kernel.closePeerOf(FD);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(this.told).isEmpty();
	}

	@Test
	void controlRecordsAreTakenOutUpToTheNextData() throws Exception {
		arrive(ContentType.ALERT, new byte[] { 1, 90 });
		arrive(ContentType.HANDSHAKE, KEY_UPDATE);
		arrive(ContentType.HANDSHAKE, KEY_UPDATE_REQUESTED);
		arrive(ContentType.APPLICATION_DATA, new byte[10]);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(receive()).isEqualTo(10);
		assertThat(this.told).containsExactly("silent", "key update", "key update, requested");
	}

	@Test
	void closeNotifyIsToldAndWhatFollowsIsTheEnd() throws Exception {
		arrive(ContentType.ALERT, CLOSE_NOTIFY);
		assertNothing();
		assertThat(this.told).containsExactly("close_notify");
		this.kernel.closePeerOf(FD);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
	}

	@Test
	void whatComesBehindACloseNotifyIsIgnored() throws Exception {
		arrive(ContentType.ALERT, CLOSE_NOTIFY);
		arrive(ContentType.ALERT, new byte[] { 2, 80 });
		arrive(ContentType.ALERT, new byte[] { 1, 2, 3 });
		arrive(ContentType.HANDSHAKE, new byte[] { 1, 0, 0, 0 });
		arrive(ContentType.APPLICATION_DATA, new byte[10]);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(this.told).containsExactly("close_notify");
		assertThat(receive()).isEqualTo(10);
		arrive(ContentType.HANDSHAKE, KEY_UPDATE);
		assertNothing();
		assertNothing();
		assertThat(this.told).containsExactly("close_notify", "stuck");
		assertThat(isPaused()).isTrue();
	}

	@Test
	void whenRecordBehindDataIsWrongDataCanBeAnsweredBeforeItIsRefused() throws Exception {
		arrive(ContentType.APPLICATION_DATA, new byte[10]);
		this.kernel.arriveAt(FD, new byte[] { 23, 3, 3, -1, -1 });
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(receive()).isEqualTo(10);
		// What the kernel does when it looks ahead.
		this.kernel.setError(FD, Errno.EMSGSIZE);
		this.inlet.received();
		assertThat(this.told).isEmpty();
		assertThat(this.socket.sendRecord(ContentType.ALERT, ByteBuffer.allocateDirect(2))).isTrue();
		this.inlet.afterReceive();
		assertThat(this.told).containsExactly("refused RECORD_OVERFLOW");
	}

	@Test
	void whenErrorIsFoundBeforeSendingItIsActedOnAfterwards() throws Exception {
		this.kernel.setError(FD, Errno.EBADMSG);
		this.inlet.beforeSending();
		assertThat(this.told).isEmpty();
		assertThat(this.socket.sendRecord(ContentType.ALERT, ByteBuffer.allocateDirect(2))).isTrue();
		this.channel.runPendingTasks();
		assertThat(this.told).containsExactly("refused BAD_RECORD_MAC");
	}

	@Test
	void whenNextKeyIsRefusedBehindDataConnectionFails() throws Exception {
		arrive(ContentType.APPLICATION_DATA, new byte[10]);
		arrive(ContentType.HANDSHAKE, KEY_UPDATE);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(receive()).isEqualTo(10);
		this.kernel.refuse(Call.REKEY_RECEIVE, Errno.ENOMEM);
		this.inlet.afterReceive();
		assertThat(this.told).containsExactly("failed");
		assertNothing();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenControlRecordsDoNotEndOthersGetTheirTurn(boolean behindData) throws Exception {
		if (behindData) {
			arrive(ContentType.APPLICATION_DATA, new byte[10]);
		}
		for (int i = 0; i < 150; i++) {
			arrive(ContentType.HANDSHAKE, KEY_UPDATE);
		}
		if (behindData) {
			assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
			assertThat(receive()).isEqualTo(10);
			this.inlet.afterReceive();
		}
		else {
			assertNothing();
			assertThat(isPaused()).isFalse();
		}
		assertThat(this.told).hasSize(64);
		for (int i = 0; i < 2; i++) {
			if (behindData) {
				this.channel.runPendingTasks();
			}
			else {
				assertNothing();
			}
		}
		assertThat(this.told).hasSize(150);
	}

	@Test
	void whenEndedNoRecordIsTakenOutAnyMore() throws Exception {
		arrive(ContentType.HANDSHAKE, KEY_UPDATE);
		this.inlet.end();
		assertNothing();
		this.inlet.afterReceive();
		assertThat(this.told).isEmpty();
		assertThat(isPaused()).isTrue();
	}

	@Test
	void recordWithoutContentIsNoEndAndDoesNotHideWhatFollows() throws Exception {
		arrive(ContentType.APPLICATION_DATA, new byte[0]);
		assertNothing();
		assertNothing();
		arrive(ContentType.APPLICATION_DATA, new byte[0]);
		arrive(ContentType.ALERT, CLOSE_NOTIFY);
		assertNothing();
		assertThat(this.told).containsExactly("close_notify");
	}

	@Test
	void dataBehindARecordWithoutContentIsLeftToTheTransport() throws Exception {
		arrive(ContentType.APPLICATION_DATA, new byte[0]);
		arrive(ContentType.APPLICATION_DATA, new byte[7]);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(receive()).isEqualTo(7);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4 })
	void whenKeyUpdateComesInTwoRecordsItIsFollowedNevertheless(int length) throws Exception {
		arrive(ContentType.HANDSHAKE, Arrays.copyOf(KEY_UPDATE, length));
		assertNothing();
		assertThat(this.told).startsWith("silent").doesNotContain("key update");
		arriveUnderTheSameKey(Arrays.copyOfRange(KEY_UPDATE, length, KEY_UPDATE.length));
		nextKey();
		arrive(ContentType.APPLICATION_DATA, new byte[3]);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		assertThat(receive()).isEqualTo(3);
		assertThat(this.told).containsExactly("silent", "key installed again", "key update");
	}

	@Test
	void whenDataComesBetweenTheFragmentsOfAMessageItIsRefused() throws Exception {
		arriveUnderTheSameKey(new byte[] { 24, 0 });
		arrive(ContentType.APPLICATION_DATA, new byte[3]);
		assertNothing();
		assertThat(this.told).containsExactly("silent", "key installed again", "refused UNEXPECTED_MESSAGE");
	}

	@Test
	void whenAMessageIsRefusedNothingIsReceivedAnyMore() throws Exception {
		arrive(ContentType.HANDSHAKE, new byte[] { 1, 0, 0, 0 });
		arrive(ContentType.APPLICATION_DATA, new byte[3]);
		assertNothing();
		assertNothing();
		assertThat(this.told).containsExactly("refused UNEXPECTED_MESSAGE");
	}

	@Test
	void whenPeerGivesUpNothingIsReceivedAnyMore() throws Exception {
		arrive(ContentType.ALERT, new byte[] { 2, 80 });
		arrive(ContentType.APPLICATION_DATA, new byte[3]);
		assertNothing();
		assertThat(this.told).containsExactly("fatal alert");
	}

	@ParameterizedTest
	@CsvSource({ "17 03 03 00 14, 20, BAD_RECORD_MAC", "17 03 03 00 01, 1, BAD_RECORD_MAC",
			"17 03 03 ff ff, 0, RECORD_OVERFLOW", "17 03 01 00 20, 32, PROTOCOL_VERSION" })
	void whenRecordIsWrongItIsRefusedWithTheRightAlert(String header, int length, String alert) throws Exception {
		byte[] record = Arrays.copyOf(HexFormat.ofDelimiter(" ").parseHex(header), 5 + length);
		this.kernel.arriveAt(FD, record);
		assertNothing();
		assertThat(this.told).containsExactly("refused " + alert);
		assertThat(this.kernel.calls()).filteredOn(Call.RECEIVE_RECORD::equals).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { Errno.EIO, Errno.ENOMEM })
	void whenSocketFailsTheTransportIsTold(int errno) {
		this.kernel.refuse(Call.RECEIVE_RECORD, errno);
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(this.inlet::beforeReceive)
			.satisfies((ex) -> assertThat(ex.getErrno()).isEqualTo(errno));
		assertThat(this.told).isEmpty();
	}

	@Test
	void whenPeerIsGoneTheTransportIsToldInTheWordsThatItUsesItself() {
		this.kernel.refuse(Call.RECEIVE_RECORD, Errno.ECONNRESET);
		assertThatIOException().isThrownBy(this.inlet::beforeReceive).withMessageEndingWith("Connection reset by peer");
		assertThat(this.told).isEmpty();
	}

	@Test
	void whenKernelRefusesTheNextKeyTheTransportIsTold() throws Exception {
		this.kernel.refuse(Call.REKEY_RECEIVE, Errno.ENOMEM);
		arrive(ContentType.HANDSHAKE, KEY_UPDATE);
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(this.inlet::beforeReceive);
		assertThat(this.told).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenThereIsLessThanARecordSocketIsLookedAtLessAndLessOften(boolean autoRead) throws Exception {
		this.channel.config().setAutoRead(autoRead);
		this.kernel.arriveAt(FD, new byte[] { 23, 3 });
		assertNothing();
		assertNothing();
		assertThat(isPaused()).isFalse();
		for (int pause : new int[] { 1, 2, 4, 8, 16, 32, 64, 64, 64 }) {
			assertNothing();
			assertThat(this.channel.config().isAutoRead()).isEqualTo(autoRead);
			assertThat(isPaused()).isTrue();
			this.channel.advanceTimeBy(pause * 1_000_000L - 1, TimeUnit.NANOSECONDS);
			this.channel.runScheduledPendingTasks();
			assertThat(isPaused()).isTrue();
			this.reads = 0;
			this.channel.advanceTimeBy(1, TimeUnit.NANOSECONDS);
			this.channel.runScheduledPendingTasks();
			assertThat(this.reads).isOne();
			assertThat(isPaused()).isFalse();
		}
	}

	@Test
	void whenARecordHasComeTheNextPauseIsShortAgain() throws Exception {
		for (int i = 0; i < 6; i++) {
			assertNothing();
			this.channel.advanceTimeBy(64, TimeUnit.MILLISECONDS);
			this.channel.runScheduledPendingTasks();
		}
		arrive(ContentType.APPLICATION_DATA, new byte[1]);
		assertThat(this.inlet.beforeReceive()).isEqualTo(ReceiveHook.Reader.ANY);
		receive();
		assertNothing();
		assertNothing();
		assertThat(isPaused()).isFalse();
		assertNothing();
		assertThat(isPaused()).isTrue();
		this.channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
		this.channel.runScheduledPendingTasks();
		assertThat(isPaused()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatTheApplicationSetsDuringAPauseStaysSo(boolean autoRead) {
		this.channel.config().setAutoRead(!autoRead);
		for (int i = 0; i < 3; i++) {
			assertNothing();
		}
		this.channel.config().setAutoRead(autoRead);
		assertThat(isPaused()).isTrue();
		this.channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
		this.channel.runScheduledPendingTasks();
		assertThat(this.channel.config().isAutoRead()).isEqualTo(autoRead);
		assertThat(isPaused()).isFalse();
	}

	@Test
	void whenConnectionIsReleasedDuringAPauseItIsNotReadAnyMore() {
		for (int i = 0; i < 3; i++) {
			assertNothing();
		}
		this.inlet.release();
		this.reads = 0;
		this.channel.advanceTimeBy(1, TimeUnit.SECONDS);
		this.channel.runScheduledPendingTasks();
		assertThat(this.reads).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenKernelCannotFollowAKeyUpdateSocketIsNotWatchedAnyMoreUnlessItIsDead(boolean autoRead) throws Exception {
		this.channel.config().setAutoRead(autoRead);
		this.inlet = inlet(null);
		arrive(ContentType.HANDSHAKE, KEY_UPDATE_REQUESTED);
		arrive(ContentType.APPLICATION_DATA, new byte[3]);
		assertNothing();
		assertThat(this.told).containsExactly("key update not followed, requested");
		assertThat(isPaused()).isTrue();
		assertThat(this.channel.config().isAutoRead()).isEqualTo(autoRead);
		this.channel.advanceTimeBy(1, TimeUnit.HOURS);
		this.channel.runScheduledPendingTasks();
		assertThat(isPaused()).isTrue();
		assertNothing();
		assertThatExceptionOfType(IOException.class).isThrownBy(this.inlet::beforeReceive)
			.withMessage("Connection reset by peer");
		assertThat(this.told).hasSize(1);
	}

	@Test
	void whenReleasedKeysAreWiped() {
		TrafficSecret next = this.secret.next();
		KernelInlet other = inlet(next);
		other.release();
		assertThat(next.isDestroyed()).isTrue();
	}

	private boolean isPaused() {
		int before = this.reads;
		this.channel.pipeline().context("wire").read();
		return this.reads == before;
	}

	private void assertNothing() {
		assertThatExceptionOfType(NothingToReceiveException.class).isThrownBy(this.inlet::beforeReceive);
	}

	private int receive() throws IOException {
		return this.socket.receive(ByteBuffer.allocateDirect(1000));
	}

	private void arrive(ContentType type, byte[] content) throws Exception {
		arriveRecord(type, content);
		if (type == ContentType.HANDSHAKE && content.length == KEY_UPDATE.length) {
			nextKey();
		}
	}

	private void arriveUnderTheSameKey(byte[] content) throws Exception {
		arriveRecord(ContentType.HANDSHAKE, content);
	}

	private void arriveRecord(ContentType type, byte[] content) throws Exception {
		try (TrafficKeys keys = this.secret.deriveKeys(SUITE)) {
			this.kernel.arriveAt(FD, RecordProtection.protect(SUITE, keys, this.sequenceNumber++, type, content));
		}
	}

	private void nextKey() {
		this.secret = this.secret.next();
		this.sequenceNumber = 0;
	}

	/**
	 * Keeps what is told.
	 */
	private final class Told implements KernelInlet.Listener {

		@Override
		public void data(ByteBuf content) {
			KernelInletTests.this.told.add("data " + ByteBufUtil.hexDump(content));
			content.release();
		}

		@Override
		public void silentRecord() {
			KernelInletTests.this.told.add("silent");
		}

		@Override
		public void closeNotify() {
			KernelInletTests.this.told.add("close_notify");
		}

		@Override
		public void fatalAlert() {
			KernelInletTests.this.told.add("fatal alert");
		}

		@Override
		public void keyUpdate(boolean followed, boolean requested) {
			KernelInletTests.this.told
				.add("key update" + (followed ? "" : " not followed") + (requested ? ", requested" : ""));
		}

		@Override
		public void refused(AlertDescription alert) {
			KernelInletTests.this.told.add("refused " + alert);
		}

		@Override
		public void stuck() {
			KernelInletTests.this.told.add("stuck");
		}

		@Override
		public void keyInstalledAgain() {
			KernelInletTests.this.told.add("key installed again");
		}

		@Override
		public void failed(IOException failure) {
			KernelInletTests.this.told.add("failed");
		}

	}

}
