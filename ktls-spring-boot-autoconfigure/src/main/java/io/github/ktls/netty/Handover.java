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
import java.util.Optional;
import java.util.OptionalLong;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.secrets.DirectionSecrets;
import io.github.ktls.secrets.HandshakeSecrets;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.TrafficSecret;

/**
 * The decision whether a connection may be handed over, and the act. Holds no state of a
 * connection; thread-safe.
 */
final class Handover {

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(Handover.class);

	private final KernelTls kernel;

	private final SecretsSource secrets;

	private final KtlsSettings settings;

	private final KtlsRollout rollout;

	Handover(KernelTls kernel, SecretsSource secrets, KtlsSettings settings, KtlsRollout rollout) {
		this.kernel = kernel;
		this.secrets = secrets;
		this.settings = settings;
		this.rollout = rollout;
	}

	/**
	 * Decide after the handshake whether a connection may be handed over, and take its
	 * secrets if so; else its secrets are wiped.
	 * @param channel the connection
	 * @param sslHandler its TLS handler
	 * @return the secrets, which the caller has to close, or why not
	 */
	Eligibility examine(Channel channel, SslHandler sslHandler) {
		SSLEngine engine = sslHandler.engine();
		Optional<CipherSuite> suite = suite(engine.getSession());
		KtlsFallback fallback = decline(channel, sslHandler, suite);
		if (fallback != null || suite.isEmpty()) {
			this.secrets.discard(engine);
			return new Eligibility(null, fallback);
		}
		return this.secrets.take(engine, suite.get())
			.map((taken) -> new Eligibility(taken, null))
			.orElseGet(() -> new Eligibility(null, KtlsFallback.of(KtlsFallbackReason.SECRETS_MISSING)));
	}

	/**
	 * Forget what was kept of a handshake that failed.
	 * @param sslHandler the TLS handler
	 */
	void forget(SslHandler sslHandler) {
		this.secrets.discard(sslHandler.engine());
	}

	private @Nullable KtlsFallback decline(Channel channel, SslHandler sslHandler, Optional<CipherSuite> suite) {
		SSLSession session = sslHandler.engine().getSession();
		if (!(channel instanceof EpollSocketChannel)) {
			return new KtlsFallback(KtlsFallbackReason.TRANSPORT_NOT_SUPPORTED, channel.getClass().getSimpleName());
		}
		if (ApplicationProtocolNames.HTTP_2.equals(sslHandler.applicationProtocol())) {
			return KtlsFallback.of(KtlsFallbackReason.APPLICATION_PROTOCOL);
		}
		if (ProtocolVersion.ofJsseName(session.getProtocol()).isEmpty()) {
			return new KtlsFallback(KtlsFallbackReason.PROTOCOL_VERSION_NOT_SUPPORTED, session.getProtocol());
		}
		if (suite.isEmpty()) {
			return new KtlsFallback(KtlsFallbackReason.CIPHER_SUITE_NOT_SUPPORTED, session.getCipherSuite());
		}
		if (!this.secrets.isWatched(sslHandler.engine())) {
			return KtlsFallback.of(this.secrets.isKeyLogMissing() ? KtlsFallbackReason.KEY_LOG_UNAVAILABLE
					: KtlsFallbackReason.FOREIGN_TLS_HANDLER);
		}
		KtlsFallback incapable = this.kernel.capabilities().transmitFallback(suite.get()).orElse(null);
		// The last question, so that the percentage is one of those that could be.
		return (incapable != null) ? incapable : notSteered(this.rollout.decline());
	}

	private static @Nullable KtlsFallback notSteered(@Nullable KtlsFallbackReason reason) {
		return (reason != null) ? KtlsFallback.of(reason) : null;
	}

	/**
	 * Return why a connection that was found eligible is not to be handed over any more.
	 * @return the reason, or {@code null} if it may be
	 */
	@Nullable KtlsFallback declineNow() {
		return notSteered(this.rollout.declineNow());
	}

