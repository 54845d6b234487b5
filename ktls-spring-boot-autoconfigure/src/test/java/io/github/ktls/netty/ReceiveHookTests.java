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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.internal.PlatformDependent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ReceiveHook} and {@link ReceiveHandler} with Netty's epoll transport
 * on real sockets.
 */
class ReceiveHookTests {

	private static final int GUARD_MILLIS = 20_000;

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

	private final ReceiveHandler gate = new ReceiveHandler();

	private final Queue<Object> seen = new ConcurrentLinkedQueue<>();

	private final AtomicInteger asked = new AtomicInteger();

	private final ByteArrayOutputStream received = new ByteArrayOutputStream();

	private volatile boolean open;

	private volatile @Nullable Channel channel;

	private @Nullable Socket client;

	@AfterEach
	void close() throws IOException {
		if (this.client != null) {
			this.client.close();
		}
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
	}

	@Test
	void whenNothingMayBeReceivedNobodyIsToldAndDataArrivesLater() throws IOException {
		start(true, (channel) -> () -> refuseUnlessOpen());
		client().getOutputStream().write(new byte[] { 1, 2, 3 });
		await().until(() -> this.asked.get() > 10);
		assertThat(channel().isActive()).isTrue();
		this.open = true;
		awaitReceived(3);
		assertThat(this.seen).containsOnly("complete", "read 3").containsOnlyOnce("read 3");
	}

