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

package io.github.ktls.secrets;

import java.io.IOException;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.github.ktls.test.Certificates;
import io.github.ktls.test.InMemoryClient;
import io.github.ktls.test.ServerTls;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HandshakeMessages} with an engine of BoringSSL's.
 */
class HandshakeMessagesTests {

	private static Certificates certificates;

	private final UnpooledByteBufAllocator alloc = new UnpooledByteBufAllocator(true);

	private final EmbeddedChannel server = new EmbeddedChannel(
			ServerTls.openSsl(certificates).newHandler(UnpooledByteBufAllocator.DEFAULT));

	private final InMemoryClient client = InMemoryClient.offering("TLS_AES_128_GCM_SHA256");

	@BeforeAll
	static void createCertificates() {
		certificates = Certificates.create("EC", "localhost");
	}

	@AfterEach
	void close() {
		this.server.finishAndReleaseAll();
		assertThat(this.alloc.metric().usedDirectMemory()).isZero();
	}

	@Test
	void whatIsHeldBackLeavesWithoutData() throws IOException {
		this.client.handshake(this.server);
		this.client.receive(flush());
		this.server.writeInbound(this.server.alloc().buffer().writeBytes(this.client.requestKeyUpdate()));
		this.server.flush();
		assertThat(InMemoryClient.outbound(this.server)).isEmpty();
		byte[] wire = flush();
		assertThat(wire).isNotEmpty();
		this.client.receive(wire);
		assertThat(this.client.received()).isEmpty();
		// The client follows the new key.
		this.server.writeOutbound(this.server.alloc().buffer().writeByte(7));
		this.client.receiveFrom(this.server);
		assertThat(this.client.received()).containsExactly(7);
	}

	@Test
	void whenNothingIsHeldBackNothingLeaves() throws IOException {
		this.client.handshake(this.server);
		this.client.receive(flush());
		assertThat(flush()).isEmpty();
		this.server.writeOutbound(this.server.alloc().buffer().writeByte(7));
		this.client.receiveFrom(this.server);
		assertThat(this.client.received()).containsExactly(7);
	}

	@Test
	void whenEngineIsClosedItIsLeftAlone() throws IOException {
		this.client.handshake(this.server);
		SSLEngine engine = engine();
		this.server.close();
		HandshakeMessages.flush(engine, this.alloc);
		assertThat(engine.isOutboundDone()).isTrue();
	}

	@Test
	void whenEngineIsNotBoringSslsItIsLeftAlone() throws Exception {
		SSLEngine engine = SSLContext.getDefault().createSSLEngine();
		HandshakeMessages.flush(engine, this.alloc);
		assertThat(engine.isOutboundDone()).isFalse();
	}

	// An empty write makes the engine's handler ask for what it has.
	private byte[] flush() {
		HandshakeMessages.flush(engine(), this.alloc);
		this.server.writeOutbound(this.server.alloc().buffer());
		return InMemoryClient.outbound(this.server);
	}

	private SSLEngine engine() {
		return this.server.pipeline().get(SslHandler.class).engine();
	}

}
