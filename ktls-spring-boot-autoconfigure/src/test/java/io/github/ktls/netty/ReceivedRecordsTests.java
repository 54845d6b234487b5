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
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReceivedRecords}.
 */
class ReceivedRecordsTests {

	private final ReceivedRecords balance = new ReceivedRecords();

	private final Random random = new Random(1);

	@Test
	void howeverBytesAreCutItIsEvenIfEachRecordGaveData() {
		RecordStream.check((random) -> {
			ReceivedRecords balance = new ReceivedRecords();
			balance.start();
			int records = random.nextInt(20);
			receive(balance, new RecordStream(random).records(ContentType.APPLICATION_DATA, records),
					new boolean[records]);
			assertThat(balance.isEven()).isTrue();
		});
	}

	@Test
	void howeverBytesAreCutItIsUnevenIfAnyRecordGaveNothing() {
		RecordStream.check((random) -> {
			ReceivedRecords balance = new ReceivedRecords();
			balance.start();
			int records = 1 + random.nextInt(20);
			boolean[] silent = new boolean[records];
			silent[random.nextInt(records)] = true;
			receive(balance, new RecordStream(random).records(ContentType.APPLICATION_DATA, records), silent);
			assertThat(balance.isEven()).isFalse();
		});
	}

	@Test
	void howeverBytesAreCutRecordsBeforeTheStartDontCount() {
		RecordStream.check((random) -> {
			ReceivedRecords balance = new ReceivedRecords();
			receive(balance, new RecordStream(random).records(ContentType.APPLICATION_DATA, 3),
					new boolean[] { true, true, true });
			balance.start();
			assertThat(balance.isEven()).isTrue();
			receive(balance, new RecordStream(random).records(ContentType.APPLICATION_DATA, 2), new boolean[2]);
			assertThat(balance.isEven()).isTrue();
		});
	}

	@Test
	void howeverTls12RecordsAreCutThoseAfterTheChangeCipherSpecAreNumbered() {
		RecordStream.check((random) -> {
			ReceivedRecords records = new ReceivedRecords();
			RecordStream stream = new RecordStream(random).records(ContentType.HANDSHAKE, 1 + random.nextInt(3))
				.record(ContentType.CHANGE_CIPHER_SPEC, 1);
			give(records, stream);
			assertThat(records.nextSequenceNumber(ProtocolVersion.TLS_1_2)).isEmpty();
			give(records, new RecordStream(random).record(ContentType.HANDSHAKE, 40));
			assertThat(records.nextSequenceNumber(ProtocolVersion.TLS_1_2)).hasValue(1);
			int data = random.nextInt(20);
			give(records, new RecordStream(random).records(ContentType.APPLICATION_DATA, data));
			assertThat(records.nextSequenceNumber(ProtocolVersion.TLS_1_2)).hasValue(1 + data);
			give(records, new RecordStream(random).record(ContentType.CHANGE_CIPHER_SPEC, 1)
				.record(ContentType.HANDSHAKE, 40));
			assertThat(records.nextSequenceNumber(ProtocolVersion.TLS_1_2)).isEmpty();
		});
	}

	@Test
	void howeverTls13RecordsAreCutThoseAfterTheOneThatEndedTheHandshakeAreNumbered() {
		RecordStream.check((random) -> {
			ReceivedRecords records = new ReceivedRecords();
			give(records, new RecordStream(random).record(ContentType.HANDSHAKE)
				.records(ContentType.APPLICATION_DATA, random.nextInt(4)));
			ByteBuf finished = new RecordStream(random).record(ContentType.APPLICATION_DATA).whole();
			int cut = random.nextInt(finished.writerIndex());
			records.received(finished, 0, cut);
			records.processed();
			records.received(finished, cut, finished.writerIndex());
			records.start();
			assertThat(records.nextSequenceNumber(ProtocolVersion.TLS_1_3)).isEmpty();
			records.processed();
			assertThat(records.nextSequenceNumber(ProtocolVersion.TLS_1_3)).hasValue(0);
			int data = random.nextInt(20);
			give(records, new RecordStream(random).records(ContentType.APPLICATION_DATA, data));
			assertThat(records.nextSequenceNumber(ProtocolVersion.TLS_1_3)).hasValue(data);
			assertThat(records.mayHaveChangedKey()).isFalse();
		});
	}

	@Test
	void insideARecordAndInsideTheEngineThereIsNoNumber() {
		ByteBuf finished = new RecordStream(this.random).record(ContentType.APPLICATION_DATA, 30).whole();
		this.balance.received(finished, 0, finished.writerIndex());
		this.balance.start();
		this.balance.processed();
		ByteBuf record = new RecordStream(this.random).record(ContentType.APPLICATION_DATA, 20).whole();
		for (int index = 0; index < record.writerIndex(); index++) {
			this.balance.received(record, index, index + 1);
			assertThat(this.balance.nextSequenceNumber(ProtocolVersion.TLS_1_3)).isEmpty();
			this.balance.delivered(index + 1 - 24);
			this.balance.processed();
			boolean ended = index == 24;
			assertThat(this.balance.isAtBoundary()).isEqualTo(ended);
			assertThat(this.balance.nextSequenceNumber(ProtocolVersion.TLS_1_3).isPresent()).isEqualTo(ended);
		}
	}

