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
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import javax.net.ssl.SSLException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.netty.PeerMessages.Kind;
import io.github.ktls.netty.PeerMessages.Message;
import io.github.ktls.secrets.DirectionSecrets;
import io.github.ktls.secrets.HandshakeSecrets;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.InMemoryClient;
import io.github.ktls.test.ServerTls;
import io.github.ktls.test.WatchedTls;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PeerMessages}, whose reference is BoringSSL itself.
 */
class PeerMessagesTests {

	private static final byte[] KEY_UPDATE = { 24, 0, 0, 1, 0 };

	private static final byte[] KEY_UPDATE_REQUESTED = { 24, 0, 0, 1, 1 };

	private static final SecretsSource secrets = new SecretsSource(true);

	private static SslContext context;

	private final PeerMessages messages = new PeerMessages(ProtocolVersion.TLS_1_3);

	@BeforeAll
	static void createContext() {
		context = WatchedTls.of(secrets, ServerTls.openSsl(Certificates.create("EC", "localhost")));
	}

	@ParameterizedTest
	@EnumSource(names = { "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" })
	void whateverRecordsComeTheyAreTakenAsBoringSslTakesThem(CipherSuite suite) {
		RecordStream.check((random) -> {
			PeerMessages messages = new PeerMessages(suite.version());
			List<String> sent = new ArrayList<>();
			try (Reference reference = new Reference(suite)) {
				for (int steps = 1 + random.nextInt(30); steps > 0; steps--) {
					Sent record = record(random, suite.version());
					sent.add(record.toString());
					String verdict = read(messages, record);
					assertThat(verdict).as("%s", sent).isEqualTo(reference.read(record, verdict));
					if (!verdict.equals("NONE") && !verdict.startsWith("KEY_UPDATE")) {
						break;
					}
				}
			}
		});
	}

	private static String read(PeerMessages messages, Sent record) {
		if (record.type() == ContentType.APPLICATION_DATA) {
			if (messages.isIncomplete()) {
				return "REFUSED " + AlertDescription.UNEXPECTED_MESSAGE;
			}
			messages.dataReceived();
			return "NONE";
		}
		Message message = messages.read(record.type().value(), ByteBuffer.wrap(record.content()));
		return (message.kind() != Kind.REFUSED) ? message.kind().name() : "REFUSED " + message.alert();
	}

	private static Sent record(Random random, ProtocolVersion version) {
		return switch (random.nextInt(14)) {
			case 0 -> new Sent(ContentType.APPLICATION_DATA, new byte[1 + random.nextInt(10)]);
			case 1 -> new Sent(ContentType.APPLICATION_DATA, new byte[0]);
			case 2, 3 -> new Sent(ContentType.ALERT, new byte[] { 1, 90 });
			case 4 -> alert(random);
			case 5 -> (random.nextInt(4) == 0) ? new Sent(ContentType.CHANGE_CIPHER_SPEC, new byte[] { 1 })
					: new Sent(ContentType.APPLICATION_DATA, new byte[1]);
			default -> {
				// A renegotiation is refused at once, so there would be nothing else.
				if (version == ProtocolVersion.TLS_1_2 && random.nextInt(4) > 0) {
					yield new Sent(ContentType.ALERT, new byte[] { 1, (byte) (1 + random.nextInt(200)) });
				}
				yield handshake(random);
			}
		};
	}

	private static Sent alert(Random random) {
		if (random.nextInt(3) > 0) {
			return new Sent(ContentType.ALERT, new byte[] { 1, 90 });
		}
		byte[] content = new byte[random.nextInt(4)];
		random.nextBytes(content);
		if (content.length > 0 && random.nextBoolean()) {
			content[0] = 1;
		}
		return new Sent(ContentType.ALERT, content);
	}

	private static Sent handshake(Random random) {
		byte[] message = (random.nextBoolean() ? KEY_UPDATE : KEY_UPDATE_REQUESTED).clone();
		if (random.nextInt(12) == 0) {
			message[random.nextInt(5)] ^= (byte) (1 << random.nextInt(8));
		}
		// What begins with the end of one message and goes on with the next one is
		// seldom,
		// pieces of one message are not.
		int length = (random.nextInt(3) > 0) ? message.length : random.nextInt(10);
		return new Sent(ContentType.HANDSHAKE, Arrays.copyOf(message, length));
	}

