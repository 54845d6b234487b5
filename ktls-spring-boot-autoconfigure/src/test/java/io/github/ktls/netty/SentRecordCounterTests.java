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

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.Random;

import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SentRecordCounter}.
 */
class SentRecordCounterTests {

	private final SentRecordCounter counter = new SentRecordCounter();

	private final Random random = new Random(1);

	@Test
	void howeverTls12RecordsAreCutFinishedAndDataAreCounted() {
		RecordStream.check((random) -> {
			SentRecordCounter counter = new SentRecordCounter();
			counter.handshakeInput();
			send(counter, new RecordStream(random).records(ContentType.HANDSHAKE, 1 + random.nextInt(4)));
			for (int inputs = random.nextInt(3); inputs >= 0; inputs--) {
				counter.handshakeInput();
			}
			send(counter,
					new RecordStream(random).records(ContentType.HANDSHAKE, random.nextInt(2))
						.record(ContentType.CHANGE_CIPHER_SPEC, 1)
						.record(ContentType.HANDSHAKE, 40));
			counter.handshakeCompleted();
			int data = random.nextInt(20);
			send(counter, new RecordStream(random).records(ContentType.APPLICATION_DATA, data));
			assertThat(counter.nextSequenceNumber(ProtocolVersion.TLS_1_2)).hasValue(1 + data);
		});
	}

	@Test
	void whenTls12SessionIsResumedServerFinishesFirstAndNumbersAreTheSame() {
		this.counter.handshakeInput();
		send(this.counter,
				stream().record(ContentType.HANDSHAKE)
					.record(ContentType.CHANGE_CIPHER_SPEC, 1)
					.record(ContentType.HANDSHAKE, 40));
		this.counter.handshakeInput();
		this.counter.handshakeInput();
		this.counter.handshakeCompleted();
		send(this.counter, stream().records(ContentType.APPLICATION_DATA, 3));
		assertThat(this.counter.nextSequenceNumber(ProtocolVersion.TLS_1_2)).hasValue(4);
	}

	@Test
	void howeverTls13RecordsAreCutThoseAfterTheClientsFinishedAreCounted() {
		RecordStream.check((random) -> {
			SentRecordCounter counter = new SentRecordCounter();
			counter.handshakeInput();
			// A HelloRetryRequest, perhaps
			if (random.nextBoolean()) {
				send(counter, new RecordStream(random).record(ContentType.HANDSHAKE));
				counter.handshakeInput();
			}
			send(counter,
					new RecordStream(random).record(ContentType.HANDSHAKE)
						.record(ContentType.CHANGE_CIPHER_SPEC, 1)
						.records(ContentType.APPLICATION_DATA, 1 + random.nextInt(5)));
			for (int inputs = random.nextInt(4); inputs >= 0; inputs--) {
				counter.handshakeInput();
			}
			int tickets = random.nextInt(3);
			send(counter, new RecordStream(random).records(ContentType.APPLICATION_DATA, tickets));
			counter.handshakeCompleted();
			int data = (tickets == 0) ? 1 + random.nextInt(20) : random.nextInt(20);
			counter.handshakeInput();
			send(counter, new RecordStream(random).records(ContentType.APPLICATION_DATA, data));
			counter.handshakeInput();
			assertThat(counter.nextSequenceNumber(ProtocolVersion.TLS_1_3)).hasValue(tickets + data);
		});
	}

