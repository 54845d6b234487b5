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

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationHandler;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import reactor.netty.http.server.HttpServerRequest;

import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.metrics.KtlsObservations.Encryption;
import io.github.ktls.metrics.KtlsObservations.LowCardinalityKeys;
import io.github.ktls.netty.KtlsConnection;

/**
 * Tells of each request to a reactive server who encrypted the end of its response. As an
 * {@link ObservationHandler} it finds the connection when the request begins, for Reactor
 * Netty may have let go of it when the response has ended; as an
 * {@link ObservationFilter} it is asked then, and leaves the application's own convention
 * as it is. The key is there for every request, as meters of one name have to have the
 * same keys.
 */
public final class KtlsRequestObserver
		implements ObservationHandler<ServerRequestObservationContext>, ObservationFilter {

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof ServerRequestObservationContext;
	}

	@Override
	public void onStart(ServerRequestObservationContext context) {
		Channel channel = channel(context.getCarrier());
		KtlsConnection connection = (channel != null) ? KtlsConnection.of(channel) : null;
		if (connection != null) {
			context.put(KtlsConnection.class, connection);
		}
	}

	@Override
	public Observation.Context map(Observation.Context context) {
		if (supportsContext(context)) {
			context.addLowCardinalityKeyValue(
					LowCardinalityKeys.KTLS.withValue(encryption(context.get(KtlsConnection.class)).asString()));
		}
		return context;
	}

	// To Reactor Netty a short response has ended when it is written, which is before it
	// is
	// sent if the connection is being handed over then.
	private static Encryption encryption(@Nullable KtlsConnection connection) {
		if (connection == null || !(connection.isBeingHandedOver() || connection.isOffloaded())) {
			return Encryption.USER;
		}
		return (connection.transmitMode() == OffloadMode.DEVICE) ? Encryption.NIC : Encryption.KERNEL;
	}

	// Whoever made the request, be it a server or a test, need not have one of Reactor
	// Netty's, or any; and nothing that is only watched may fail for it.
	private static @Nullable Channel channel(@Nullable ServerHttpRequest request) {
		try {
			return (request != null
					&& ServerHttpRequestDecorator.getNativeRequest(request) instanceof HttpServerRequest reactor)
							? channel(reactor) : null;
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	private static @Nullable Channel channel(HttpServerRequest request) {
		Channel[] channel = new Channel[1];
		request.withConnection((connection) -> channel[0] = connection.channel());
		return channel[0];
	}

}
