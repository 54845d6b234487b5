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

package io.github.ktls.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link KtlsSocket} on the running kernel: one end of a loopback pair is the kernel's,
 * the other end protects and unprotects its records in Java. Right on kernels that can
 * change keys and on those that cannot; which one it is, is asked of the kernel's own
 * counters.
 */
@Tag("kernel")
@Tag("rekey")
class KtlsSocketKernelTests {

	private static final long FIRST = 0xfedcba98L;

	private static final CipherSuite TLS13 = CipherSuite.TLS_AES_128_GCM_SHA256;

	private static final CipherSuite TLS12 = CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256;

	private static final byte[] NOTHING = {};

	private static final byte[] KEY_UPDATE = { 24, 0, 0, 1, 0 };

	private static final byte[] CLOSE_NOTIFY = { 1, 0 };

	private final SystemCalls calls = new JnaSystemCalls();

	private final ByteBuffer target = ByteBuffer.allocateDirect(1 << 16);

	private final ByteArrayOutputStream unread = new ByteArrayOutputStream();

	private int server;

	private int client;

	private KtlsSocket socket;

	@BeforeEach
	void connect() throws IOException {
		int listener = this.calls.socket(2, 1);
		int port = this.calls.listenOnLoopback(listener);
		this.client = this.calls.socket(2, 1);
		this.calls.connectToLoopback(this.client, port);
		this.server = this.calls.accept(listener);
		this.calls.close(listener);
		this.socket = new KtlsSocket(this.calls, this.server);
		this.socket.attach();
	}

	@AfterEach
	void close() throws IOException {
		this.calls.close(this.server);
		if (this.client >= 0) {
			this.calls.close(this.client);
		}
	}

	@Test
	void capabilitiesAgreeWithTheKernelsOwnCounters() {
		KtlsCapabilities capabilities = KernelTls.get().capabilities();
		for (CipherSuite suite : CipherSuite.values()) {
			boolean tls13 = (suite.version() == ProtocolVersion.TLS_1_3);
			assertThat(capabilities.transmitFallback(suite)).isEmpty();
			assertThat(capabilities.receiveFallback(suite)).isEmpty();
			assertThat(capabilities.canRekeyTransmit(suite)).isEqualTo(tls13 && kernelCountsRekeys());
			assertThat(capabilities.canRekeyReceive(suite)).isEqualTo(tls13 && kernelCountsRekeys());
			assertThat(capabilities.canReadTransmitSequence(suite)).isTrue();
		}
		assertThat(capabilities.isAnyReceive()).isTrue();
	}

