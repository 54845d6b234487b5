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

package io.github.ktls.server;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerConfig;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.KtlsPipeline;
import io.github.ktls.netty.KtlsSettings;
import io.github.ktls.netty.SessionIdHandler;
import io.github.ktls.secrets.SecretsSource;
import io.github.ktls.web.FileResponses;
import io.github.ktls.web.Http2FlowHandler;

/**
 * Has the files of a server sent in large chunks and, where kernel TLS is available, its
 * connections handed over. What stands in the way is found out when the server binds.
 */
public final class KtlsServerConfigurer {

	private final KernelTlsOptions options;

	private final KtlsEnvironment environment;

	private final AvailabilityReport report;

	private final Optional<KtlsFallback> receiveObstacle;

	private final ChunkMemory chunkMemory;

	/** What was asked for and can be had. */
	private final KtlsSettings settings;

	/**
	 * Create a new instance.
	 * @param options what the user decided
	 * @param environment what the machine and the class path offer
	 */
	public KtlsServerConfigurer(KernelTlsOptions options, KtlsEnvironment environment) {
		this.options = options;
		this.environment = environment;
		this.report = new AvailabilityReport(options);
		KtlsSettings wanted = options.settings();
		this.chunkMemory = new ChunkMemory(wanted.fallbackChunkSize(), options.statistics()::bytesByChunks);
		this.receiveObstacle = wanted.receive()
				? environment.kernel().receiveFallback(options.receiveDespiteAdvisories()) : Optional.empty();
		this.settings = wanted.withReceive(wanted.receive() && this.receiveObstacle.isEmpty());
	}

	/**
	 * Configure a server.
	 * @param server the server
	 * @return a server that differs in this
	 */
	public HttpServer apply(HttpServer server) {
		AtomicReference<NicOffload.Lease> nic = new AtomicReference<>();
		HttpServer reporting = server.doOnBind((config) -> {
			// Is there still, where a bind before this one has failed.
			release(nic.getAndSet(null));
			nic.set(checkBeforeBind(config));
		}).doOnBound((bound) -> {
			NicOffload.Lease held = nic.getAndSet(null);
			bound.onDispose(() -> release(held));
		});
		if (this.environment.isForeign()) {
			return reporting;
		}
		HttpServer customized = reporting.childObserve(new FileResponses(this.chunkMemory, this.options.statistics()))
			.doOnChannelInit((observer, channel, remoteAddress) -> {
				if (channel.pipeline().get(NettyPipeline.SslHandler) != null) {
					SessionIdHandler.install(channel, NettyPipeline.SslHandler);
				}
				Http2FlowHandler.install(channel, this.settings.fallbackChunkSize());
			});
		return (this.environment.unavailability() == null) ? handOver(customized) : customized;
	}

	private HttpServer handOver(HttpServer server) {
		KtlsPipeline pipeline = new KtlsPipeline(this.settings, this.options.statistics(), this.environment.kernel(),
				new SecretsSource(this.settings.receive()), this.chunkMemory, this.options.rollout());
		return server.doOnChannelInit((observer, channel, remoteAddress) -> {
			if (channel.pipeline().get(NettyPipeline.SslHandler) != null) {
				pipeline.install(channel, NettyPipeline.SslHandler);
			}
			else {
				pipeline.decline(channel, KtlsFallback.of(KtlsFallbackReason.FOREIGN_TLS_HANDLER));
			}
		});
	}

	private static void release(NicOffload.@Nullable Lease lease) {
		if (lease != null) {
			lease.release();
		}
	}

	// Before the first connection comes, for which network cards then do their part.
	private NicOffload.@Nullable Lease checkBeforeBind(HttpServerConfig config) {
		KtlsFallback obstacle = this.environment.unavailability();
		if (obstacle == null) {
			obstacle = ServerObstacles.first(config);
		}
		if (obstacle != null) {
			this.report.unavailable(obstacle);
			return null;
		}
		KernelTls kernel = this.environment.kernel();
		this.receiveObstacle.ifPresent(this.report::receiveUnavailable);
		if (this.settings.receive()) {
			kernel.receiveFallback(false).ifPresent(this.report::receiveDespite);
		}
		if (isLoopback(config)) {
			this.report.used(describe("no (bound to a loopback address)"), this.receiveObstacle.orElse(null));
			return null;
		}
		NicOffload.Lease nic = NicOffload.of(kernel).acquire(this.options.nicOffload(), this.settings.receive());
		this.report.used(describe(nic.description()), this.receiveObstacle.orElse(null));
		return nic;
	}

	// What such a server sends reaches no card.
	private static boolean isLoopback(HttpServerConfig config) {
		Supplier<? extends SocketAddress> address = config.bindAddress();
		return address != null && address.get() instanceof InetSocketAddress inet && inet.getAddress() != null
				&& inet.getAddress().isLoopbackAddress();
	}

	private String describe(String networkCard) {
		return "%s (%s), handing connections over %s%s; network card: %s; %s".formatted(
				this.settings.receive() ? "sending and receiving" : "sending",
				this.environment.kernel().capabilities().describe(), switch (this.settings.activation()) {
					case ON_HANDSHAKE -> "after the handshake";
					case ON_FIRST_FILE ->
						"with the first file of at least %d bytes".formatted(this.settings.activationThreshold());
				}, this.receiveObstacle.map("; not used for receiving: %s"::formatted).orElse(""), networkCard,
				this.environment.kernel().release());
	}

}
