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
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;
import io.github.ktls.tls.TrafficSecret;

/**
 * A channel whose socket is one of a {@link FakeKernel} that encrypts, and takes as much
 * as a test lets it: it writes as Netty's epoll transport does, and makes as many records
 * of what it is given as a {@link RecordBudget} fears.
 */
final class OffloadedChannel extends EmbeddedChannel {

	static final int FD = 5;

	private static final int PAGE = 4096;

	final FakeKernel kernel;

	final KtlsSocket socket;

	private final CipherSuite suite;

	private final long firstSequenceNumber;

	private final byte[] secret;

	private final @Nullable Random random;

	private final List<Runnable> whenClosed = new ArrayList<>();

	private boolean full;

	private boolean writing;

	/**
	 * Create a channel.
	 * @param suite the suite of the sending key
	 * @param sequenceNumber the number of the first record
	 * @param random decides when the socket is full, or {@code null} if it never is
	 * unless it is said so
	 * @param rekeys whether the kernel can replace a key
	 */
	OffloadedChannel(CipherSuite suite, long sequenceNumber, @Nullable Random random, boolean rekeys)
			throws IOException {
		this.suite = suite;
		this.firstSequenceNumber = sequenceNumber;
		this.random = random;
		this.secret = new byte[suite.hash().length()];
		Arrays.fill(this.secret, (byte) 7);
		this.kernel = new FakeKernel().adoptDescriptors();
		if (!rekeys) {
			this.kernel.withoutRekey();
		}
		this.socket = new KtlsSocket(this.kernel, FD);
		this.socket.attach();
		try (TrafficKeys keys = keys(0)) {
			this.socket.installTransmit(suite, keys, sequenceNumber);
		}
		this.kernel.forgetCalls();
		pipeline().addLast("wire", new ChannelInboundHandlerAdapter());
		pipeline().addLast("plaintext", new ChannelInboundHandlerAdapter() {

			@Override
			public void channelInactive(ChannelHandlerContext ctx) {
				OffloadedChannel.this.whenClosed.forEach(Runnable::run);
				ctx.fireChannelInactive();
			}

			@Override
			public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
				// How a void promise fails
				if (!(cause instanceof IOException)) {
					ctx.fireExceptionCaught(cause);
				}
			}

		});
	}

	ChannelHandlerContext wire() {
		return pipeline().context("wire");
	}

	ChannelHandlerContext plaintext() {
		return pipeline().context("plaintext");
	}

	/**
	 * Have something done when the channel is closed.
	 * @param action what
	 */
	void whenClosed(Runnable action) {
		this.whenClosed.add(action);
	}

	/**
	 * Return the sending keys still to come.
	 * @param rekeys whether there are any
	 * @return the keys
	 */
	TransmitKeys transmitKeys(boolean rekeys) {
		boolean known = rekeys && this.suite.version() == ProtocolVersion.TLS_1_3;
		return new TransmitKeys(this.suite, known ? generation(1) : null);
	}

	private TrafficSecret generation(int number) {
		TrafficSecret generation = new TrafficSecret(this.suite.hash(), this.secret.clone());
		for (int i = 0; i < number; i++) {
			generation = generation.next();
		}
		return generation;
	}

	private TrafficKeys keys(int generation) {
		if (this.suite.version() == ProtocolVersion.TLS_1_3) {
			return generation(generation).deriveKeys(this.suite);
		}
		byte[] key = new byte[this.suite.aead().keyLength()];
		return new TrafficKeys(key, new byte[this.suite.aead().fixedIvLength(this.suite.version())]);
	}

	/**
	 * Have the socket be full, or have room again.
	 * @param isFull whether it takes nothing
	 */
	void setFull(boolean isFull) {
		this.full = isFull;
		this.kernel.setFull(FD, isFull);
		if (!isFull) {
			writeAll();
		}
	}

	boolean isFull() {
		return this.full;
	}

	/**
	 * Let the socket take what it can until it is full again, or nothing is left.
	 */
	void drain() {
		setFull(false);
		runPendingTasks();
	}

	// What EPOLLOUT leads to
	private void writeAll() {
		ChannelOutboundBuffer outbound = unsafe().outboundBuffer();
		if (outbound == null) {
			return;
		}
		try {
			doWrite(outbound);
		}
		catch (IOException ex) {
			unsafe().close(unsafe().voidPromise());
		}
	}

	@Override
	protected void doWrite(ChannelOutboundBuffer outbound) throws IOException {
		if (this.writing) {
			return;
		}
		this.writing = true;
		try {
			while (!this.full && outbound.size() > 0 && write(outbound)) {
				becomeFullPerhaps();
			}
		}
		finally {
			this.writing = false;
		}
	}

	private void becomeFullPerhaps() {
		if (this.random != null && this.random.nextInt(4) == 0) {
			setFull(true);
		}
	}

	private boolean write(ChannelOutboundBuffer outbound) throws IOException {
		if (outbound.current() instanceof ByteBuf bytes) {
			int length = part(bytes.readableBytes(), 1024);
			if (bytes.isReadable()) {
				send(bytes.nioBuffer(bytes.readerIndex(), length));
			}
			if (length == bytes.readableBytes()) {
				outbound.remove();
			}
			else {
				outbound.removeBytes(length);
			}
			return true;
		}
		FileRegion region = (FileRegion) outbound.current();
		long before = region.transferred();
		if (before < region.count()) {
			Taken taken = new Taken(part((int) (region.count() - before), PAGE));
			long written = region.transferTo(taken, before);
			if (region instanceof DefaultFileRegion) {
				sendRecordsOfAPage(taken.bytes.toByteArray(), region.transferred() == region.count());
			}
			if (written == 0) {
				setFull(true);
				return false;
			}
		}
		if (region.transferred() >= region.count()) {
			outbound.remove();
		}
		return true;
	}

	private int part(int length, int granularity) {
		int parts = length / granularity;
		return (this.random == null || parts == 0 || this.random.nextBoolean()) ? length
				: granularity * (1 + this.random.nextInt(parts));
	}

	private void sendRecordsOfAPage(byte[] bytes, boolean isLast) throws IOException {
		int offset = 0;
		while (bytes.length - offset >= PAGE) {
			send(ByteBuffer.wrap(bytes, offset, PAGE));
			offset += PAGE;
		}
		if (isLast && bytes.length - offset > 1) {
			send(ByteBuffer.wrap(bytes, offset++, 1));
		}
		if (offset < bytes.length) {
			send(ByteBuffer.wrap(bytes, offset, bytes.length - offset));
		}
	}

	private void send(ByteBuffer bytes) throws IOException {
		this.kernel.sendmsg(FD, ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip(), null);
	}

	/**
	 * Return how many records the peer receives.
	 * @return their number
	 */
	int records() {
		ByteBuffer wire = ByteBuffer.wrap(this.kernel.sentBy(FD));
		int records = 0;
		while (wire.hasRemaining()) {
			next(wire);
			records++;
		}
		return records;
	}

	private static byte[] next(ByteBuffer wire) {
		int lengthAt = wire.position() + RecordHeader.LENGTH - Short.BYTES;
		byte[] record = new byte[RecordHeader.LENGTH + Short.toUnsignedInt(wire.getShort(lengthAt))];
		wire.get(record);
		return record;
	}

	/**
	 * Return what the peer receives.
	 * @return the records, decrypted
	 * @throws GeneralSecurityException if one is not encrypted as it should be
	 */
	List<Received> received() throws GeneralSecurityException {
		List<Received> received = new ArrayList<>();
		ByteBuffer wire = ByteBuffer.wrap(this.kernel.sentBy(FD));
		int generation = 0;
		long sequenceNumber = this.firstSequenceNumber;
		TrafficKeys keys = keys(0);
		while (wire.hasRemaining()) {
			Plaintext plaintext = RecordProtection.unprotect(this.suite, keys, sequenceNumber, next(wire));
			received.add(new Received(generation, sequenceNumber, plaintext));
			sequenceNumber++;
			if (plaintext.type() == ContentType.HANDSHAKE) {
				keys = keys(++generation);
				sequenceNumber = 0;
			}
		}
		return received;
	}

	/**
	 * A record that the peer receives.
	 *
	 * @param generation how often the key was replaced before
	 * @param sequenceNumber its number
	 * @param plaintext its content
	 */
	record Received(int generation, long sequenceNumber, Plaintext plaintext) {

		ContentType type() {
			return this.plaintext.type();
		}

		byte[] content() {
			return this.plaintext.content();
		}

	}

	/**
	 * Takes no more than a number of bytes.
	 */
	private static final class Taken implements WritableByteChannel {

		private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

		private final int limit;

		Taken(int limit) {
			this.limit = limit;
		}

		@Override
		public int write(ByteBuffer source) throws ClosedChannelException {
			byte[] taken = new byte[Math.min(this.limit - this.bytes.size(), source.remaining())];
			source.get(taken);
			this.bytes.writeBytes(taken);
			return taken.length;
		}

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public void close() {
		}

	}

}
