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

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.secrets.SecretsSource;

/**
 * Puts the handlers that hand a connection over into its pipeline, around the handler
 * that does TLS: <pre>
 * socket ─ ktls.ciphertext ─ SslHandler ─ ktls.plaintext ─ HTTP …
 * </pre> Thread-safe.
 */
public final class KtlsPipeline {

	private final KtlsSettings settings;

	private final KtlsStatistics statistics;

	private final SecretsSource secrets;

	private final ChunkMemory chunkMemory;

	private final Handover handover;

	/**
	 * Create a new instance.
	 * @param settings what the user decided
	 * @param statistics counts what happens
	 * @param kernel the kernel, whose TLS is available
	 * @param secrets watches the TLS engines of the connections
	 * @param chunkMemory what the chunks of files have
	 * @param rollout which connections are handed over
	 */
	public KtlsPipeline(KtlsSettings settings, KtlsStatistics statistics, KernelTls kernel, SecretsSource secrets,
			ChunkMemory chunkMemory, KtlsRollout rollout) {
		kernel.ensureAvailability();
		this.settings = settings;
		this.statistics = statistics;
		this.secrets = secrets;
		this.chunkMemory = chunkMemory;
		this.handover = new Handover(kernel, secrets, settings, rollout);
	}

	/**
	 * Install the handlers. Called on the event loop, before the first byte arrives.
	 * @param channel the connection
	 * @param tlsHandlerName the name of the handler that does TLS, or that will be
	 * replaced by it in the same place (an SNI handler)
	 */
	public void install(Channel channel, String tlsHandlerName) {
		ChannelPipeline pipeline = channel.pipeline();
		KtlsConnection connection = new KtlsConnection();
		ReceiveHook hook = (this.settings.receive() && channel instanceof EpollSocketChannel)
				? ReceiveHook.install(channel) : null;
		Link link = new Link(connection, this.settings, this.statistics, this.chunkMemory, this.handover,
				new SentRecordCounter(), new ReceivedRecords(), new EngineWatch(), hook);
		pipeline.addBefore(tlsHandlerName, CiphertextHandler.NAME, new CiphertextHandler(link));
		pipeline.addAfter(tlsHandlerName, PlaintextHandler.NAME, new PlaintextHandler(link));
		if (pipeline.get(tlsHandlerName) instanceof SslHandler sslHandler) {
			this.secrets.watch(sslHandler.engine());
		}
		else {
			pipeline.addAfter(tlsHandlerName, SniWatcher.NAME, new SniWatcher(this.secrets));
		}
		connection.attachTo(channel);
	}

	/**
	 * Note why a connection stays in user space from the start. Called on the event loop.
	 * @param channel the connection
	 * @param fallback the reason
	 */
	public void decline(Channel channel, KtlsFallback fallback) {
		KtlsConnection connection = new KtlsConnection();
		connection.fallBack(fallback);
		connection.attachTo(channel);
		this.statistics.fallback(fallback.reason());
	}

	static SslHandler sslHandler(ChannelHandlerContext ctx) {
		SslHandler sslHandler = ctx.pipeline().get(SslHandler.class);
		if (sslHandler == null) {
			throw new IllegalStateException("No SslHandler in " + ctx.pipeline().names());
		}
		return sslHandler;
	}

	/**
	 * Return the context from which writes go past the TLS engine to the socket.
	 * @param ctx any context of the pipeline
	 * @return the context behind the engine
	 */
	static ChannelHandlerContext wire(ChannelHandlerContext ctx) {
		return ctx.pipeline().context(CiphertextHandler.NAME);
	}

	/**
	 * What the handlers of one connection share.
	 *
	 * @param connection the connection
	 * @param settings what the user decided
	 * @param statistics counts what happens
	 * @param chunkMemory what the chunks of files have
	 * @param handover decides and acts
	 * @param sent counts what the engine sends
	 * @param received watches what the engine receives
	 * @param engineWatch finds out what the engine would have answered
	 * @param receiveHook where reading begins, or {@code null} if the engine reads for
	 * good
	 */
	record Link(KtlsConnection connection, KtlsSettings settings, KtlsStatistics statistics, ChunkMemory chunkMemory,
			Handover handover, SentRecordCounter sent, ReceivedRecords received, EngineWatch engineWatch,
			@Nullable ReceiveHook receiveHook) {

	}

}