	@Test
	void whenNothingMayBeReceivedTheEndComesLater() throws IOException {
		start(true, (channel) -> () -> refuseUnlessOpen());
		client().getOutputStream().write(new byte[] { 1 });
		client().close();
		await().until(() -> this.asked.get() > 10);
		this.open = true;
		awaitReceived(1);
		await().until(() -> this.seen.contains("inactive"));
		assertThat(this.seen).containsOnly("complete", "read 1", "inactive");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenPausedNobodyAsksUntilItGoesOn(boolean autoRead) throws IOException {
		start(autoRead, (channel) -> () -> {
			int number = this.asked.incrementAndGet();
			if (number < 3) {
				throw new NothingToReceiveException();
			}
			if (number == 3) {
				this.gate.pause();
				throw new NothingToReceiveException();
			}
			return ReceiveHook.Reader.ANY;
		});
		channel().read();
		client().getOutputStream().write(new byte[] { 1, 2, 3 });
		await().until(() -> this.asked.get() == 3);
		letTheLoopTurn();
		channel().read();
		letTheLoopTurn();
		assertThat(this.asked).hasValue(3);
		assertThat(channel().config().isAutoRead()).isEqualTo(autoRead);
		channel().eventLoop().execute(this.gate::resume);
		awaitReceived(3);
		client().getOutputStream().write(new byte[] { 4 });
		if (!autoRead) {
			letTheLoopTurn();
			assertThat(this.received.size()).isEqualTo(3);
			channel().read();
		}
		awaitReceived(4);
		assertThat(this.seen).doesNotHaveAnyElementsOfTypes(Throwable.class);
	}

	@Test
	void whenPausedTheEndOfTheStreamIsStillSeen() throws IOException {
		start(true, (channel) -> () -> {
			if (this.asked.incrementAndGet() == 1) {
				this.gate.pause();
				throw new NothingToReceiveException();
			}
			return ReceiveHook.Reader.ANY;
		});
		client().getOutputStream().write(new byte[] { 1 });
		await().until(() -> this.asked.get() == 1);
		client().close();
		await().until(() -> this.seen.contains("inactive"));
		assertThat(this.received.size()).isOne();
	}

	@Test
	void whenTheClientEndsItsSideTheServerMayGoOnSending() throws IOException {
		start(true, (channel) -> {
			channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
			return () -> {
				if (this.asked.incrementAndGet() % 2 == 1) {
					throw new NothingToReceiveException();
				}
				return ReceiveHook.Reader.ANY;
			};
		});
		client().getOutputStream().write(new byte[] { 1 });
		client().shutdownOutput();
		await().until(() -> this.seen.contains(ChannelInputShutdownEvent.INSTANCE));
		assertThat(this.received.size()).isOne();
		channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[] { 2, 3 })).addListener((sent) -> channel().close());
		assertThat(client().getInputStream().readAllBytes()).containsExactly(2, 3);
		assertThat(this.seen).doesNotHaveAnyElementsOfTypes(Throwable.class);
	}

	@Test
	void whenSocketFailsItIsClosedAndEverybodyIsTold() throws IOException {
		IOException failure = new IOException("Connection reset by peer");
		start(true, (channel) -> () -> {
			PlatformDependent.throwException(failure);
			return 0;
		});
		client().getOutputStream().write(new byte[] { 1 });
		await().until(() -> this.seen.contains("inactive"));
		assertThat(this.seen).contains(failure);
	}

	@Test
	void whenReadWithinRecordsNoBufferHoldsAnythingOfTwoRecords() throws IOException {
		RecordScanner scanner = new RecordScanner();
		start(true, (channel) -> {
			channel.pipeline().addAfter("gate", "scanner", new ChannelInboundHandlerAdapter() {

				@Override
				public void channelRead(ChannelHandlerContext ctx, Object msg) {
					ByteBuf bytes = (ByteBuf) msg;
					int end = scanner.scan(bytes, bytes.readerIndex(), bytes.writerIndex());
					if (end != bytes.writerIndex()) {
						ReceiveHookTests.this.seen.add(new AssertionError("Beyond the end of a record"));
					}
					ctx.fireChannelRead(msg);
				}

			});
			return scanner::bytesWithinRecord;
		});
		RecordStream stream = new RecordStream(new Random(1));
		for (int i = 0; i < 50; i++) {
			stream.record(ContentType.APPLICATION_DATA);
		}
		byte[] sent = ByteBufUtil.getBytes(stream.whole());
		client().getOutputStream().write(sent);
		awaitReceived(sent.length);
		assertThat(this.received.toByteArray()).isEqualTo(sent);
		assertThat(scanner.isAtBoundary()).isTrue();
		assertThat(this.seen).doesNotHaveAnyElementsOfTypes(Throwable.class);
	}

	// The kernel's socket is one in memory; the real one only wakes the transport.
	@Test
	void whenNothingMoreCanBeReceivedSocketIsNotWatchedAndStillClosedWhenItIsReset() throws Exception {
		FakeKernel kernel = new FakeKernel().adoptDescriptors();
		CipherSuite suite = CipherSuite.TLS_AES_128_GCM_SHA256;
		TrafficKeys keys = new TrafficKeys(new byte[16], new byte[12]);
		start(true, (channel) -> {
			try {
				int fd = channel.fd().intValue();
				KtlsSocket socket = new KtlsSocket(kernel, fd);
				socket.attach();
				socket.installReceive(suite, keys, 0);
				kernel.arriveAt(fd,
						RecordProtection.protect(suite, keys, 0, ContentType.HANDSHAKE, new byte[] { 24, 0, 0, 1, 0 }));
				KernelInlet inlet = new KernelInlet(channel.pipeline().context("gate"), this.gate, socket,
						new ReceiveKeys(suite, null), new Ignoring());
				return () -> {
					this.asked.incrementAndGet();
					return inlet.beforeReceive();
				};
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
		client().getOutputStream().write(new byte[] { 1 });
		await().until(() -> this.seen.contains("key update"));
		client().getOutputStream().write(new byte[] { 1 });
		channel().read();
		letTheLoopTurn();
		assertThat(this.asked).hasValue(1);
		assertThat(channel().isActive()).isTrue();
		client().setSoLinger(true, 0);
		client().close();
		await().until(() -> this.seen.contains("inactive"));
		assertThat(this.asked.get()).isLessThanOrEqualTo(3);
	}

	@Test
	void messagesPerReadAreThoseOfTheAllocatorBehindIt() throws IOException {
		start(true, (channel) -> () -> ReceiveHook.Reader.ANY);
		MaxMessagesRecvByteBufAllocator allocator = channel().config().getRecvByteBufAllocator();
		assertThat(allocator).isInstanceOf(ReceiveHook.class);
		int before = allocator.maxMessagesPerRead();
		assertThat(allocator.maxMessagesPerRead(before + 3)).isSameAs(allocator);
		assertThat(allocator.maxMessagesPerRead()).isEqualTo(before + 3);
	}

	private int refuseUnlessOpen() {
		this.asked.incrementAndGet();
		if (!this.open) {
			throw new NothingToReceiveException();
		}
		return ReceiveHook.Reader.ANY;
	}

	private void start(boolean autoRead, Function<EpollSocketChannel, ReceiveHook.Reader> reader) throws IOException {
		Channel listener = new ServerBootstrap().group(this.group)
			.channel(EpollServerSocketChannel.class)
			.childOption(ChannelOption.AUTO_READ, autoRead)
			.childHandler(new ChannelInitializer<EpollSocketChannel>() {

				@Override
				protected void initChannel(EpollSocketChannel channel) {
					ReceiveHook hook = ReceiveHook.install(channel);
					channel.pipeline().addLast("gate", ReceiveHookTests.this.gate);
					channel.pipeline().addLast(new Seen());
					hook.ask(reader.apply(channel));
					ReceiveHookTests.this.channel = channel;
				}

			})
			.bind(InetAddress.getLoopbackAddress(), 0)
			.syncUninterruptibly()
			.channel();
		this.client = new Socket(InetAddress.getLoopbackAddress(),
				((InetSocketAddress) listener.localAddress()).getPort());
		this.client.setSoTimeout(GUARD_MILLIS);
		await().until(() -> this.channel != null && this.channel.isActive());
	}

	private Socket client() {
		Socket connected = this.client;
		assertThat(connected).isNotNull();
		return connected;
	}

	private Channel channel() {
		Channel accepted = this.channel;
		assertThat(accepted).isNotNull();
		return accepted;
	}

	private void awaitReceived(int bytes) {
		await().until(() -> this.received.size() == bytes);
	}

	// Each turn looks at the sockets.
	private void letTheLoopTurn() {
		for (int i = 0; i < 50; i++) {
			this.group.next().submit(() -> {
			}).syncUninterruptibly();
		}
	}

	/**
	 * Sees everything that a user's handler would see.
	 */
	private final class Seen extends ChannelInboundHandlerAdapter {

		private final Queue<Object> seen = ReceiveHookTests.this.seen;

		@Override
		public void channelRead(ChannelHandlerContext ctx, Object msg) {
			ByteBuf bytes = (ByteBuf) msg;
			this.seen.add("read " + bytes.readableBytes());
			ReceiveHookTests.this.received.writeBytes(ByteBufUtil.getBytes(bytes));
			bytes.release();
		}

		@Override
		public void channelReadComplete(ChannelHandlerContext ctx) {
			this.seen.add("complete");
		}

		@Override
		public void channelInactive(ChannelHandlerContext ctx) {
			this.seen.add("inactive");
		}

		@Override
		public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
			this.seen.add(evt);
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
			this.seen.add(cause);
		}

	}

	/**
	 * Does nothing about what came.
	 */
	private final class Ignoring implements KernelInlet.Listener {

		@Override
		public void data(ByteBuf content) {
			content.release();
		}

		@Override
		public void silentRecord() {
		}

		@Override
		public void closeNotify() {
		}

		@Override
		public void fatalAlert() {
		}

		@Override
		public void keyUpdate(boolean followed, boolean requested) {
			ReceiveHookTests.this.seen.add("key update");
		}

		@Override
		public void refused(AlertDescription alert) {
		}

		@Override
		public void stuck() {
		}

		@Override
		public void keyInstalledAgain() {
		}

		@Override
		public void failed(IOException failure) {
			ReceiveHookTests.this.seen.add(failure);
		}

	}

}
