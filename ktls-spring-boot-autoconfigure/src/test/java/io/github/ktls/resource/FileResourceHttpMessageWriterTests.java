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

package io.github.ktls.resource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ConnectionObserver;
import reactor.netty.DisposableServer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.test.TestFiles;
import io.github.ktls.web.FileResponses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link FileResourceHttpMessageWriter} on a server without TLS. That it leaves
 * a response to its base class shows by the length of several ranges, which only itself
 * knows.
 */
class FileResourceHttpMessageWriterTests {

	private static final int SIZE = 100_000;

	@TempDir
	Path directory;

	private byte[] content = {};

	private Resource resource = new FileSystemResource("");

	private final FileResources files = new FileResources(10, 8192, 0, new LongAdder()::add);

	private final FileResourceHttpMessageWriter writer = new FileResourceHttpMessageWriter(this.files);

	private final List<Integer> open = new CopyOnWriteArrayList<>();

	private DisposableServer server;

	@BeforeEach
	void createFile() throws IOException {
		Path path = TestFiles.random(this.directory.resolve("file"), SIZE);
		this.content = Files.readAllBytes(path);
		this.resource = new FileSystemResource(path);
	}

	@AfterEach
	void stop() {
		this.server.disposeNow();
		this.files.close();
		assertThat(this.files.openFiles()).isZero();
		assertThat(SentFile.descriptors(this.directory)).isZero();
	}

	private HttpHandler handler() {
		return (request, response) -> write(request, response);
	}

	private Mono<Void> write(ServerHttpRequest request, ServerHttpResponse response) {
		response.beforeCommit(() -> Mono.fromRunnable(() -> this.open.add(this.files.openFiles())));
		return this.writer.write(Mono.just(this.resource), ResolvableType.forClass(Resource.class),
				ResolvableType.forClass(Resource.class), MediaType.APPLICATION_OCTET_STREAM, request, response,
				Map.of());
	}

	private void start(HttpServer configured, HttpHandler handler) {
		this.server = configured.host("127.0.0.1").port(0).handle(new ReactorHttpHandlerAdapter(handler)).bindNow();
	}

	private static HttpServer withFileResponses() {
		return HttpServer.create().childObserve(new FileResponses(new ChunkMemory(8192), new KtlsStatistics()));
	}

	private HttpResponse<byte[]> get(String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://127.0.0.1:" + this.server.port() + "/file"));
		if (headers.length > 0) {
			request.headers(headers);
		}
		return HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.build()
			.send(request.build(), BodyHandlers.ofByteArray());
	}

	private void assertThatItWrites(boolean itself) throws Exception {
		HttpResponse<byte[]> whole = get();
		assertThat(whole.statusCode()).isEqualTo(200);
		assertThat(whole.body()).isEqualTo(this.content);
		assertThat(whole.headers().firstValue("Content-Length")).hasValue("" + SIZE);
		HttpResponse<byte[]> range = get("Range", "bytes=5-20000");
		assertThat(range.statusCode()).isEqualTo(206);
		assertThat(range.body()).isEqualTo(Arrays.copyOfRange(this.content, 5, 20001));
		HttpResponse<byte[]> ranges = get("Range", "bytes=5-9,20-20000");
		assertThat(ranges.statusCode()).isEqualTo(206);
		assertThat(ranges.body()).contains(Arrays.copyOfRange(this.content, 5, 10))
			.contains(Arrays.copyOfRange(this.content, 20, 20001));
		assertThat(ranges.headers().firstValueAsLong("Content-Length"))
			.isEqualTo(itself ? OptionalLong.of(ranges.body().length) : OptionalLong.empty());
		int expected = itself ? 1 : 0;
		assertThat(this.open).containsExactly(expected, expected, expected);
	}

	@Test
	void whereFilesAreTakenItWritesThem() throws Exception {
		start(withFileResponses(), handler());
		assertThatItWrites(true);
	}

	@Test
	void whenNobodyTakesFilesItsBaseClassWrites() throws Exception {
		start(HttpServer.create(), handler());
		assertThatItWrites(false);
	}

