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

package io.github.ktls.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.reactive.config.ResourceHandlerRegistry;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.resource.EncodedResourceResolver;
import org.springframework.web.reactive.resource.VersionResourceResolver;
import org.springframework.web.reactive.socket.WebSocketHandler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.channel.ChannelOperations;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.netty.KtlsConnection;

/**
 * An application with every kind of response that matters here. It knows nothing of
 * kernel TLS but for what {@code /whoami} tells.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class TestApplication implements WebFluxConfigurer {

	@Value("${test.files}")
	private Path files = Path.of(".");

	@Override
	public void addResourceHandlers(ResourceHandlerRegistry registry) {
		registry.addResourceHandler("/static/**").addResourceLocations("file:" + this.files + "/");
		registry.addResourceHandler("/library/**").addResourceLocations("classpath:/META-INF/native/");
		registry.addResourceHandler("/variants/**")
			.addResourceLocations("file:" + this.files + "/")
			.resourceChain(false)
			.addResolver(new EncodedResourceResolver());
		registry.addResourceHandler("/versions/**")
			.addResourceLocations("file:" + this.files + "/")
			.resourceChain(false)
			.addResolver(new VersionResourceResolver().addFixedVersionStrategy("v1", "/**"));
	}

	/**
	 * Threads of its own, so that an application that ends does not end others with it.
	 * @param quietPeriod how long they go on after the end of the server, which is not
	 * worth waiting for where connections are not closed in order
	 * @return the threads
	 */
	@Bean
	ReactorResourceFactory reactorResourceFactory(@Value("${test.quiet-period:0s}") Duration quietPeriod) {
		ReactorResourceFactory factory = new ReactorResourceFactory();
		factory.setUseGlobalResources(false);
		factory.setShutdownQuietPeriod(quietPeriod);
		return factory;
	}

	@Bean
	@ConditionalOnBooleanProperty(name = "server.ssl.ktls.enabled", havingValue = false, matchIfMissing = true)
	WebServerFactoryCustomizer<NettyReactiveWebServerFactory> readResumer() {
		return (factory) -> factory.addServerCustomizers(ReadResumer::customize);
	}

	@Bean
	RouterFunction<ServerResponse> resources() {
		return RouterFunctions.resources("/fn/**", new FileSystemResource(this.files + "/"));
	}

	@Bean
	NettyRouteProvider plainRoute() {
		return (routes) -> routes.get("/plain/{name}", (request, response) -> response
			.sendFile(this.files.resolve(Objects.requireNonNull(request.param("name")))));
	}

	@Bean
	HandlerMapping webSockets() {
		WebSocketHandler echo = (session) -> session
			.send(session.receive().map((message) -> session.textMessage(message.getPayloadAsText())));
		return new SimpleUrlHandlerMapping(Map.of("/ws", echo), -1);
	}

	/**
	 * Responses of annotated methods. Found as a member of the configuration.
	 */
	@RestController
	static class Responses {

		private final Path files;

		private final AtomicInteger eventStreams = new AtomicInteger();

		private final Sinks.Empty<Void> release = Sinks.empty();

		private final Sinks.Many<Integer> feed = Sinks.many().replay().limit(100);

		private int published;

		Responses(@Value("${test.files}") Path files) {
			this.files = files;
		}

		@GetMapping("/hello")
		Map<String, String> hello(@RequestParam(defaultValue = "world") String name) {
			return Map.of("hello", name);
		}

		@GetMapping("/text")
		String text(@RequestParam int size) {
			return "t".repeat(size);
		}

		@PostMapping("/upload")
		Mono<String> upload(@RequestBody Flux<DataBuffer> body) {
			return Mono.defer(() -> {
				MessageDigest digest = TestFiles.messageDigest();
				return body.reduce(0L, (length, buffer) -> {
					byte[] bytes = new byte[buffer.readableByteCount()];
					buffer.read(bytes);
					DataBufferUtils.release(buffer);
					digest.update(bytes);
					return length + bytes.length;
				}).map((length) -> length + ":" + HexFormat.of().formatHex(digest.digest()));
			});
		}

		@PostMapping("/held-upload")
		Mono<String> heldUpload(@RequestBody Flux<DataBuffer> body) {
			return this.release.asMono().then(upload(body));
		}

		@GetMapping("/release")
		void release() {
			this.release.tryEmitEmpty();
		}

		@PostMapping("/echo")
		Mono<Void> echo(ServerHttpRequest request, ServerHttpResponse response) {
			response.getHeaders().setContentType(MediaType.APPLICATION_OCTET_STREAM);
			response.getHeaders().setContentLength(request.getHeaders().getContentLength());
			return response.writeAndFlushWith(request.getBody().map(Mono::just));
		}

		@GetMapping("/resource/{name}")
		Resource resource(@PathVariable String name) {
			return new FileSystemResource(this.files.resolve(name));
		}

		@GetMapping("/entity/{name}")
		ResponseEntity<Resource> entity(@PathVariable String name) {
			return ResponseEntity.ok()
				.contentType(MediaType.APPLICATION_OCTET_STREAM)
				.header("X-Entity", "yes")
				.eTag(name)
				.body(new FileSystemResource(this.files.resolve(name)));
		}

		@GetMapping(path = "/stream/{name}", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
		Resource stream(@PathVariable String name) throws IOException {
			return new InputStreamResource(Files.newInputStream(this.files.resolve(name)));
		}

		@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> events(@RequestParam(defaultValue = "5") int count) {
			return Flux.interval(Duration.ofMillis(10))
				.onBackpressureBuffer()
				.take(count)
				.map((i) -> "event-" + i)
				.doOnSubscribe((subscription) -> this.eventStreams.incrementAndGet())
				.doFinally((signal) -> this.eventStreams.decrementAndGet());
		}

		@GetMapping(path = "/feed", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> feed(@RequestParam int from) {
			return this.feed.asFlux().filter((number) -> number >= from).map(MessageStream::message);
		}

		@GetMapping("/publish")
		int publish(@RequestParam int to) {
			while (this.published < to) {
				this.feed.emitNext(this.published++, Sinks.EmitFailureHandler.FAIL_FAST);
			}
			return this.published;
		}

		@GetMapping("/event-streams")
		int eventStreams() {
			return this.eventStreams.get();
		}

		@GetMapping("/whoami")
		Mono<Map<String, Object>> whoami(ServerHttpRequest request) throws Exception {
			Channel channel = channel(request);
			Channel connected = (channel.pipeline().get(SslHandler.class) == null && channel.parent() != null)
					? channel.parent() : channel;
			SslHandler sslHandler = connected.pipeline().get(SslHandler.class);
			Map<String, Object> answer = new LinkedHashMap<>();
			answer.put("scheme", String.valueOf(request.getURI().getScheme()));
			if (sslHandler != null) {
				answer.put("protocol", sslHandler.engine().getSession().getProtocol());
				answer.put("suite", sslHandler.engine().getSession().getCipherSuite());
			}
			if (request.getSslInfo() != null) {
				answer.put("sessionId", String.valueOf(request.getSslInfo().getSessionId()));
				if (request.getSslInfo().getPeerCertificates() != null) {
					answer.put("client",
							request.getSslInfo().getPeerCertificates()[0].getSubjectX500Principal().getName());
				}
			}
			KtlsConnection connection = KtlsConnection.of(channel);
			KtlsFallback fallback = (connection != null) ? connection.fallback() : null;
			answer.put("offloaded", connection != null && connection.isOffloaded());
			answer.put("reason", (fallback != null) ? fallback.reason().name() : "");
			return Mono.just(answer);
		}

		private static Channel channel(ServerHttpRequest request) {
			Object nativeRequest = ((AbstractServerHttpRequest) request).getNativeRequest();
			return ((ChannelOperations<?, ?>) nativeRequest).channel();
		}

		@GetMapping("/size/{name}")
		long size(@PathVariable String name) throws Exception {
			return Files.size(this.files.resolve(name));
		}

	}

}
