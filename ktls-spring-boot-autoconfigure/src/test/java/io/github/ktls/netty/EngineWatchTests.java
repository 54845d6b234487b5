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
import java.nio.charset.StandardCharsets;

import javax.net.ssl.SSLEngine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.ktls.test.Certificates;
import io.github.ktls.test.InMemoryClient;
import io.github.ktls.test.ServerTls;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link EngineWatch} with an engine of BoringSSL's.
 */
class EngineWatchTests {

	private static Certificates certificates;

	private final EmbeddedChannel server = new EmbeddedChannel(
			ServerTls.openSsl(certificates).newHandler(UnpooledByteBufAllocator.DEFAULT));

	private final InMemoryClient client = InMemoryClient.offering("TLS_AES_128_GCM_SHA256");

	@BeforeAll
	static void createCertificates() {
		certificates = Certificates.create("EC", "localhost");
	}

	@BeforeEach
	void handshake() throws IOException {
		this.client.handshake(this.server);
		// Takes the session ticket along, which would count as a record, too.
		this.server.writeOutbound(this.server.alloc().buffer().writeByte(1));
		this.client.receiveFrom(this.server);
	}

	@AfterEach
	void close() {
		this.server.finishAndReleaseAll();
	}

	@Test
	void whenClientSentDataOnlyNoneIsOwed() throws IOException {
		give(this.client.send("data".getBytes(StandardCharsets.US_ASCII)));
		assertThat(isOwed()).isFalse();
		assertThat(isOwed()).isFalse();
	}

	@Test
	void whenClientAskedForNewKeysOneIsOwedOnce() throws IOException {
		give(this.client.requestKeyUpdate());
		assertThat(isOwed()).isTrue();
		assertThat(isOwed()).isFalse();
	}

	@Test
	void whenDataFollowedTheRequestOneIsOwed() throws IOException {
		give(this.client.requestKeyUpdate());
		give(this.client.send("data".getBytes(StandardCharsets.US_ASCII)));
		assertThat(isOwed()).isTrue();
	}

	@Test
	void nothingOfItGoesOut() throws IOException {
		give(this.client.requestKeyUpdate());
		isOwed();
		this.server.flush();
		assertThat(InMemoryClient.outbound(this.server)).isEmpty();
	}

	@Test
	void whenStreamHasEndedNoneIsOwed() throws IOException {
		SSLEngine engine = engine();
		give(this.client.requestKeyUpdate());
		give(this.client.closeNotify());
		assertThat(engine.isInboundDone()).isTrue();
		assertThat(new EngineWatch().ask(engine, UnpooledByteBufAllocator.DEFAULT).keyUpdateOwed()).isFalse();
	}

	@Test
	void buffersAreReleased() throws IOException {
		UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(true);
		give(this.client.requestKeyUpdate());
		assertThat(new EngineWatch().ask(engine(), alloc).keyUpdateOwed()).isTrue();
		assertThat(alloc.metric().usedDirectMemory()).isZero();
		assertThat(alloc.metric().usedHeapMemory()).isZero();
	}

	private boolean isOwed() {
		return new EngineWatch().ask(engine(), UnpooledByteBufAllocator.DEFAULT).keyUpdateOwed();
	}

	private SSLEngine engine() {
		return this.server.pipeline().get(SslHandler.class).engine();
	}

	private void give(byte[] wire) {
		ByteBuf bytes = this.server.alloc().buffer().writeBytes(wire);
		this.server.writeInbound(bytes);
	}

}
