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

package io.github.ktls.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link SocketMemory}.
 */
class SocketMemoryTests {

	private static final long MEBIBYTE = 1024 * 1024;

	private static final long NO_LIMIT = 0xffffffffL;

	private final SocketMemory memory = new SocketMemory(8 * MEBIBYTE, 4 * MEBIBYTE, NO_LIMIT);

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

	private final BlockingQueue<EpollSocketChannel> accepted = new LinkedBlockingQueue<>();

	private final ServerBootstrap server = new ServerBootstrap();

	private final List<Socket> clients = new ArrayList<>();

	@AfterEach
	void stop() throws IOException {
		for (Socket client : this.clients) {
			client.close();
		}
		this.group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
	}

	@ParameterizedTest
	@CsvSource({ "0, 0", "1, 0", "2, 0", "3, 2097152", "4, 2097152", "5, 1048576", "100, 65536", "512, 16384",
			"10000, 16384" })
	void theMoreConnectionsTheLessEachMayTake(int connections, long limit) {
		assertThat(this.memory.limit(connections)).isEqualTo(limit);
	}

	@ParameterizedTest
	@CsvSource({ "4, 0", "8, 0", "9, 0", "64, 0", "65, 65536", "200, 32768" })
	void whereTheMachineHasALimitItIsNotRaised(int connections, long limit) {
		assertThat(new SocketMemory(8 * MEBIBYTE, MEBIBYTE, 128 * 1024).limit(connections)).isEqualTo(limit);
	}

	@Test
	void whatTheMachineSaysIsRead() {
		assertThat(SocketMemory.lastNumber("tcp_wmem", -1)).isGreaterThan(4096);
		assertThat(SocketMemory.lastNumber("tcp_notsent_lowat", -1)).isPositive();
		assertThat(SocketMemory.lastNumber("no_such_parameter", -1)).isEqualTo(-1);
		assertThat(SocketMemory.lastNumber("tcp_congestion_control", -1)).isEqualTo(-1);
	}

	@Test
	void whenConnectionsComeAndGoTheNextFileIsLimitedAccordingly() throws Exception {
		Channel listener = listen();
		EpollSocketChannel one = connect(listener);
		EpollSocketChannel other = connect(listener);
		beforeFile(this.memory, one);
		beforeFile(this.memory, one);
		beforeFile(this.memory, other);
		assertThat(this.memory.connections()).isEqualTo(2);
		assertThat(limitOf(one)).isZero();
		assertThat(limitOf(other)).isZero();
		EpollSocketChannel third = connect(listener);
		beforeFile(this.memory, third);
		assertThat(limitOf(third)).isEqualTo(2 * MEBIBYTE);
		assertThat(limitOf(other)).isZero();
		beforeFile(this.memory, other);
		assertThat(limitOf(other)).isEqualTo(2 * MEBIBYTE);
		third.close().syncUninterruptibly();
		assertThat(this.memory.connections()).isEqualTo(2);
		beforeFile(this.memory, other);
		assertThat(limitOf(other)).isZero();
	}

	@Test
	void whenUserHasSetALimitItStays() throws Exception {
		SocketMemory little = new SocketMemory(0, 4 * MEBIBYTE, NO_LIMIT);
		this.server.childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, 77_777L);
		EpollSocketChannel socket = connect(listen());
		beforeFile(little, socket);
		beforeFile(little, socket);
		assertThat(little.connections()).isOne();
		assertThat(limitOf(socket)).isEqualTo(77_777);
	}

	@Test
	void whenItIsAStreamTheSocketOfItsConnectionIsLimited() throws Exception {
		SocketMemory little = new SocketMemory(0, 4 * MEBIBYTE, NO_LIMIT);
		EpollSocketChannel socket = connect(listen());
		for (int i = 0; i < 3; i++) {
			Channel stream = mock(Channel.class);
			given(stream.parent()).willReturn(socket);
			socket.eventLoop().submit(() -> little.beforeFile(stream)).syncUninterruptibly();
		}
		assertThat(little.connections()).isOne();
		assertThat(limitOf(socket)).isEqualTo(SocketMemory.MIN_QUEUE);
	}

	@Test
	void whenSocketIsClosedNothingHappens() throws Exception {
		SocketMemory little = new SocketMemory(0, 4 * MEBIBYTE, NO_LIMIT);
		EpollSocketChannel socket = connect(listen());
		socket.close().syncUninterruptibly();
		beforeFile(little, socket);
		assertThat(little.connections()).isZero();
	}

	@Test
	void whenTransportHasNoLimitNothingHappens() {
		this.memory.beforeFile(new EmbeddedChannel());
		assertThat(this.memory.connections()).isZero();
	}

	private static void beforeFile(SocketMemory memory, EpollSocketChannel socket) {
		socket.eventLoop().submit(() -> memory.beforeFile(socket)).syncUninterruptibly();
	}

	private static long limitOf(EpollSocketChannel socket) {
		return socket.config().getTcpNotSentLowAt();
	}

	private Channel listen() {
		return this.server.group(this.group)
			.channel(EpollServerSocketChannel.class)
			.childHandler(new ChannelInitializer<EpollSocketChannel>() {

				@Override
				protected void initChannel(EpollSocketChannel channel) {
					SocketMemoryTests.this.accepted.add(channel);
				}

			})
			.bind(InetAddress.getLoopbackAddress(), 0)
			.syncUninterruptibly()
			.channel();
	}

	private EpollSocketChannel connect(Channel listener) throws IOException, InterruptedException {
		this.clients
			.add(new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort()));
		EpollSocketChannel channel = this.accepted.poll(20, TimeUnit.SECONDS);
		assertThat(channel).isNotNull();
		return channel;
	}

}