	@Test
	void whenResponseIsDecoratedTheDecoratorSeesTheBytes() throws Exception {
		ByteArrayOutputStream seen = new ByteArrayOutputStream();
		start(withFileResponses(), (request, response) -> write(request, new ServerHttpResponseDecorator(response) {

			@Override
			public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
				return super.writeWith(Flux.from(body).doOnNext((buffer) -> {
					byte[] bytes = new byte[buffer.readableByteCount()];
					buffer.read(bytes);
					seen.writeBytes(bytes);
					buffer.readPosition(buffer.readPosition() - bytes.length);
				}));
			}

		}));
		HttpResponse<byte[]> response = get();
		assertThat(response.body()).isEqualTo(this.content);
		assertThat(seen.toByteArray()).isEqualTo(this.content);
		assertThat(this.open).containsExactly(0);
	}

	@Test
	void whenAHandlerOfTheUsersComesFirstItsBaseClassWrites() throws Exception {
		List<Object> seen = new ArrayList<>();
		HttpServer user = withFileResponses().childObserve((connection, state) -> {
			if (state == ConnectionObserver.State.CONFIGURED && connection.channel().pipeline().get("user") == null) {
				connection.channel()
					.pipeline()
					.addBefore(NettyPipeline.ReactiveBridge, "user", new ChannelOutboundHandlerAdapter() {

						@Override
						public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
							seen.add(msg);
							ctx.write(msg, promise);
						}

					});
			}
		});
		start(user, handler());
		assertThatItWrites(false);
		assertThat(seen).noneMatch((msg) -> msg.getClass().getSimpleName().equals("FileContent"));
	}

	@Test
	void whenResourceIsMissingItIsAnError() throws Exception {
		this.resource = new FileSystemResource(this.directory.resolve("missing"));
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		start(withFileResponses(), (request, response) -> write(request, response).doOnError(failure::complete));
		assertThat(get().statusCode()).isEqualTo(500);
		assertThat(failure.get()).isInstanceOf(IOException.class);
	}

	@Test
	void whenResponseIsCommittedAlreadyNothingStaysOpen() throws Exception {
		CompletableFuture<Void> end = new CompletableFuture<>();
		start(withFileResponses(),
				(request, response) -> response.setComplete()
					.then(Mono.defer(() -> write(request, response)))
					.doFinally((signal) -> end.complete(null)));
		assertThat(get().body()).isEmpty();
		end.get();
		assertThat(this.files.openFiles()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "bytes=0-", "bytes=5-9,20-20000" })
	void whenResponseIsNotToBeCommittedFileIsClosed(String range) throws Exception {
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		start(withFileResponses(), (request, response) -> {
			Mono<Void> written = write(request, response);
			response.beforeCommit(() -> Mono.error(new IllegalStateException("expected")));
			return written.doOnError(failure::complete);
		});
		assertThat(get("Range", range).statusCode()).isEqualTo(500);
		assertThat(failure.get()).hasMessage("expected");
		assertThat(this.open).containsExactly(1);
		await().until(() -> this.files.openFiles() == 0);
	}

	@Test
	void whenClientGoesAwayBetweenPartsFileIsClosed() throws Exception {
		TestFiles.sparse(this.directory.resolve("file"), 1L << 30);
		start(withFileResponses(), handler());
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), this.server.port())) {
			client.getOutputStream()
				.write("GET /file HTTP/1.1\r\nHost: x\r\nRange: bytes=0-99999999,200000000-,1-9\r\n\r\n"
					.getBytes(StandardCharsets.US_ASCII));
			assertThat(client.getInputStream().read()).isEqualTo('H');
			assertThat(this.files.openFiles()).isOne();
		}
		await().until(() -> this.files.openFiles() == 0);
	}

	@Test
	void whenClientGoesAwayFileIsClosed() throws Exception {
		TestFiles.sparse(this.directory.resolve("file"), 1L << 30);
		CompletableFuture<Void> end = new CompletableFuture<>();
		start(withFileResponses(),
				(request, response) -> write(request, response).doFinally((signal) -> end.complete(null)));
		try (Socket client = new Socket(InetAddress.getLoopbackAddress(), this.server.port())) {
			client.getOutputStream().write("GET /file HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			assertThat(client.getInputStream().read()).isEqualTo('H');
			assertThat(this.files.openFiles()).isOne();
		}
		end.get();
		await().until(() -> this.files.openFiles() == 0);
	}

}
