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

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import io.github.ktls.test.Certificates;
import io.github.ktls.test.InMemoryClient;
import io.github.ktls.test.ServerTls;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SessionIds} and {@link SessionIdHandler}.
 */
class SessionIdsTests {

	private static final String TLS_1_3 = "TLS_AES_128_GCM_SHA256";

	private static final String TLS_1_2 = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";

	private static Certificates certificates;

	@BeforeAll
	static void createCertificates() {
		certificates = Certificates.create("EC", "localhost");
	}

	@Test
	void whenSessionIsOneOfTls13ItGetsAnIdOfItsOwn() throws Exception {
		byte[] first = sessionId(ServerTls.openSsl(certificates), TLS_1_3);
		assertThat(first).hasSize(32);
		assertThat(sessionId(ServerTls.openSsl(certificates), TLS_1_3)).hasSize(32).isNotEqualTo(first);
	}

	@Test
	void withoutThisTls13SessionHasNoId() throws Exception {
		EmbeddedChannel server = new EmbeddedChannel();
		server.pipeline().addLast("tls", handler(ServerTls.openSsl(certificates)));
		InMemoryClient.offering(TLS_1_3).handshake(server);
		assertThat(engineId(server)).isEmpty();
	}

	@Test
	void whenSessionHasAnIdItIsKept() throws Exception {
		EmbeddedChannel server = new EmbeddedChannel();
		server.pipeline().addLast("tls", handler(ServerTls.openSsl(certificates)));
		SessionIdHandler.install(server, "tls");
		InMemoryClient.offering(TLS_1_2).handshake(server);
		byte[] id = engineId(server);
		assertThat(id).hasSize(32);
		SessionIds.ensure(server.pipeline().get(SslHandler.class).engine());
		assertThat(engineId(server)).isEqualTo(id);
	}

	@Test
	void whenEngineIsTheJdksItsIdIsKept() throws Exception {
		assertThat(sessionId(ServerTls.jdk(certificates), TLS_1_3)).isNotEmpty();
	}

	private static byte[] sessionId(SslContext context, String suite) throws Exception {
		EmbeddedChannel server = new EmbeddedChannel();
		server.pipeline().addLast("tls", handler(context));
		SessionIdHandler.install(server, "tls");
		InMemoryClient.offering(suite).handshake(server);
		assertThat(server.pipeline().get(SessionIdHandler.class)).isNull();
		return engineId(server);
	}

	private static SslHandler handler(SslContext context) {
		return context.newHandler(UnpooledByteBufAllocator.DEFAULT);
	}

	private static byte[] engineId(EmbeddedChannel server) {
		return server.pipeline().get(SslHandler.class).engine().getSession().getId();
	}

}