	private static Optional<CipherSuite> suite(SSLSession session) {
		return ProtocolVersion.ofJsseName(session.getProtocol())
			.flatMap((version) -> CipherSuite.of(version, session.getCipherSuite()));
	}

	/**
	 * Give the sending side to the kernel. Everything that was encrypted has to be in the
	 * socket already.
	 * @param channel the connection
	 * @param secrets its secrets, of which those for sending are wiped
	 * @param sent the count of its records
	 * @return what was handed over, or why the connection stays in user space
	 * @throws IOException if the kernel took the key and still reported a failure; the
	 * connection has to be closed
	 */
	Outcome perform(EpollSocketChannel channel, HandshakeSecrets secrets, SentRecordCounter sent) throws IOException {
		CipherSuite suite = secrets.suite();
		OptionalLong sequenceNumber = sent.nextSequenceNumber(suite.version());
		if (sequenceNumber.isEmpty()) {
			return Outcome.declined(KtlsFallback.of(KtlsFallbackReason.RECORD_COUNT_UNCERTAIN));
		}
		RecordBudget budget = new RecordBudget(recordLimit(suite), sequenceNumber.getAsLong());
		if (budget.isHalfSpent() && !this.kernel.capabilities().canRekeyTransmit(suite)) {
			return Outcome.declined(KtlsFallback.of(KtlsFallbackReason.RECORD_LIMIT_NEAR));
		}
		Optional<DirectionSecrets> sending = secrets.takeServer();
		if (sending.isEmpty()) {
			return Outcome.declined(KtlsFallback.of(KtlsFallbackReason.SECRETS_MISSING));
		}
		KtlsSocket socket = this.kernel.socket(channel.fd().intValue());
		try (DirectionSecrets server = sending.get()) {
			KtlsFallback refusal = attach(socket);
			if (refusal != null) {
				return Outcome.declined(refusal);
			}
			socket.installTransmit(suite, server.keys(), sequenceNumber.getAsLong());
			// ---- Point of no return -------------------------------------------------
			// The kernel has the key: every byte written from here on is encrypted by it.
			// What fails from here on closes the connection.
			OffloadMode mode = socket.findTransmitMode();
			if (mode == OffloadMode.DEVICE && this.settings.immutableFiles()) {
				sendFilesInPlace(channel, socket);
			}
			// The last thing to be done, as nobody else wipes it.
			TrafficSecret next = this.kernel.capabilities().canRekeyTransmit(suite) ? server.takeNext() : null;
			return Outcome.performed(new Transmit(socket, new TransmitKeys(suite, next), budget,
					this.kernel.capabilities().canReadTransmitSequence(suite), mode));
		}
		catch (IOException ex) {
			if (socket.isTransmitInstalled()) {
				throw ex;
			}
			return Outcome.declined(KtlsFallback.of(ex));
		}
	}

	// Without it files are copied, as everywhere.
	private static void sendFilesInPlace(Channel channel, KtlsSocket socket) {
		try {
			socket.sendFilesInPlace();
		}
		catch (Throwable ex) {
			logger.debug("{} Files are copied for the network card", channel, ex);
		}
	}

	private long recordLimit(CipherSuite suite) {
		return Math.min(this.settings.recordLimit(), suite.aead().maxRecordsPerKey());
	}

	/**
	 * Return why the receiving side of an offloaded connection is not to be handed over.
	 * @param suite the negotiated suite
	 * @return the reason, or {@code null} if it may be
	 */
	@Nullable KtlsFallback declineReceive(CipherSuite suite) {
		return this.kernel.capabilities().receiveFallback(suite).orElse(null);
	}