	@Test
	void probeIsNoErrorForTheKernel() throws Exception {
		Map<String, Long> before = TlsStat.read();
		KernelTls.probe(this.calls);
		Map<String, Long> after = TlsStat.read();
		int rekeys = kernelCountsRekeys() ? 3 : 0;
		assertThat(increase(before, after, "TlsTxSw")).isEqualTo(6);
		assertThat(increase(before, after, "TlsRxSw")).isEqualTo(6);
		assertThat(increase(before, after, "TlsTxRekeyOk")).isEqualTo(rekeys);
		assertThat(increase(before, after, "TlsRxRekeyOk")).isEqualTo(rekeys);
		assertThat(increase(before, after, "TlsRxRekeyReceived")).isEqualTo(rekeys);
		for (String error : List.of("TlsTxRekeyError", "TlsRxRekeyError", "TlsDecryptError")) {
			assertThat(increase(before, after, error)).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void sequenceNumberIsThatOfTheNextRecord(CipherSuite suite) throws Exception {
		this.socket.installTransmit(suite, keys(suite, 1), FIRST);
		assertThat(this.socket.transmitSequenceNumber(suite)).isEqualTo(FIRST);
		this.calls.sendmsg(this.server, direct(new byte[40_000]), null);
		this.socket.sendRecord(ContentType.ALERT, direct(CLOSE_NOTIFY));
		assertThat(this.socket.transmitSequenceNumber(suite)).isEqualTo(FIRST + 4);
	}

	@ParameterizedTest
	@EnumSource
	void recordStaysOpenForWhatFollows(CipherSuite suite) throws Exception {
		this.socket.installTransmit(suite, keys(suite, 1), FIRST);
		assertThat(this.socket.sendMore(direct(ascii("..one,..")).position(2).limit(6))).isEqualTo(4);
		assertThat(this.socket.sendMore(direct(ascii("two,")))).isEqualTo(4);
		assertThat(this.socket.transmitSequenceNumber(suite)).isEqualTo(FIRST);
		sendFromKernel("three");
		assertThat(this.socket.transmitSequenceNumber(suite)).isEqualTo(FIRST + 1);
		assertRecord(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("one,two,three"));
	}

	@ParameterizedTest
	@EnumSource
	void anAlertEndsAnOpenRecord(CipherSuite suite) throws Exception {
		this.socket.installTransmit(suite, keys(suite, 1), FIRST);
		this.socket.sendMore(direct(ascii("head")));
		assertThat(this.socket.sendRecord(ContentType.ALERT, direct(CLOSE_NOTIFY))).isTrue();
		assertRecord(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("head"));
		assertRecord(suite, 1, FIRST + 1, ContentType.ALERT, CLOSE_NOTIFY);
	}

	@ParameterizedTest
	@EnumSource
	void whenKeyIsReplacedAnOpenRecordHasTheOneBefore(CipherSuite suite) throws Exception {
		boolean possible = KernelTls.get().capabilities().canRekeyTransmit(suite);
		this.socket.installTransmit(suite, keys(suite, 1), FIRST);
		this.socket.sendMore(direct(ascii("head")));
		assertThat(this.socket.sendRecord(ContentType.HANDSHAKE, direct(KEY_UPDATE))).isTrue();
		if (possible) {
			this.socket.rekeyTransmit(suite, keys(suite, 2));
		}
		sendFromKernel("file");
		assertRecord(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("head"));
		assertRecord(suite, 1, FIRST + 1, ContentType.HANDSHAKE, KEY_UPDATE);
		assertRecord(suite, possible ? 2 : 1, possible ? 0 : FIRST + 2, ContentType.APPLICATION_DATA, ascii("file"));
	}

	@Test
	void whenSocketIsFullNothingIsTakenIntoAnOpenRecord() throws Exception {
		this.socket.installTransmit(TLS13, keys(TLS13, 1), FIRST);
		ByteBuffer data = direct(new byte[1 << 16]);
		while (this.calls.sendmsg(this.server, data, null) != SystemCalls.WOULD_BLOCK) {
			// There is still room.
		}
		assertThat(this.socket.sendMore(direct(ascii("head")))).isEqualTo(KtlsSocket.WOULD_BLOCK);
	}

	@ParameterizedTest
	@EnumSource
	void sendingKeyIsReplaced(CipherSuite suite) throws Exception {
		boolean possible = KernelTls.get().capabilities().canRekeyTransmit(suite);
		Map<String, Long> before = TlsStat.read();
		this.socket.installTransmit(suite, keys(suite, 1), FIRST);
		sendFromKernel("one");
		assertThat(this.socket.sendRecord(ContentType.HANDSHAKE, direct(KEY_UPDATE))).isTrue();
		if (possible) {
			this.socket.rekeyTransmit(suite, keys(suite, 2));
			assertThat(this.socket.transmitSequenceNumber(suite)).isZero();
		}
		else {
			assertFails(Errno.EBUSY, "setsockopt(TLS_TX)", () -> this.socket.rekeyTransmit(suite, keys(suite, 2)));
		}
		sendFromKernel("two");
		this.socket.sendRecord(ContentType.ALERT, direct(CLOSE_NOTIFY));
		int generation = possible ? 2 : 1;
		long next = possible ? 0 : FIRST + 2;
		assertRecord(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("one"));
		assertRecord(suite, 1, FIRST + 1, ContentType.HANDSHAKE, KEY_UPDATE);
		assertRecord(suite, generation, next, ContentType.APPLICATION_DATA, ascii("two"));
		assertRecord(suite, generation, next + 1, ContentType.ALERT, CLOSE_NOTIFY);
		assertThat(this.socket.transmitSequenceNumber(suite)).isEqualTo(next + 2);
		assertThat(increase(before, TlsStat.read(), "TlsTxSw")).isOne();
		assertThat(increase(before, TlsStat.read(), "TlsTxRekeyOk")).isEqualTo(possible ? 1 : 0);
	}

	@Test
	void sendingKeyIsReplacedManyTimes() throws Exception {
		this.socket.installTransmit(TLS13, keys(TLS13, 0), FIRST);
		int generations = kernelCountsRekeys() ? 50 : 0;
		Map<String, Long> before = TlsStat.read();
		for (int i = 1; i <= generations; i++) {
			sendFromKernel("under key " + (i - 1));
			this.socket.sendRecord(ContentType.HANDSHAKE, direct(KEY_UPDATE));
			this.socket.rekeyTransmit(TLS13, keys(TLS13, i));
		}
		sendFromKernel("the last");
		for (int i = 0; i < generations; i++) {
			long number = (i == 0) ? FIRST : 0;
			assertRecord(TLS13, i, number, ContentType.APPLICATION_DATA, ascii("under key " + i));
			assertRecord(TLS13, i, number + 1, ContentType.HANDSHAKE, KEY_UPDATE);
		}
		assertRecord(TLS13, generations, (generations == 0) ? FIRST : 0, ContentType.APPLICATION_DATA,
				ascii("the last"));
		assertThat(increase(before, TlsStat.read(), "TlsTxRekeyOk")).isEqualTo(generations);
	}

	@ParameterizedTest
	@EnumSource
	void recordsOfEveryTypeAreReceived(CipherSuite suite) throws Exception {
		Map<String, Long> before = TlsStat.read();
		assertThat(this.socket.isReceiveInstalled()).isFalse();
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		assertThat(this.socket.isReceiveInstalled()).isTrue();
		assertThat(this.socket.isTransmitInstalled()).isFalse();
		assertThat(increase(before, TlsStat.read(), "TlsRxSw")).isOne();
		assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.WOULD_BLOCK);
		send(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("data"));
		send(suite, 1, FIRST + 1, ContentType.HANDSHAKE, new byte[] { 4, 0, 0, 0 });
		send(suite, 1, FIRST + 2, ContentType.APPLICATION_DATA, new byte[RecordHeader.MAX_CONTENT_LENGTH]);
		send(suite, 1, FIRST + 3, ContentType.ALERT, CLOSE_NOTIFY);
		assertReceived(ContentType.APPLICATION_DATA, ascii("data"));
		assertReceived(ContentType.HANDSHAKE, new byte[] { 4, 0, 0, 0 });
		assertReceived(ContentType.APPLICATION_DATA, new byte[RecordHeader.MAX_CONTENT_LENGTH]);
		assertReceived(ContentType.ALERT, CLOSE_NOTIFY);
		closeClient();
		assertThat(receive()).isEqualTo(KtlsSocket.END_OF_STREAM);
		assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.END_OF_STREAM);
		assertThat(increase(before, TlsStat.read(), "TlsDecryptError")).isZero();
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whatArrivedBeforeTheKeyIsReceivedToo(CipherSuite suite) throws Exception {
		send(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("early"));
		send(suite, 1, FIRST + 1, ContentType.ALERT, CLOSE_NOTIFY);
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		assertReceived(ContentType.APPLICATION_DATA, ascii("early"));
		assertReceived(ContentType.ALERT, CLOSE_NOTIFY);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whenRecordIsLargerThanTheTargetThenTheRestFollows(CipherSuite suite) throws Exception {
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		send(suite, 1, FIRST, ContentType.HANDSHAKE, ascii("0123456789"));
		send(suite, 1, FIRST + 1, ContentType.APPLICATION_DATA, ascii("abcdef"));
		this.target.limit(7);
		assertReceived(ContentType.HANDSHAKE, ascii("0123456"));
		assertReceived(ContentType.HANDSHAKE, ascii("789"));
		this.target.limit(4);
		assertReceived(ContentType.APPLICATION_DATA, ascii("abcd"));
		assertReceived(ContentType.APPLICATION_DATA, ascii("ef"));
		assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.WOULD_BLOCK);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whenRecordsArePeekedAtThenTheyAreStillThere(CipherSuite suite) throws Exception {
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		send(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("one"));
		send(suite, 1, FIRST + 1, ContentType.ALERT, CLOSE_NOTIFY);
		await(() -> this.socket.peek(this.target));
		for (int i = 0; i < 2; i++) {
			assertThat(this.socket.peek(this.target)).isEqualTo(3);
			assertThat(this.socket.contentType()).isEqualTo(ContentType.APPLICATION_DATA.value());
		}
		assertReceived(ContentType.APPLICATION_DATA, ascii("one"));
		await(() -> this.socket.peek(this.target));
		for (int i = 0; i < 2; i++) {
			assertThat(this.socket.peek(this.target)).isEqualTo(CLOSE_NOTIFY.length);
			assertThat(this.socket.contentType()).isEqualTo(ContentType.ALERT.value());
		}
		assertReceived(ContentType.ALERT, CLOSE_NOTIFY);
		assertThat(this.socket.peek(this.target)).isEqualTo(KtlsSocket.WOULD_BLOCK);
		closeClient();
		assertThat(await(() -> this.socket.peek(this.target))).isEqualTo(KtlsSocket.END_OF_STREAM);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void recordWithoutContentIsNotTheEndOfTheStream(CipherSuite suite) throws Exception {
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		send(suite, 1, FIRST, ContentType.APPLICATION_DATA, NOTHING);
		send(suite, 1, FIRST + 1, ContentType.ALERT, NOTHING);
		send(suite, 1, FIRST + 2, ContentType.APPLICATION_DATA, NOTHING);
		send(suite, 1, FIRST + 3, ContentType.APPLICATION_DATA, ascii("data"));
		assertReceived(ContentType.APPLICATION_DATA, NOTHING);
		assertReceived(ContentType.ALERT, NOTHING);
		assertReceived(ContentType.APPLICATION_DATA, ascii("data"));
		closeClient();
		assertThat(receive()).isEqualTo(KtlsSocket.END_OF_STREAM);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whenOnlyDataWithoutContentIsThereThenThereIsNothing(CipherSuite suite) throws Exception {
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		send(suite, 1, FIRST, ContentType.APPLICATION_DATA, NOTHING);
		send(suite, 1, FIRST + 1, ContentType.APPLICATION_DATA, ascii("data"));
		assertReceived(ContentType.APPLICATION_DATA, ascii("data"));
		send(suite, 1, FIRST + 2, ContentType.APPLICATION_DATA, NOTHING);
		closeClient();
		// The kernel may tell of the record, or forget it where nothing comes after it.
		int received = receive();
		assertThat(received).isIn(0, KtlsSocket.END_OF_STREAM);
		assertThat(receive()).isEqualTo(KtlsSocket.END_OF_STREAM);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whenRecordIsNotWholeThenReceivingWouldBlock(CipherSuite suite) throws Exception {
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		byte[] record = protect(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("piece by piece"));
		for (int i = 0; i < record.length; i++) {
			assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.WOULD_BLOCK);
			sendRaw(Arrays.copyOfRange(record, i, i + 1));
		}
		assertReceived(ContentType.APPLICATION_DATA, ascii("piece by piece"));
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 4, 5, 20 })
	void whenStreamEndsWithinARecordThenThatIsItsEnd(int length) throws Exception {
		this.socket.installReceive(TLS13, keys(TLS13, 1), FIRST);
		byte[] record = protect(TLS13, 1, FIRST, ContentType.APPLICATION_DATA, ascii("cut off"));
		sendRaw(Arrays.copyOf(record, length));
		closeClient();
		assertThat(receive()).isEqualTo(KtlsSocket.END_OF_STREAM);
	}

	@ParameterizedTest
	@EnumSource
	void whenRecordIsNotAuthenticThenBadMessage(CipherSuite suite) throws Exception {
		Map<String, Long> before = TlsStat.read();
		this.socket.installTransmit(suite, keys(suite, 3), 0);
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		send(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("good"));
		assertReceived(ContentType.APPLICATION_DATA, ascii("good"));
		byte[] record = protect(suite, 1, FIRST + 1, ContentType.APPLICATION_DATA, ascii("bad"));
		record[record.length - 1] ^= 1;
		sendRaw(record);
		assertReceivingFails(Errno.EBADMSG);
		assertThat(increase(before, TlsStat.read(), "TlsDecryptError")).isOne();
		assertAlertCanBeSent(suite);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whenRecordHasAnotherNumberThenBadMessage(CipherSuite suite) throws Exception {
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		// A TLS 1.2 GCM record brings its nonce along, but its number is authenticated.
		send(suite, 1, FIRST + 1, ContentType.APPLICATION_DATA, ascii("out of order"));
		assertReceivingFails(Errno.EBADMSG);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whenRecordIsTooLongThenMessageSize(CipherSuite suite) throws Exception {
		this.socket.installTransmit(suite, keys(suite, 3), 0);
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		int longest = RecordHeader.MAX_CONTENT_LENGTH + suite.aead().explicitNonceLength(suite.version()) + 16
				+ ((suite.version() == ProtocolVersion.TLS_1_3) ? 1 : 0);
		sendRaw(header(0x0303, longest + 1));
		sendRaw(new byte[longest + 1]);
		assertReceivingFails(Errno.EMSGSIZE);
		assertAlertCanBeSent(suite);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whenRecordIsTooShortThenBadMessage(CipherSuite suite) throws Exception {
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		sendRaw(header(0x0303, 15));
		sendRaw(new byte[15]);
		assertReceivingFails(Errno.EBADMSG);
	}

	@ParameterizedTest
	@MethodSource("versions")
	void whenRecordHasAnotherVersionThenInvalid(CipherSuite suite) throws Exception {
		this.socket.installTransmit(suite, keys(suite, 3), 0);
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		sendRaw(header(0x0304, 40));
		sendRaw(new byte[40]);
		assertReceivingFails(Errno.EINVAL);
		assertAlertCanBeSent(suite);
	}

	@ParameterizedTest
	@EnumSource(names = "TLS_(AES|CHACHA20).*", mode = EnumSource.Mode.MATCH_ALL)
	void whenPeerChangesItsKeyThenReceivingWaitsForTheNextOne(CipherSuite suite) throws Exception {
		boolean possible = KernelTls.get().capabilities().canRekeyReceive(suite);
		Map<String, Long> before = TlsStat.read();
		this.socket.installReceive(suite, keys(suite, 1), FIRST);
		send(suite, 1, FIRST, ContentType.APPLICATION_DATA, ascii("one"));
		send(suite, 1, FIRST + 1, ContentType.HANDSHAKE, KEY_UPDATE);
		send(suite, 2, 0, ContentType.APPLICATION_DATA, ascii("two"));
		assertReceived(ContentType.APPLICATION_DATA, ascii("one"));
		assertReceived(ContentType.HANDSHAKE, KEY_UPDATE);
		if (possible) {
			assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.KEY_EXPIRED);
			assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.KEY_EXPIRED);
			this.socket.rekeyReceive(suite, keys(suite, 2));
			assertReceived(ContentType.APPLICATION_DATA, ascii("two"));
			assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.WOULD_BLOCK);
		}
		else {
			assertFails(Errno.EBUSY, "setsockopt(TLS_RX)", () -> this.socket.rekeyReceive(suite, keys(suite, 2)));
			assertReceivingFails(Errno.EBADMSG);
		}
		Map<String, Long> after = TlsStat.read();
		assertThat(increase(before, after, "TlsRxRekeyReceived")).isEqualTo(possible ? 1 : 0);
		assertThat(increase(before, after, "TlsRxRekeyOk")).isEqualTo(possible ? 1 : 0);
		assertThat(increase(before, after, "TlsDecryptError")).isEqualTo(possible ? 0 : 1);
	}

	@Test
	void whenPeerChangesItsKeyManyTimesThenEachIsFollowed() throws Exception {
		int generations = kernelCountsRekeys() ? 20 : 0;
		this.socket.installReceive(TLS13, keys(TLS13, 0), FIRST);
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (int i = 0; i < generations; i++) {
			all.writeBytes(protect(TLS13, i, (i == 0) ? FIRST : 0, ContentType.HANDSHAKE, KEY_UPDATE));
		}
		all.writeBytes(protect(TLS13, generations, (generations == 0) ? FIRST : 0, ContentType.APPLICATION_DATA,
				ascii("last")));
		sendRaw(all.toByteArray());
		for (int i = 1; i <= generations; i++) {
			assertReceived(ContentType.HANDSHAKE, KEY_UPDATE);
			assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.KEY_EXPIRED);
			this.socket.rekeyReceive(TLS13, keys(TLS13, i));
		}
		assertReceived(ContentType.APPLICATION_DATA, ascii("last"));
	}

	// The kernel looks at the first byte of a record. Who reads has to give it the same
	// key
	// again, for the rest of the message is protected with it.
	@Test
	void whenKeyUpdateIsFragmentedThenItsRestIsReceivedWithTheSameKey() throws Exception {
		boolean possible = KernelTls.get().capabilities().canRekeyReceive(TLS13);
		this.socket.installReceive(TLS13, keys(TLS13, 1), FIRST);
		send(TLS13, 1, FIRST, ContentType.HANDSHAKE, new byte[] { 24 });
		send(TLS13, 1, FIRST + 1, ContentType.HANDSHAKE, new byte[] { 0, 0, 1, 0 });
		send(TLS13, 2, 0, ContentType.APPLICATION_DATA, ascii("next"));
		assertReceived(ContentType.HANDSHAKE, new byte[] { 24 });
		if (possible) {
			assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.KEY_EXPIRED);
			this.socket.resumeReceive(TLS13);
		}
		assertReceived(ContentType.HANDSHAKE, new byte[] { 0, 0, 1, 0 });
		if (possible) {
			this.socket.rekeyReceive(TLS13, keys(TLS13, 2));
			assertReceived(ContentType.APPLICATION_DATA, ascii("next"));
		}
		else {
			assertReceivingFails(Errno.EBADMSG);
		}
	}

	@Test
	void whenKeyUpdateIsBehindAnotherMessageThenTheKernelDoesNotWait() throws Exception {
		boolean possible = KernelTls.get().capabilities().canRekeyReceive(TLS13);
		Map<String, Long> before = TlsStat.read();
		byte[] messages = { 4, 0, 0, 1, 0, 24, 0, 0, 1, 0 };
		this.socket.installReceive(TLS13, keys(TLS13, 1), FIRST);
		send(TLS13, 1, FIRST, ContentType.HANDSHAKE, messages);
		assertReceived(ContentType.HANDSHAKE, messages);
		assertThat(this.socket.receive(this.target)).isEqualTo(KtlsSocket.WOULD_BLOCK);
		if (possible) {
			this.socket.rekeyReceive(TLS13, keys(TLS13, 2));
		}
		send(TLS13, 2, 0, ContentType.APPLICATION_DATA, ascii("next"));
		if (possible) {
			assertReceived(ContentType.APPLICATION_DATA, ascii("next"));
		}
		else {
			assertReceivingFails(Errno.EBADMSG);
		}
		assertThat(increase(before, TlsStat.read(), "TlsRxRekeyReceived")).isZero();
		assertThat(increase(before, TlsStat.read(), "TlsRxRekeyOk")).isEqualTo(possible ? 1 : 0);
	}

	@Test
	void keyOfTls12IsNotReplaced() throws Exception {
		this.socket.installReceive(TLS12, keys(TLS12, 1), FIRST);
		assertFails(Errno.EBUSY, "setsockopt(TLS_RX)", () -> this.socket.rekeyReceive(TLS12, keys(TLS12, 2)));
		send(TLS12, 1, FIRST, ContentType.APPLICATION_DATA, ascii("as before"));
		assertReceived(ContentType.APPLICATION_DATA, ascii("as before"));
	}

	@Test
	void whenPeerResetsThenThatIsAnError() throws Exception {
		this.socket.installReceive(TLS13, keys(TLS13, 1), FIRST);
		// What the peer has not read when it closes makes it reset the connection.
		this.calls.sendmsg(this.server, direct(ascii("unread")), null);
		this.calls.setsockopt(this.client, 1, 13, direct(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }), "SO_LINGER");
		closeClient();
		assertReceivingFails(Errno.ECONNRESET);
	}

