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

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.KtlsStatistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Requests that come before the end of the response to the one before them, which Reactor
 * Netty keeps back.
 */
class EarlyRequestTests {

	private static final int GUARD_MILLIS = 60_000;

	private static final int LENGTH = 4 * 1024 * 1024;

	/** More messages than Reactor Netty keeps back before it stops reading. */
	private static final int KEPT_BACK = 33;

	private final Sinks.One<String> answer = Sinks.one();

	private final AtomicInteger parts = new AtomicInteger();

	@Test
	void longUploadIsReadToItsEnd() throws Exception {
		DisposableServer server = server();
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
			client.setSoTimeout(GUARD_MILLIS);
			Thread upload = new Thread(() -> upload(client), "upload");
			upload.start();
			await().atMost(1, TimeUnit.MINUTES).until(() -> this.parts.get() >= KEPT_BACK);
			this.answer.tryEmitValue("answer").orThrow();
			BufferedReader in = new BufferedReader(
					new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
			assertThat(body(in)).isEqualTo("answer");
			assertThat(body(in)).isEqualTo("received " + LENGTH);
			upload.join();
		}
		finally {
			server.disposeNow();
		}
	}

	private DisposableServer server() {
		return HttpServer.create()
			.host("127.0.0.1")
			.childObserve(new FileResponses(new ChunkMemory(8192), new KtlsStatistics()))
			.doOnChannelInit((observer, channel, address) -> channel.pipeline()
				.addAfter(NettyPipeline.HttpCodec, "parts", new ChannelInboundHandlerAdapter() {

					@Override
					public void channelRead(ChannelHandlerContext ctx, Object msg) {
						if (msg instanceof HttpContent) {
							EarlyRequestTests.this.parts.incrementAndGet();
						}
						ctx.fireChannelRead(msg);
					}

				}))
			.route((routes) -> routes.get("/", (request, response) -> response.sendString(this.answer.asMono()))
				.post("/",
						(request,
								response) -> response.sendString(request.receive()
									.map((part) -> part.readableBytes())
									.reduce(0, Integer::sum)
									.flatMap((length) -> Mono.just("received " + length)))))
			.bindNow();
	}

	private static void upload(Socket client) {
		try {
			OutputStream out = client.getOutputStream();
			out.write(("GET / HTTP/1.1\r\nHost: localhost\r\n\r\nPOST / HTTP/1.1\r\nHost: localhost\r\n"
					+ "Content-Length: " + LENGTH + "\r\n\r\n")
				.getBytes(StandardCharsets.US_ASCII));
			out.write(new byte[LENGTH]);
		}
		catch (IOException ex) {
			// The server has gone, which the test finds out.
		}
	}

	private static String body(BufferedReader in) throws IOException {
		assertThat(in.readLine()).isEqualTo("HTTP/1.1 200 OK");
		int length = 0;
		for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
			if (line.startsWith("content-length: ")) {
				length = Integer.parseInt(line.substring("content-length: ".length()));
			}
		}
		char[] body = new char[length];
		for (int read = 0; read < length;) {
			read += in.read(body, read, length - read);
		}
		return new String(body);
	}

}
