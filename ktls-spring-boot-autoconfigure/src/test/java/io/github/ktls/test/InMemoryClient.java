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

package io.github.ktls.test;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.embedded.EmbeddedChannel;

/**
 * A TLS client of the JDK's that is given bytes and gives bytes; a test carries them to
 * the server and back.
 */
public final class InMemoryClient {

	private static final int CAPACITY = 64 * 1024;

	private final SSLEngine engine;

	private final ByteArrayOutputStream received = new ByteArrayOutputStream();

	private byte[] unread = new byte[0];

	private InMemoryClient(SSLEngine engine) {
		this.engine = engine;
	}

	/**
	 * Create a client that believes every server.
	 * @param suite the one cipher suite that it offers, which decides on the version, too
	 * @param applicationProtocols what it offers by ALPN, if anything
	 * @return the client
	 */
	public static InMemoryClient offering(String suite, String... applicationProtocols) {
		SSLEngine engine = ClientTls.anonymous().createSSLEngine("localhost", 443);
		engine.setUseClientMode(true);
		boolean tls13 = !suite.contains("_WITH_");
		engine.setEnabledProtocols(new String[] { tls13 ? "TLSv1.3" : "TLSv1.2" });
		engine.setEnabledCipherSuites(new String[] { suite });
		SSLParameters parameters = engine.getSSLParameters();
		parameters.setApplicationProtocols(applicationProtocols);
		engine.setSSLParameters(parameters);
		return new InMemoryClient(engine);
	}

	/**
	 * Start the handshake.
	 * @return what to give to the server
	 * @throws SSLException if that fails
	 */
	public byte[] hello() throws SSLException {
		this.engine.beginHandshake();
		return advance();
	}

	/**
	 * Do the handshake, and whatever else is waiting, with a server in a channel.
	 * @param server the server's channel
	 * @throws SSLException if that fails
	 */
	public void handshake(EmbeddedChannel server) throws SSLException {
		server.writeInbound((Object) buffer(server, hello()));
		receiveFrom(server);
		server.checkException();
	}

	/**
	 * Receive everything that a server has written, and give it the answers.
	 * @param server the server's channel
	 * @throws SSLException if a record is wrong
	 */
	public void receiveFrom(EmbeddedChannel server) throws SSLException {
		for (byte[] wire = outbound(server); wire.length > 0; wire = outbound(server)) {
			byte[] answer = receive(wire);
			if (answer.length > 0) {
				server.writeInbound((Object) buffer(server, answer));
			}
			server.runPendingTasks();
		}
	}

	/**
	 * Receive bytes, however they are cut.
	 * @param wire the bytes
	 * @return what to give to the server
	 * @throws SSLException if a record is wrong
	 */
	public byte[] receive(byte[] wire) throws SSLException {
		byte[] bytes = Arrays.copyOf(this.unread, this.unread.length + wire.length);
		System.arraycopy(wire, 0, bytes, this.unread.length, wire.length);
		this.unread = bytes;
		return advance();
	}

	/**
	 * Encrypt data.
	 * @param data the data
	 * @return what to give to the server
	 * @throws SSLException if that fails
	 */
	public byte[] send(byte[] data) throws SSLException {
		ByteArrayOutputStream wire = new ByteArrayOutputStream();
		ByteBuffer source = ByteBuffer.wrap(data);
		do {
			ByteBuffer target = ByteBuffer.allocate(CAPACITY);
			this.engine.wrap(source, target);
			wire.write(target.array(), 0, target.position());
		}
		while (source.hasRemaining());
		return wire.toByteArray();
	}

	/**
	 * Ask for new keys (TLS 1.3): the engine then sends a KeyUpdate that requests one.
	 * @return what to give to the server
	 * @throws SSLException if that fails
	 */
	public byte[] requestKeyUpdate() throws SSLException {
		return hello();
	}

	/**
	 * End the stream.
	 * @return what to give to the server
	 * @throws SSLException if that fails
	 */
	public byte[] closeNotify() throws SSLException {
		this.engine.closeOutbound();
		return advance();
	}

	/**
	 * Return whether the handshake is still going on.
	 * @return whether more has to be received
	 */
	public boolean isHandshaking() {
		return this.engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
	}

	/**
	 * Return all data received so far.
	 * @return the data
	 */
	public byte[] received() {
		return this.received.toByteArray();
	}

	/**
	 * Return whether the server has ended the stream.
	 * @return whether its close_notify was received
	 */
	public boolean isEnded() {
		return this.engine.isInboundDone();
	}

	private byte[] advance() throws SSLException {
		ByteArrayOutputStream answer = new ByteArrayOutputStream();
		boolean progress = true;
		while (progress) {
			HandshakeStatus status = this.engine.getHandshakeStatus();
			if (status == HandshakeStatus.NEED_TASK) {
				this.engine.getDelegatedTask().run();
			}
			else if (status == HandshakeStatus.NEED_WRAP) {
				progress = wrap(answer);
			}
			else {
				progress = unwrap();
			}
		}
		return answer.toByteArray();
	}

	private boolean wrap(ByteArrayOutputStream answer) throws SSLException {
		ByteBuffer target = ByteBuffer.allocate(CAPACITY);
		SSLEngineResult result = this.engine.wrap(ByteBuffer.allocate(0), target);
		answer.write(target.array(), 0, target.position());
		return result.bytesProduced() > 0;
	}

	private boolean unwrap() throws SSLException {
		ByteBuffer source = ByteBuffer.wrap(this.unread);
		ByteBuffer target = ByteBuffer.allocate(CAPACITY);
		SSLEngineResult result = this.engine.unwrap(source, target);
		this.unread = Arrays.copyOfRange(this.unread, source.position(), this.unread.length);
		this.received.write(target.array(), 0, target.position());
		return result.getStatus() == Status.OK
				&& (result.bytesConsumed() > 0 || this.engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK
						|| this.engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
	}

	private static ByteBuf buffer(EmbeddedChannel channel, byte[] bytes) {
		return channel.alloc().buffer(Math.max(1, bytes.length)).writeBytes(bytes);
	}

	/**
	 * Take everything that a server has written.
	 * @param server the server's channel
	 * @return the bytes
	 */
	public static byte[] outbound(EmbeddedChannel server) {
		ByteArrayOutputStream wire = new ByteArrayOutputStream();
		for (ByteBuf bytes = server.readOutbound(); bytes != null; bytes = server.readOutbound()) {
			wire.writeBytes(ByteBufUtil.getBytes(bytes));
			bytes.release();
		}
		return wire.toByteArray();
	}

}