	static Stream<CipherSuite> versions() {
		return Stream.of(TLS12, TLS13);
	}

	private static boolean kernelCountsRekeys() {
		return TlsStat.read().containsKey("TlsTxRekeyOk");
	}

	private static long increase(Map<String, Long> before, Map<String, Long> after, String name) {
		return after.getOrDefault(name, 0L) - before.getOrDefault(name, 0L);
	}

	// Bytes sent over loopback are there at once, but for an interrupt that is late.
	private int receive() throws IOException {
		return await(() -> this.socket.receive(this.target));
	}

	private static int await(Receive receive) throws IOException {
		long start = System.nanoTime();
		int received = receive.execute();
		while (received == KtlsSocket.WOULD_BLOCK && System.nanoTime() - start < Duration.ofSeconds(30).toNanos()) {
			Thread.onSpinWait();
			received = receive.execute();
		}
		return received;
	}

	private void assertReceived(ContentType type, byte[] content) throws IOException {
		int received = receive();
		assertThat(received).isEqualTo(content.length);
		assertThat(this.socket.contentType()).isEqualTo(type.value());
		byte[] bytes = new byte[received];
		this.target.get(0, bytes);
		assertThat(bytes).isEqualTo(content);
	}

	private void assertReceivingFails(int errno) {
		assertFails(errno, "recvmsg", this::receive);
	}