	@Test
	void whenTls13ServerSendsNothingAfterTheClientsFinishedTheNumberIsZero() {
		this.counter.handshakeInput();
		send(this.counter, stream().record(ContentType.HANDSHAKE).records(ContentType.APPLICATION_DATA, 4));
		this.counter.handshakeInput();
		this.counter.handshakeCompleted();
		assertThat(this.counter.nextSequenceNumber(ProtocolVersion.TLS_1_3)).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource
	void whenHandshakeIsNotCompleteThereIsNoNumber(ProtocolVersion version) {
		this.counter.handshakeInput();
		sendHandshake(version);
		assertThat(next(version)).isEmpty();
		this.counter.handshakeCompleted();
		assertThat(next(version)).isPresent();
	}

	@ParameterizedTest
	@EnumSource
	void whenNothingWasSentThereIsNoNumber(ProtocolVersion version) {
		this.counter.handshakeInput();
		this.counter.handshakeCompleted();
		assertThat(next(version)).isEmpty();
		this.counter.sent(Unpooled.EMPTY_BUFFER);
		assertThat(next(version)).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void insideARecordThereIsNoNumber(ProtocolVersion version) {
		sendHandshake(version);
		this.counter.handshakeCompleted();
		long before = next(version).orElseThrow();
		RecordStream stream = stream().record(ContentType.APPLICATION_DATA, 20);
		for (int i = 0; i < 24; i++) {
			this.counter.sent(stream.whole().slice(i, 1));
			assertThat(next(version)).as("after %d of 25 bytes", i + 1).isEmpty();
		}
		this.counter.sent(stream.whole().slice(24, 1));
		assertThat(next(version)).hasValue(before + 1);
	}

	@ParameterizedTest
	@EnumSource
	void whenSomethingElseThanRecordsIsSentThereIsNoNumberForGood(ProtocolVersion version) {
		sendHandshake(version);
		this.counter.handshakeCompleted();
		this.counter.sent(Unpooled.wrappedBuffer("HTTP/1.1 200 OK".getBytes(StandardCharsets.US_ASCII)));
		send(this.counter, stream().record(ContentType.APPLICATION_DATA));
		assertThat(next(version)).isEmpty();
	}

	@Test
	void whenTls12CipherWasNotChangedOrMoreThanOnceThereIsNoNumber() {
		send(this.counter, stream().records(ContentType.HANDSHAKE, 2));
		this.counter.handshakeCompleted();
		assertThat(next(ProtocolVersion.TLS_1_2)).isEmpty();
		send(this.counter, stream().record(ContentType.CHANGE_CIPHER_SPEC, 1).record(ContentType.HANDSHAKE));
		assertThat(next(ProtocolVersion.TLS_1_2)).hasValue(1);
		send(this.counter, stream().record(ContentType.CHANGE_CIPHER_SPEC, 1).record(ContentType.HANDSHAKE));
		assertThat(next(ProtocolVersion.TLS_1_2)).isEmpty();
	}

	@Test
	void whenTls12AlertIsSentItIsCounted() {
		sendHandshake(ProtocolVersion.TLS_1_2);
		this.counter.handshakeCompleted();
		send(this.counter, stream().record(ContentType.ALERT, 26));
		assertThat(next(ProtocolVersion.TLS_1_2)).hasValue(2);
	}

	@ParameterizedTest
	@EnumSource(names = { "HANDSHAKE", "ALERT", "CHANGE_CIPHER_SPEC" })
	void whenTls13RecordIsNotEncryptedAfterTheClientsFinishedThereIsNoNumber(ContentType type) {
		sendHandshake(ProtocolVersion.TLS_1_3);
		this.counter.handshakeInput();
		send(this.counter, stream().record(type, 1));
		this.counter.handshakeCompleted();
		assertThat(next(ProtocolVersion.TLS_1_3)).isEmpty();
		send(this.counter, stream().record(ContentType.APPLICATION_DATA));
		assertThat(next(ProtocolVersion.TLS_1_3)).isEmpty();
	}

	private void sendHandshake(ProtocolVersion version) {
		if (version == ProtocolVersion.TLS_1_2) {
			send(this.counter, stream().record(ContentType.CHANGE_CIPHER_SPEC, 1).record(ContentType.HANDSHAKE));
		}
		else {
			send(this.counter, stream().record(ContentType.APPLICATION_DATA));
			this.counter.handshakeInput();
		}
	}

	private OptionalLong next(ProtocolVersion version) {
		return this.counter.nextSequenceNumber(version);
	}

	private RecordStream stream() {
		return new RecordStream(this.random);
	}

	private static void send(SentRecordCounter counter, RecordStream stream) {
		stream.pieces().forEach((piece) -> {
			int reader = piece.readerIndex();
			counter.sent(piece);
			assertThat(piece.readerIndex()).isEqualTo(reader);
		});
	}

}