	@Test
	void whenStartedTooLateOrInsideARecordThereIsNoNumber() {
		ByteBuf finished = new RecordStream(this.random).record(ContentType.APPLICATION_DATA, 30).whole();
		this.balance.received(finished, 0, finished.writerIndex());
		this.balance.processed();
		this.balance.start();
		assertThat(this.balance.nextSequenceNumber(ProtocolVersion.TLS_1_3)).isEmpty();
		ReceivedRecords inside = new ReceivedRecords();
		inside.received(finished, 0, 20);
		inside.start();
		inside.processed();
		inside.received(finished, 20, finished.writerIndex());
		inside.delivered(1);
		inside.processed();
		assertThat(inside.nextSequenceNumber(ProtocolVersion.TLS_1_3)).isEmpty();
	}

	@Test
	void whenARecordGaveNothingThereIsNoNumberForGood() {
		ByteBuf finished = new RecordStream(this.random).record(ContentType.APPLICATION_DATA, 30).whole();
		this.balance.received(finished, 0, finished.writerIndex());
		this.balance.start();
		this.balance.processed();
		receive(this.balance, new RecordStream(this.random).record(ContentType.APPLICATION_DATA),
				new boolean[] { true });
		this.balance.processed();
		assertThat(this.balance.settle()).isOne();
		give(this.balance, new RecordStream(this.random).record(ContentType.APPLICATION_DATA));
		assertThat(this.balance.mayHaveChangedKey()).isTrue();
		assertThat(this.balance.nextSequenceNumber(ProtocolVersion.TLS_1_3)).isEmpty();
	}

	// Each record gives data.
	private static void give(ReceivedRecords records, RecordStream stream) {
		receive(records, stream, new boolean[stream.ends().size()]);
		records.processed();
	}

	@ParameterizedTest
	@EnumSource(names = { "HANDSHAKE", "ALERT", "CHANGE_CIPHER_SPEC" })
	void whenRecordIsNotEncryptedItDoesNotCount(ContentType type) {
		this.balance.start();
		receive(this.balance, new RecordStream(this.random).record(type, 1), new boolean[] { true });
		assertThat(this.balance.isEven()).isTrue();
	}

	@Test
	void whenDataComesInSeveralPiecesItIsEven() {
		this.balance.start();
		ByteBuf record = new RecordStream(this.random).record(ContentType.APPLICATION_DATA, 9).whole();
		this.balance.received(record, 0, record.writerIndex());
		assertThat(this.balance.isEven()).isFalse();
		this.balance.delivered(4);
		this.balance.delivered(5);
		assertThat(this.balance.isEven()).isTrue();
	}

	@Test
	void whenEmptyDataIsGivenOutItIsUneven() {
		this.balance.start();
		ByteBuf record = new RecordStream(this.random).record(ContentType.APPLICATION_DATA, 9).whole();
		this.balance.received(record, 0, record.writerIndex());
		this.balance.delivered(0);
		assertThat(this.balance.isEven()).isFalse();
	}

	@Test
	void whenRecordIsNotCompleteItIsStillEven() {
		this.balance.start();
		ByteBuf record = new RecordStream(this.random).record(ContentType.APPLICATION_DATA, 9).whole();
		this.balance.received(record, 0, record.writerIndex() - 1);
		assertThat(this.balance.isEven()).isTrue();
		this.balance.received(record, record.writerIndex() - 1, record.writerIndex());
		assertThat(this.balance.isEven()).isFalse();
	}

	@Test
	void whenDataOfALaterRecordIsGivenOutAnEarlierOneIsNotForgotten() {
		this.balance.start();
		receive(this.balance, new RecordStream(this.random).records(ContentType.APPLICATION_DATA, 2),
				new boolean[] { true, false });
		assertThat(this.balance.isEven()).isFalse();
	}

	@Test
	void whenSettledWhatCameBeforeIsForgottenAndWhatComesAfterIsNot() {
		this.balance.start();
		receive(this.balance, new RecordStream(this.random).records(ContentType.APPLICATION_DATA, 2),
				new boolean[] { true, true });
		this.balance.settle();
		assertThat(this.balance.isEven()).isTrue();
		receive(this.balance, new RecordStream(this.random).record(ContentType.APPLICATION_DATA),
				new boolean[] { false });
		assertThat(this.balance.isEven()).isTrue();
		receive(this.balance, new RecordStream(this.random).record(ContentType.APPLICATION_DATA),
				new boolean[] { true });
		assertThat(this.balance.isEven()).isFalse();
	}

	@Test
	void whenBytesAreNotRecordsItIsUnevenForGood() {
		this.balance.start();
		ByteBuf text = Unpooled.copiedBuffer("GET / HTTP/1.1", StandardCharsets.US_ASCII);
		assertThat(this.balance.received(text, 0, text.writerIndex())).isEqualTo(text.writerIndex());
		this.balance.delivered(5);
		assertThat(this.balance.isEven()).isFalse();
		this.balance.settle();
		assertThat(this.balance.isEven()).isFalse();
	}

	// Does what the handlers and the engine do: one record at a time, and its data, if
	// there is any, before the next one.
	private static void receive(ReceivedRecords balance, RecordStream stream, boolean[] silent) {
		List<Integer> ends = new ArrayList<>(stream.ends());
		int received = 0;
		int record = 0;
		for (ByteBuf piece : stream.pieces()) {
			int start = piece.readerIndex();
			int index = start;
			while (index < piece.writerIndex()) {
				int next = balance.received(piece, index, piece.writerIndex());
				received += next - index;
				index = next;
				if (record < ends.size() && received == ends.get(record)) {
					if (!silent[record++]) {
						balance.delivered(1);
					}
				}
				assertThat(record == ends.size() || received < ends.get(record)).isTrue();
			}
			assertThat(piece.readerIndex()).isEqualTo(start);
		}
		assertThat(record).isEqualTo(ends.size());
	}

}