	private void assertAlertCanBeSent(CipherSuite suite) throws Exception {
		byte[] alert = { 2, 20 };
		assertThat(this.socket.sendRecord(ContentType.ALERT, direct(alert))).isTrue();
		assertRecord(suite, 3, 0, ContentType.ALERT, alert);
	}

	private void sendFromKernel(String text) throws IOException {
		assertThat(this.calls.sendmsg(this.server, direct(ascii(text)), null)).isEqualTo(text.length());
	}

	private void assertRecord(CipherSuite suite, int generation, long number, ContentType type, byte[] content)
			throws Exception {
		Plaintext plaintext = RecordProtection.unprotect(suite, keys(suite, generation), number, readRecord());
		assertThat(plaintext.type()).isEqualTo(type);
		assertThat(plaintext.content()).isEqualTo(content);
	}

	private byte[] readRecord() throws IOException {
		while (true) {
			byte[] bytes = this.unread.toByteArray();
			if (bytes.length >= RecordHeader.LENGTH) {
				int length = RecordHeader.LENGTH + Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(3));
				if (bytes.length >= length) {
					this.unread.reset();
					this.unread.write(bytes, length, bytes.length - length);
					return Arrays.copyOf(bytes, length);
				}
			}
			int received = this.calls.recv(this.client, this.target.clear());
			assertThat(received).isPositive();
			byte[] more = new byte[received];
			this.target.get(0, more);
			this.unread.writeBytes(more);
		}
	}

	private void send(CipherSuite suite, int generation, long number, ContentType type, byte[] content)
			throws Exception {
		sendRaw(protect(suite, generation, number, type, content));
	}

	private void sendRaw(byte[] bytes) throws IOException {
		assertThat(this.calls.sendmsg(this.client, direct(bytes), null)).isEqualTo(bytes.length);
	}

	private void closeClient() throws IOException {
		this.calls.close(this.client);
		this.client = -1;
	}

	private static byte[] protect(CipherSuite suite, int generation, long number, ContentType type, byte[] content)
			throws GeneralSecurityException {
		return RecordProtection.protect(suite, keys(suite, generation), number, type, content);
	}

	private static byte[] header(int version, int length) {
		return ByteBuffer.allocate(RecordHeader.LENGTH)
			.put((byte) 23)
			.putShort((short) version)
			.putShort((short) length)
			.array();
	}

	private static TrafficKeys keys(CipherSuite suite, int generation) {
		byte[] key = new byte[suite.aead().keyLength()];
		byte[] iv = new byte[suite.aead().fixedIvLength(suite.version())];
		Arrays.fill(key, (byte) (generation + 1));
		Arrays.fill(iv, (byte) (generation + 101));
		return new TrafficKeys(key, iv);
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

	private static ByteBuffer direct(byte[] bytes) {
		return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
	}

	private static void assertFails(int errno, String call, ThrowingCallable callable) {
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(callable).satisfies((ex) -> {
			assertThat(Errno.nameOf(ex.getErrno())).isEqualTo(Errno.nameOf(errno));
			assertThat(ex.getCall()).isEqualTo(call);
		});
	}

	/**
	 * A call that receives or looks.
	 */
	private interface Receive {

		int execute() throws IOException;

	}

}
