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

package io.github.ktls.metrics;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;

import io.micrometer.common.KeyValue;
import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerRequest;

import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.netty.KtlsConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.BDDMockito.willThrow;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link KtlsRequestObserver}.
 */
class KtlsRequestObserverTests {

	private final KtlsRequestObserver observer = new KtlsRequestObserver();

	@Test
	void whenRequestIsAMockItIsOfUserSpace() {
		assertThat(ktls(MockServerHttpRequest.get("/").build())).isEqualTo("user");
	}

	@Test
	void whenRequestHasNoNativeOneItIsOfUserSpace() {
		assertThat(ktls(mock(ServerHttpRequest.class))).isEqualTo("user");
	}

	@Test
	void whenServerIsAnotherOneItIsOfUserSpace() {
		assertThat(ktls(request("a servlet request"))).isEqualTo("user");
	}

	@Test
	void whenConnectionIsBrokenItIsOfUserSpace() {
		HttpServerRequest broken = mock();
		given(broken.withConnection(any())).willThrow(new IllegalStateException("broken"));
		assertThat(ktls(request(broken))).isEqualTo("user");
	}

	@Test
	void whenConnectionHasNoKernelTlsItIsOfUserSpace() {
		assertThat(ktls(request(reactor(new EmbeddedChannel())))).isEqualTo("user");
	}

	@Test
	void whenConnectionIsNotOffloadedItIsOfUserSpace() {
		assertThat(ktls(request(reactor(channel(false, null))))).isEqualTo("user");
	}

	// As short responses do, which wait for the kernel then.
	@Test
	void whenItEndsWhileTheConnectionIsHandedOverItIsOfTheKernel() {
		KtlsConnection connection = mock();
		given(connection.isBeingHandedOver()).willReturn(true);
		assertThat(ktls(request(reactor(channel(connection))))).isEqualTo("kernel");
	}

	@Test
	void whenConnectionIsOffloadedItIsOfTheKernel() {
		assertThat(ktls(request(reactor(channel(true, OffloadMode.SOFTWARE))))).isEqualTo("kernel");
		assertThat(ktls(request(reactor(channel(true, OffloadMode.UNKNOWN))))).isEqualTo("kernel");
	}

	@Test
	void whenNetworkCardEncryptsItIsOfTheCard() {
		assertThat(ktls(request(reactor(channel(true, OffloadMode.DEVICE))))).isEqualTo("nic");
	}

	@Test
	void whenRequestIsDecoratedOrChangedItIsStillFound() {
		ServerHttpRequest request = request(reactor(channel(true, OffloadMode.SOFTWARE)));
		assertThat(ktls(new ServerHttpRequestDecorator(request))).isEqualTo("kernel");
	}

	// As Reactor Netty does with the end of a response.
	@Test
	void whenRequestHasLetGoOfItsConnectionTheOneItBeganOnCounts() {
		HttpServerRequest server = reactor(channel(true, OffloadMode.SOFTWARE));
		ServerRequestObservationContext context = context(request(server));
		this.observer.onStart(context);
		willThrow(new IllegalStateException("disposed")).given(server).withConnection(any());
		this.observer.map(context);
		assertThat(context.getLowCardinalityKeyValue("ktls")).isEqualTo(KeyValue.of("ktls", "kernel"));
	}

	@Test
	void whenConnectionIsHandedOverMeanwhileTheEndCounts() {
		KtlsConnection connection = mock();
		ServerRequestObservationContext context = context(request(reactor(channel(connection))));
		this.observer.onStart(context);
		given(connection.isOffloaded()).willReturn(true);
		this.observer.map(context);
		assertThat(context.getLowCardinalityKeyValue("ktls")).isEqualTo(KeyValue.of("ktls", "kernel"));
	}

	@Test
	void whenNobodyToldOfTheBeginningItIsOfUserSpace() {
		ServerRequestObservationContext context = context(request(reactor(channel(true, OffloadMode.SOFTWARE))));
		this.observer.map(context);
		assertThat(context.getLowCardinalityKeyValue("ktls")).isEqualTo(KeyValue.of("ktls", "user"));
	}

	@Test
	void whenContextIsAnotherOneItIsLeftAsItIs() {
		Observation.Context context = new Observation.Context();
		assertThat(this.observer.supportsContext(context)).isFalse();
		assertThat(this.observer.map(context)).isSameAs(context);
		assertThat(context.getAllKeyValues()).isEmpty();
	}

	@Test
	void keysOfTheConventionStay() {
		ServerRequestObservationContext context = context(MockServerHttpRequest.get("/").build());
		context.addLowCardinalityKeyValue(KeyValue.of("method", "GET"));
		assertThat(this.observer.map(context)).isSameAs(context);
		assertThat(context.getLowCardinalityKeyValues()).extracting(KeyValue::getKey)
			.containsExactlyInAnyOrder("method", "ktls");
		assertThat(context.getHighCardinalityKeyValues()).isEmpty();
	}

	@Test
	void keyIsDocumented() {
		assertThat(KtlsObservations.HTTP_SERVER_REQUESTS.getName()).isEqualTo("http.server.requests");
		assertThat(Arrays.stream(KtlsObservations.HTTP_SERVER_REQUESTS.getLowCardinalityKeyNames()))
			.extracting(KeyName::asString)
			.containsExactly("ktls");
	}

	private @Nullable String ktls(ServerHttpRequest request) {
		ServerRequestObservationContext context = context(request);
		this.observer.onStart(context);
		this.observer.map(context);
		KeyValue value = context.getLowCardinalityKeyValue("ktls");
		return (value != null) ? value.getValue() : null;
	}

	private static ServerRequestObservationContext context(ServerHttpRequest request) {
		return new ServerRequestObservationContext(request, new MockServerHttpResponse(), Map.of());
	}

	private static ServerHttpRequest request(Object nativeRequest) {
		AbstractServerHttpRequest request = mock();
		given(request.<Object>getNativeRequest()).willReturn(nativeRequest);
		return request;
	}

	private static HttpServerRequest reactor(Channel channel) {
		HttpServerRequest request = mock();
		willAnswer((invocation) -> {
			invocation.<Consumer<Connection>>getArgument(0).accept(Connection.from(channel));
			return request;
		}).given(request).withConnection(any());
		return request;
	}

	private static Channel channel(boolean offloaded, @Nullable OffloadMode mode) {
		KtlsConnection connection = mock();
		given(connection.isOffloaded()).willReturn(offloaded);
		given(connection.transmitMode()).willReturn(mode);
		return channel(connection);
	}

	private static Channel channel(KtlsConnection connection) {
		Channel channel = new EmbeddedChannel();
		channel.attr(AttributeKey.<KtlsConnection>valueOf(KtlsConnection.class, "connection")).set(connection);
		return channel;
	}

}
