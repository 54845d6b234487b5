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
import java.util.List;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.KtlsConnection.State;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CiphertextHandler}.
 */
class CiphertextHandlerTests {

	private final KtlsConnection connection = new KtlsConnection();

	private final SentRecordCounter sent = new SentRecordCounter();

	private final ReceivedRecords received = new ReceivedRecords();

	private final EmbeddedChannel channel = new EmbeddedChannel(handler(this.connection, this.sent, this.received));

	@Test
	void howeverBytesArriveTheyArePassedOnUpToOneRecordAtATime() {
		RecordStream.check((random) -> {
			EmbeddedChannel channel = new EmbeddedChannel(
					handler(new KtlsConnection(), new SentRecordCounter(), new ReceivedRecords()));
			RecordStream stream = new RecordStream(random).records(ContentType.APPLICATION_DATA, random.nextInt(10));
			ByteArrayOutputStream passedOn = new ByteArrayOutputStream();
			List<ByteBuf> pieces = stream.pieces();
			for (ByteBuf piece : pieces) {
				channel.writeInbound(piece);
				for (ByteBuf part = channel.readInbound(); part != null; part = channel.readInbound()) {
					int from = passedOn.size();
					int to = from + part.readableBytes();
					assertThat(stream.ends()).noneMatch((end) -> from < end && end < to);
					passedOn.writeBytes(ByteBufUtil.getBytes(part));
					part.release();
				}
			}
			assertThat(passedOn.toByteArray()).isEqualTo(ByteBufUtil.getBytes(stream.whole()));
			assertThat(pieces).allMatch((piece) -> piece.refCnt() == 0);
		});
	}

	@Test
	void whatIsWrittenIsCountedFromTheInputThatCompletedTheHandshake() {
		stream().record(ContentType.APPLICATION_DATA).pieces().forEach(this.channel::writeInbound);
		this.channel.writeOutbound(stream().records(ContentType.APPLICATION_DATA, 5).whole());
		stream().records(ContentType.APPLICATION_DATA, 2).pieces().forEach(this.channel::writeInbound);
		this.sent.handshakeCompleted();
		this.connection.transitionTo(State.CANDIDATE);
		stream().records(ContentType.APPLICATION_DATA, 3).pieces().forEach(this.channel::writeOutbound);
		this.channel.writeInbound(stream().record(ContentType.APPLICATION_DATA).whole());
		assertThat(this.sent.nextSequenceNumber(ProtocolVersion.TLS_1_3)).hasValue(3);
		this.channel.releaseInbound();
		this.channel.releaseOutbound();
	}

	@Test
	void whatIsReceivedIsPutInTheBalance() {
		this.received.start();
		this.channel.writeInbound(stream().record(ContentType.APPLICATION_DATA, 3).whole());
		assertThat(this.received.isEven()).isFalse();
		this.channel.releaseInbound();
	}

	@Test
	void beforeTheHandoverWritesPass() {
		ByteBuf record = stream().record(ContentType.APPLICATION_DATA, 10).whole();
		for (State state : new State[] { State.HANDSHAKING, State.CANDIDATE, State.SWITCHING, State.USER_SPACE }) {
			this.connection.transitionTo(state);
			this.channel.writeOutbound(record.copy());
			ByteBuf written = this.channel.readOutbound();
			assertThat(written).as(state.name()).isEqualTo(record);
			written.release();
		}
	}

	@Test
	void afterTheHandoverNothingOfTheEngineGoesOut() {
		this.connection.transitionTo(State.OFFLOADED);
		ByteBuf record = stream().record(ContentType.ALERT, 2).whole();
		ChannelFuture written = this.channel.writeOneOutbound(record);
		this.channel.flushOutbound();
		assertThat(written.isSuccess()).isTrue();
		assertThat(record.refCnt()).isZero();
		assertThat(this.channel.<Object>readOutbound()).isNull();
		assertThat(this.sent.nextSequenceNumber(ProtocolVersion.TLS_1_2)).isEmpty();
	}

	@Test
	void afterTheHandoverReadsAreStillSplit() {
		this.connection.transitionTo(State.OFFLOADED);
		this.channel.writeInbound(stream().records(ContentType.APPLICATION_DATA, 3).whole());
		assertThat(this.channel.inboundMessages()).hasSize(3);
		this.channel.releaseInbound();
	}

	@Test
	void whenConnectionStaysInUserSpaceReadsPassAsTheyAre() {
		this.connection.fallBack(KtlsFallback.of(KtlsFallbackReason.APPLICATION_PROTOCOL));
		ByteBuf records = stream().records(ContentType.APPLICATION_DATA, 3).whole();
		this.channel.writeInbound(records);
		assertThat(this.channel.<Object>readInbound()).isSameAs(records);
		assertThat(this.channel.<Object>readInbound()).isNull();
		records.release();
	}

	@Test
	void whenConnectionFallsBackAmidABufferTheRestPassesAsItIs() {
		ByteBuf records = stream().records(ContentType.APPLICATION_DATA, 4).whole();
		EmbeddedChannel falling = new EmbeddedChannel(handler(this.connection, this.sent, this.received),
				new ChannelInboundHandlerAdapter() {

					@Override
					public void channelRead(ChannelHandlerContext ctx, Object msg) {
						CiphertextHandlerTests.this.connection
							.fallBack(KtlsFallback.of(KtlsFallbackReason.APPLICATION_PROTOCOL));
						ctx.fireChannelRead(msg);
					}

				});
		byte[] expected = ByteBufUtil.getBytes(records);
		falling.writeInbound(records);
		assertThat(falling.inboundMessages()).hasSize(2);
		ByteBuf all = Unpooled.wrappedBuffer((ByteBuf) falling.readInbound(), (ByteBuf) falling.readInbound());
		assertThat(ByteBufUtil.getBytes(all)).isEqualTo(expected);
		all.release();
	}

	@Test
	void otherMessagesPass() {
		this.channel.writeInbound("in");
		this.channel.writeOutbound("out");
		assertThat(this.channel.<Object>readInbound()).isEqualTo("in");
		assertThat(this.channel.<Object>readOutbound()).isEqualTo("out");
	}

	private static CiphertextHandler handler(KtlsConnection connection, SentRecordCounter sent,
			ReceivedRecords received) {
		return new CiphertextHandler(
				new KtlsPipeline.Link(connection, new KtlsSettings(Activation.ON_HANDSHAKE, 0, 1024),
						new KtlsStatistics(), new ChunkMemory(1024), mock(), sent, received, new EngineWatch(), null));
	}

	private static RecordStream stream() {
		return new RecordStream(new Random(1));
	}

}
