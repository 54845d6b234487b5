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
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.InMemoryClient;
import io.github.ktls.test.ServerTls;
import io.github.ktls.tls.RecordHeader;

/**
 * A server on real sockets whose connections are handed over to a {@link FakeKernel}. As
 * that one does not see what Netty writes, what the real kernel would have to encrypt
 * comes out as it is; control records come out of {@link #controlRecords}.
 */
final class EpollServer implements AutoCloseable {

	private static final int GUARD_MILLIS = 20_000;

	final FakeKernel kernel = new FakeKernel().adoptDescriptors().leaveDataTo(new JnaSystemCalls());

	final KtlsStatistics statistics = new KtlsStatistics();

	final KtlsRollout rollout = KtlsRollout.complete();

	final SecretsSource secrets = new SecretsSource(false);

	final Queue<Object> events = new ConcurrentLinkedQueue<>();

	final Queue<Byte> received = new ConcurrentLinkedQueue<>();

	private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();

	private final BlockingQueue<Channel> shaken = new LinkedBlockingQueue<>();

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

	private final Channel listener;

	private int descriptor;

	/**
	 * Start the server.
	 * @param certificates its certificate
	 * @param settings its settings
	 * @param prepared prepares the kernel before it is probed
	 * @param whenShaken is called on the event loop when a handshake is complete
	 */
	EpollServer(Certificates certificates, KtlsSettings settings, Consumer<FakeKernel> prepared,
			Consumer<Channel> whenShaken) {
		prepared.accept(this.kernel);
		SslContext context = ServerTls.openSsl(certificates);
		KtlsPipeline pipeline = new KtlsPipeline(settings, this.statistics, KernelTls.probe(this.kernel), this.secrets,
				new ChunkMemory(settings.fallbackChunkSize()), this.rollout);
		this.listener = new ServerBootstrap().group(this.group)
			.channel(EpollServerSocketChannel.class)
			.childHandler(new ChannelInitializer<SocketChannel>() {

				@Override
				protected void initChannel(SocketChannel channel) {
					channel.pipeline().addLast("tls", context.newHandler(channel.alloc()));
					pipeline.install(channel, "tls");
					channel.pipeline().addLast(new Application(whenShaken));
					EpollServer.this.descriptor = ((EpollSocketChannel) channel).fd().intValue();
					EpollServer.this.accepted.add(channel);
				}

			})
			.bind(InetAddress.getLoopbackAddress(), 0)
			.syncUninterruptibly()
			.channel();
	}

	Client connect(String suite) throws IOException {
		return new Client(((InetSocketAddress) this.listener.localAddress()).getPort(),
				InMemoryClient.offering(suite, "http/1.1"));
	}

	/**
	 * Return the channel of the next connection.
	 * @return the channel
	 */
	Channel accept() {
		return next(this.accepted);
	}

	/**
	 * Return the channel of the next connection whose handshake is complete.
	 * @return the channel
	 */
	Channel acceptShaken() {
		return next(this.shaken);
	}

	private static Channel next(BlockingQueue<Channel> channels) {
		try {
			Channel channel = channels.poll(GUARD_MILLIS, TimeUnit.MILLISECONDS);
			if (channel == null) {
				throw new AssertionError("No connection came");
			}
			return channel;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return the records that the kernel made for the last connection.
	 * @return the bytes
	 */
	byte[] controlRecords() {
		return this.kernel.sentBy(this.descriptor);
	}

	@Override
	public void close() {
		this.listener.close().syncUninterruptibly();
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
	}

	/**
	 * Keeps what comes.
	 */
	private final class Application extends ChannelInboundHandlerAdapter {

		private final Consumer<Channel> whenShaken;

		Application(Consumer<Channel> whenShaken) {
			this.whenShaken = whenShaken;
		}

		@Override
		public void channelRead(ChannelHandlerContext ctx, Object msg) {
			ByteBuf bytes = (ByteBuf) msg;
			for (byte value : ByteBufUtil.getBytes(bytes)) {
				EpollServer.this.received.add(value);
			}
			bytes.release();
		}

		@Override
		public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
			if (evt instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
				this.whenShaken.accept(ctx.channel());
				EpollServer.this.shaken.add(ctx.channel());
			}
			if (evt instanceof SslCloseCompletionEvent) {
				// As Reactor Netty does
				ctx.close();
			}
			if (evt instanceof KtlsHandoverEvent) {
				EpollServer.this.events.add(evt);
			}
			if (evt instanceof KtlsDrainEvent drain && drain.reason() != KtlsDrainEvent.Reason.CLOSE_NOTIFY) {
				EpollServer.this.events.add(evt);
				// The test closes.
				drain.claim();
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
			ctx.close();
		}

	}

	/**
	 * A client that can tell what its peer's TLS engine encrypted from what was left to
	 * the kernel.
	 */
	static final class Client implements AutoCloseable {

		private final Socket socket;

		private final InMemoryClient tls;

		private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

		Client(int port, InMemoryClient tls) throws IOException {
			this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
			this.socket.setSoTimeout(GUARD_MILLIS);
			this.tls = tls;
		}

		Client handshake() throws IOException {
			send(this.tls.hello());
			DataInputStream in = new DataInputStream(this.socket.getInputStream());
			while (this.tls.isHandshaking()) {
				// No more than one record, as what follows the last one may be no record.
				byte[] header = in.readNBytes(RecordHeader.LENGTH);
				send(this.tls.receive(header));
				send(this.tls.receive(in.readNBytes(bodyLength(header, 0))));
			}
			return this;
		}

		InMemoryClient tls() {
			return this.tls;
		}

		void send(byte[] wire) throws IOException {
			this.socket.getOutputStream().write(wire);
		}

		/**
		 * Receive everything up to the end of the connection.
		 * @return this client
		 * @throws IOException if the connection fails
		 */
		Client receiveAll() throws IOException {
			byte[] rest = this.socket.getInputStream().readAllBytes();
			int offset = 0;
			while (isRecord(rest, offset)) {
				offset += RecordHeader.LENGTH + bodyLength(rest, offset);
			}
			this.tls.receive(Arrays.copyOf(rest, offset));
			this.passed.write(rest, offset, rest.length - offset);
			return this;
		}

		private static boolean isRecord(byte[] bytes, int offset) {
			return bytes.length - offset >= RecordHeader.LENGTH && bytes[offset] >= 20 && bytes[offset] <= 23
					&& bytes[offset + 1] == 3 && bytes[offset + 2] == 3;
		}

		private static int bodyLength(byte[] bytes, int offset) {
			return ByteBuffer.wrap(bytes).getShort(offset + 3) & 0xffff;
		}

		/**
		 * Return what the peer's TLS engine encrypted.
		 * @return the decrypted data
		 */
		byte[] fromEngine() {
			return this.tls.received();
		}

		/**
		 * Return what was left to the peer's kernel.
		 * @return the data as it came
		 */
		byte[] leftToKernel() {
			return this.passed.toByteArray();
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

}