	@Test
	void howeverMessagesAreCutTheyAreTheSame() {
		RecordStream.check((random) -> {
			PeerMessages fresh = new PeerMessages(ProtocolVersion.TLS_1_3);
			for (int number = random.nextInt(20); number > 0; number--) {
				boolean requested = random.nextBoolean();
				byte[] message = requested ? KEY_UPDATE_REQUESTED : KEY_UPDATE;
				List<Kind> kinds = new ArrayList<>();
				int offset = 0;
				while (offset < message.length) {
					int length = random.nextInt(message.length - offset + 1);
					kinds.add(fresh.read(22, ByteBuffer.wrap(message, offset, length)).kind());
					offset += length;
					assertThat(fresh.isIncomplete()).isEqualTo(offset > 0 && offset < message.length);
					if (random.nextInt(4) == 0) {
						assertThat(fresh.read(21, ByteBuffer.wrap(new byte[] { 1, 90 })).kind()).isEqualTo(Kind.NONE);
						fresh.dataReceived();
					}
				}
				assertThat(kinds.remove(kinds.size() - 1))
					.isEqualTo(requested ? Kind.KEY_UPDATE_REQUESTED : Kind.KEY_UPDATE);
				assertThat(kinds).allMatch(Kind.NONE::equals);
			}
		});
	}

	@ParameterizedTest
	@CsvSource({ "1, NO_RENEGOTIATION", "16384, NO_RENEGOTIATION" })
	void whenTls12HandshakeBeginsItIsRefused(int length, AlertDescription alert) {
		PeerMessages tls12 = new PeerMessages(ProtocolVersion.TLS_1_2);
		assertThat(tls12.read(22, ByteBuffer.wrap(new byte[length]))).isEqualTo(Message.refused(alert));
		assertThat(tls12.isIncomplete()).isFalse();
	}

	@Test
	void longMessageIsNotWaitedFor() {
		assertThat(this.messages.read(22, ByteBuffer.wrap(new byte[] { 1, 0, 0 }))).isEqualTo(Message.NONE);
		assertThat(this.messages.read(22, ByteBuffer.wrap(new byte[] { 2, 0 })))
			.isEqualTo(Message.refused(AlertDescription.ILLEGAL_PARAMETER));
		assertThat(new PeerMessages(ProtocolVersion.TLS_1_3).read(22, ByteBuffer.wrap(new byte[] { 1, 0, 0, 2, 0, 0 })))
			.isEqualTo(Message.refused(AlertDescription.UNEXPECTED_MESSAGE));
	}

