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

package io.github.ktls.protocol;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import org.awaitility.Awaitility;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import reactor.netty.NettyPipeline;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The server's side of the connections: whether it has taken what the peer sent, and what
 * the handlers behind the {@link io.netty.handler.ssl.SslHandler} are told.
 */
final class ServerSide implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	/** Only so that nothing hangs for ever. */
	private static final long TIMEOUT_SECONDS = 60;

	private static final int ROUNDS = 3;

	private final Map<Integer, CompletableFuture<Connection>> connections = new ConcurrentHashMap<>();

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> customizer = (factory) -> factory
			.addServerCustomizers(
					(server) -> server.doOnChannelInit((observer, channel, remoteAddress) -> install(channel)));
		((GenericApplicationContext) context).registerBean("serverSide", WebServerFactoryCustomizer.class,
				() -> customizer);
	}

	private void install(Channel channel) {
		Connection connection = new Connection(channel);
		future(port(channel.remoteAddress())).complete(connection);
		channel.pipeline().addAfter(NettyPipeline.SslHandler, "test.listener", connection);
	}

	private static int port(SocketAddress address) {
		return ((InetSocketAddress) address).getPort();
	}

	/**
	 * Return the connection of a client.
	 * @param clientPort the client's port
	 * @return the connection
	 */
	Connection connection(int clientPort) {
		return future(clientPort).orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
	}

	private CompletableFuture<Connection> future(int clientPort) {
		return this.connections.computeIfAbsent(clientPort, (key) -> new CompletableFuture<>());
	}

	/**
	 * Forget a connection, as its port may be used again.
	 * @param clientPort the client's port
	 */
	void forget(int clientPort) {
		this.connections.remove(clientPort);
	}

	/**
	 * One connection.
	 */
	static final class Connection extends ChannelInboundHandlerAdapter {

		private static final int LOCAL_COLUMN = 1;

		private static final int REMOTE_COLUMN = 2;

		private static final int QUEUES_COLUMN = 4;

		private static final int SENT = 0;

		private static final int RECEIVED = 1;

		private final Channel channel;

		private final Queue<String> messages = new ConcurrentLinkedQueue<>();

		private final int port;

		private final int clientPort;

		Connection(Channel channel) {
			this.channel = channel;
			this.port = port(channel.localAddress());
			this.clientPort = port(channel.remoteAddress());
		}

		/**
		 * Wait until the server has read, and worked on, all that the client has sent.
		 */
		void awaitRead() {
			awaitArrived();
			// A FIN counts as one byte that nobody reads.
			await(() -> queued(this.port, this.clientPort, RECEIVED) <= 1);
			awaitRounds();
		}

		/**
		 * Wait until the server has looked at all that the client has sent, whether it
		 * reads it or not.
		 */
		void awaitSeen() {
			awaitArrived();
			awaitRounds();
		}

		// Even on the loopback interface, a segment may be on its way while the one who
		// sent it goes on. What the peer has not acknowledged counts as queued.
		private void awaitArrived() {
			await(() -> queued(this.clientPort, this.port, SENT) == 0);
		}

		private static void await(Callable<Boolean> condition) {
			Awaitility.await()
				.pollInSameThread()
				.pollDelay(Duration.ZERO)
				.pollInterval(Duration.ofMillis(2))
				.atMost(TIMEOUT_SECONDS, TimeUnit.SECONDS)
				.until(condition);
		}

		/**
		 * Wait until the server has closed the connection.
		 */
		void awaitClosed() {
			assertThat(this.channel.closeFuture().awaitUninterruptibly(TIMEOUT_SECONDS, TimeUnit.SECONDS))
				.as("the server closes the connection")
				.isTrue();
			awaitRounds();
		}

		// A task that follows another may be run at once. One that is submitted when all
		// tasks of a round are done is not: the event loop looks at its sockets before.
		private void awaitRounds() {
			SingleThreadEventLoop eventLoop = (SingleThreadEventLoop) this.channel.eventLoop();
			for (int i = 0; i < ROUNDS; i++) {
				CompletableFuture<Void> round = new CompletableFuture<>();
				eventLoop.execute(() -> eventLoop
					.executeAfterEventLoopIteration(() -> eventLoop.execute(() -> round.complete(null))));
				round.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS).join();
			}
		}

		// As the kernel's table of sockets has it, whoever reads.
		private static long queued(int port, int peerPort, int queue) {
			long queued = 0;
			for (String table : List.of("tcp", "tcp6")) {
				for (String line : lines(Path.of("/proc/net", table))) {
					String[] columns = line.strip().split("\\s+", -1);
					if (columns[LOCAL_COLUMN].endsWith(":%04X".formatted(port))
							&& columns[REMOTE_COLUMN].endsWith(":%04X".formatted(peerPort))) {
						queued += Long.parseLong(columns[QUEUES_COLUMN].split(":", -1)[queue], 16);
					}
				}
			}
			return queued;
		}

		private static List<String> lines(Path file) {
			try {
				return Files.exists(file) ? Files.readAllLines(file) : List.of();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		List<String> messages() {
			return List.copyOf(this.messages);
		}

		@Override
		public void userEventTriggered(ChannelHandlerContext ctx, Object evt) {
			if (evt instanceof SslCloseCompletionEvent close) {
				this.messages.add(close.isSuccess() ? "closed" : "closed without close_notify");
			}
			ctx.fireUserEventTriggered(evt);
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
			StringBuilder text = new StringBuilder();
			for (Throwable ex = cause; ex != null; ex = ex.getCause()) {
				text.append(text.isEmpty() ? "" : " / ").append(ex.getClass().getSimpleName());
				text.append((ex.getCause() == null) ? ": " + ex.getMessage() : "");
			}
			this.messages.add(text.toString());
			ctx.fireExceptionCaught(cause);
		}

	}

}