	/**
	 * Give the receiving side to the kernel. Everything that was read from the socket has
	 * to have gone through the TLS engine, and to end with a whole record.
	 * @param socket the connection's kernel TLS
	 * @param secrets the connection's secrets, of which those for receiving are wiped
	 * @param received the count of the records received
	 * @return the keys to come, or why the TLS engine goes on reading
	 * @throws IOException if the kernel took the key and still reported a failure; the
	 * connection has to be closed
	 */
	ReceiveOutcome performReceive(KtlsSocket socket, HandshakeSecrets secrets, ReceivedRecords received)
			throws IOException {
		CipherSuite suite = secrets.suite();
		if (received.mayHaveChangedKey()) {
			return ReceiveOutcome.declined(KtlsFallback.of(KtlsFallbackReason.KEY_UPDATE_BEFORE_HANDOVER));
		}
		OptionalLong sequenceNumber = received.nextSequenceNumber(suite.version());
		if (sequenceNumber.isEmpty()) {
			return ReceiveOutcome.declined(KtlsFallback.of(KtlsFallbackReason.RECORD_COUNT_UNCERTAIN));
		}
		Optional<DirectionSecrets> receiving = secrets.takeClient();
		if (receiving.isEmpty()) {
			return ReceiveOutcome.declined(KtlsFallback.of(KtlsFallbackReason.SECRETS_MISSING));
		}
		try (DirectionSecrets client = receiving.get()) {
			socket.installReceive(suite, client.keys(), sequenceNumber.getAsLong());
			OffloadMode mode = socket.findReceiveMode();
			TrafficSecret next = this.kernel.capabilities().canRekeyReceive(suite) ? client.takeNext() : null;
			return new ReceiveOutcome(new ReceiveKeys(suite, next), null, mode);
		}
		catch (IOException ex) {
			if (socket.isReceiveInstalled()) {
				throw ex;
			}
			return ReceiveOutcome.declined(KtlsFallback.of(ex));
		}
	}

	/**
	 * Return whether the kernel has, or may have, the sending key of a connection.
	 * @param channel the connection
	 * @return whether nothing that the TLS engine encrypts may be sent any more
	 */
	boolean mayHaveKey(Channel channel) {
		return channel instanceof EpollSocketChannel epoll && epoll.isOpen()
				&& this.kernel.socket(epoll.fd().intValue()).isTransmitInstalled();
	}

	private static @Nullable KtlsFallback attach(KtlsSocket socket) {
		try {
			socket.attach();
			return null;
		}
		catch (IOException ex) {
			return KtlsFallback.of(ex);
		}
	}

	/**
	 * Result of the decision: one of the two is there.
	 *
	 * @param secrets the secrets of a connection that may be handed over
	 * @param fallback why it may not
	 */
	record Eligibility(@Nullable HandshakeSecrets secrets, @Nullable KtlsFallback fallback) {

	}

	/**
	 * Result of the act: one of the two is there.
	 *
	 * @param transmit what was handed over, which the caller owns
	 * @param fallback why nothing was
	 */
	record Outcome(@Nullable Transmit transmit, @Nullable KtlsFallback fallback) {

		static Outcome performed(Transmit transmit) {
			return new Outcome(transmit, null);
		}

		static Outcome declined(KtlsFallback fallback) {
			return new Outcome(null, fallback);
		}

	}

	/**
	 * Result of the same for receiving: one of the two is there.
	 *
	 * @param keys the keys to come, which the caller owns
	 * @param fallback why the TLS engine goes on reading
	 * @param mode who decrypts, where the keys are there
	 */
	record ReceiveOutcome(@Nullable ReceiveKeys keys, @Nullable KtlsFallback fallback, OffloadMode mode) {

		static ReceiveOutcome declined(KtlsFallback fallback) {
			return new ReceiveOutcome(null, fallback, OffloadMode.UNKNOWN);
		}

	}

	/**
	 * The sending side of a connection that was handed over.
	 *
	 * @param socket the connection's kernel TLS
	 * @param keys the keys to come
	 * @param budget how many records may be sent under the present key
	 * @param sequenceReadable whether the kernel tells how many were sent
	 * @param mode who encrypts
	 */
	record Transmit(KtlsSocket socket, TransmitKeys keys, RecordBudget budget, boolean sequenceReadable,
			OffloadMode mode) {

	}

}
