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

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.stream.ChunkedWriteHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver.State;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServerState;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.KtlsStatistics;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FileResponses}.
 */
class FileResponsesTests {

	private final FileResponses fileResponses = new FileResponses(new ChunkMemory(1024), new KtlsStatistics());

	private final EmbeddedChannel channel = new EmbeddedChannel();

	private final Connection connection = () -> this.channel;

	static State[] otherStates() {
		return new State[] { State.CONNECTED, State.ACQUIRED, State.RELEASED, State.DISCONNECTING,
				HttpServerState.REQUEST_RECEIVED };
	}

	@Test
	void whenConnectionIsConfiguredHandlerIsPutInFrontOfTheBridge() {
		addBridge();
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		assertThat(this.channel.pipeline().names()).containsSubsequence(NettyPipeline.HttpCodec,
				FileResponseHandler.NAME, NettyPipeline.ReactiveBridge);
		assertThat(this.channel.pipeline().get(FileResponseHandler.NAME)).isInstanceOf(FileResponseHandler.class);
	}

	@Test
	void handlerIsOneThatKeepsReactorNettyFromAddingItsOwn() {
		addBridge();
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		assertThat(this.channel.pipeline().get(ChunkedWriteHandler.class)).isInstanceOf(FileResponseHandler.class);
	}

	@Test
	void whenCodecIsThatOfHttp1RegionsAreReplacedBehindIt() {
		this.channel.pipeline()
			.addLast(NettyPipeline.HttpCodec, new HttpServerCodec())
			.addLast(NettyPipeline.ReactiveBridge, new ChannelDuplexHandler());
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		assertThat(this.channel.pipeline().names()).containsSubsequence(NettyPipeline.HttpCodec, FileRegionHandler.NAME,
				FileResponseHandler.NAME);
	}

	@Test
	void whenCodecIsThatOfHttp1HeadsAreHeldWhereReactorNettyWritesThem() {
		this.channel.pipeline()
			.addLast(NettyPipeline.HttpCodec, new HttpServerCodec())
			.addLast(NettyPipeline.ReactiveBridge, new ChannelDuplexHandler());
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		assertThat(this.channel.pipeline().names()).containsSubsequence(FileResponseHandler.NAME, HeadHandler.NAME,
				NettyPipeline.ReactiveBridge);
	}

	@Test
	void whenCodecIsAnotherOneHeadsAreNotHeld() {
		addBridge();
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		assertThat(this.channel.pipeline().get(HeadHandler.class)).isNull();
	}

	@Test
	void whenConfiguredAgainThereIsStillOneHandler() {
		addBridge();
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		assertThat(this.channel.pipeline().names()).filteredOn(FileResponseHandler.NAME::equals).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("otherStates")
	void whenStateIsAnotherOneNothingIsAdded(State state) {
		addBridge();
		this.fileResponses.onStateChange(this.connection, state);
		assertThat(this.channel.pipeline().get(ChunkedWriteHandler.class)).isNull();
	}

	@Test
	void whenThereIsNoBridgeNothingIsAdded() {
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		assertThat(this.channel.pipeline().get(ChunkedWriteHandler.class)).isNull();
	}

	@Test
	void whenSomebodyElsesChunkedWriterIsThereItStays() {
		addBridge();
		ChunkedWriteHandler other = new ChunkedWriteHandler();
		this.channel.pipeline().addBefore(NettyPipeline.ReactiveBridge, NettyPipeline.ChunkedWriter, other);
		this.fileResponses.onStateChange(this.connection, State.CONFIGURED);
		assertThat(this.channel.pipeline().get(ChunkedWriteHandler.class)).isSameAs(other);
	}

	private void addBridge() {
		this.channel.pipeline()
			.addLast(NettyPipeline.HttpCodec, new ChannelDuplexHandler())
			.addLast(NettyPipeline.ReactiveBridge, new ChannelDuplexHandler());
	}

}