	@Test
	void warningsCountUntilAnythingElseComes() {
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < 4; i++) {
				assertThat(warn()).isEqualTo(Message.NONE);
			}
			if (round == 0) {
				this.messages.dataReceived();
			}
			else {
				this.messages.read(22, ByteBuffer.wrap(KEY_UPDATE));
			}
		}
		for (int i = 0; i < 4; i++) {
			assertThat(warn()).isEqualTo(Message.NONE);
		}
		assertThat(warn()).isEqualTo(Message.refused(AlertDescription.UNEXPECTED_MESSAGE));
	}

	private Message warn() {
		return this.messages.read(21, ByteBuffer.wrap(new byte[] { 1, 90 }));
	}

	/**
	 * A record.
	 *
	 * @param type its type
	 * @param bytes its content
	 */
	private record Sent(ContentType type, List<Byte> bytes) {

		Sent(ContentType type, byte[] content) {
			this(type, list(content));
		}

		private static List<Byte> list(byte[] content) {
			List<Byte> bytes = new ArrayList<>();
			for (byte value : content) {
				bytes.add(value);
			}
			return bytes;
		}

		byte[] content() {
			ByteArrayOutputStream content = new ByteArrayOutputStream();
			this.bytes.forEach(content::write);
			return content.toByteArray();
		}

	}

	/**
	 * BoringSSL, as a server that a client of the JDK's has shaken hands with, which is
	 * then sent any records.
	 */
	private static final class Reference implements AutoCloseable {

		private final CipherSuite suite;

		private final EmbeddedChannel server;

		private final InMemoryClient client;

		private TrafficKeys keys;

		private @Nullable TrafficSecret next;

		private long sequenceNumber;

		private @Nullable SSLException failure;

		Reference(CipherSuite suite) throws IOException {
			this.suite = suite;
			SslHandler handler = context.newHandler(UnpooledByteBufAllocator.DEFAULT);
			this.server = new EmbeddedChannel(handler, new ChannelInboundHandlerAdapter() {

				@Override
				public void channelRead(ChannelHandlerContext ctx, Object msg) {
					((ByteBuf) msg).release();
				}

				@Override
				public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
					Reference.this.failure = EngineFailures.find(cause);
				}

			});
			this.client = InMemoryClient.offering(suite.name());
			this.client.handshake(this.server);
			try (HandshakeSecrets taken = secrets.take(handler.engine(), suite).orElseThrow();
					DirectionSecrets sending = taken.takeClient().orElseThrow()) {
				this.keys = new TrafficKeys(sending.keys().key().clone(), sending.keys().iv().clone());
				this.next = (suite.version() == ProtocolVersion.TLS_1_3) ? sending.takeNext() : null;
			}
			this.sequenceNumber = (suite.version() == ProtocolVersion.TLS_1_3) ? 0 : 1;
			isAnythingHeldBack();
		}

		String read(Sent record, String expected) throws IOException, GeneralSecurityException {
			byte[] wire = RecordProtection.protect(this.suite, this.keys, this.sequenceNumber++, record.type(),
					record.content());
			this.server.writeInbound(Unpooled.wrappedBuffer(wire));
			this.server.runPendingTasks();
			AlertDescription alert = alertSent();
			if (alert != null) {
				return "REFUSED " + alert + reason(alert);
			}
			if (this.failure != null) {
				return EngineFailures.alert(this.failure).isEmpty() ? "FATAL_ALERT" : String.valueOf(this.failure);
			}
			if (this.server.pipeline().get(SslHandler.class).engine().isInboundDone()) {
				return "CLOSE_NOTIFY";
			}
			if (!expected.startsWith("KEY_UPDATE")) {
				return "NONE";
			}
			// Whether it is one is seen from the next record.
			TrafficSecret secret = this.next;
			if (secret == null) {
				throw new IllegalStateException("No KeyUpdates with " + this.suite);
			}
			this.keys = secret.deriveKeys(this.suite);
			this.next = secret.next();
			this.sequenceNumber = 0;
			return isAnythingHeldBack() ? "KEY_UPDATE_REQUESTED" : "KEY_UPDATE";
		}

		// A KeyUpdate or a session ticket leaves in front of the next data.
		private boolean isAnythingHeldBack() throws SSLException {
			this.server.writeOutbound(Unpooled.wrappedBuffer(new byte[1]));
			byte[] wire = InMemoryClient.outbound(this.server);
			this.client.receive(wire);
			return RecordHeader.LENGTH + Short.toUnsignedInt(ByteBuffer.wrap(wire).getShort(3)) < wire.length;
		}

		// Netty keeps the error for the next time, if there is an alert to be sent.
		private String reason(AlertDescription alert) {
			this.server.writeInbound(Unpooled.wrappedBuffer(new byte[] { 23, 3, 3, 0, 20 }, new byte[20]));
			SSLException reason = this.failure;
			boolean isKnown = reason != null && EngineFailures.alert(reason).filter(alert::equals).isPresent();
			return isKnown ? "" : " because of " + reason;
		}

		private @Nullable AlertDescription alertSent() {
			try {
				this.client.receive(InMemoryClient.outbound(this.server));
				return null;
			}
			catch (SSLException ex) {
				String message = String.valueOf(ex.getMessage());
				return AlertDescription
					.valueOf(message.substring(message.lastIndexOf(' ') + 1).toUpperCase(Locale.ROOT));
			}
		}

		@Override
		public void close() {
			this.server.finishAndReleaseAll();
		}

	}

}
