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
import io.netty.channel.ChannelPipeline;

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

	private final Handover handover;

	/**
	 * Create a new instance.
	 * @param settings what the user decided
	 * @param statistics counts what happens
	 * @param kernel the kernel, whose TLS is available
	 * @param secrets watches the TLS contexts of the connections
	 */
	public KtlsPipeline(KtlsSettings settings, KtlsStatistics statistics, KernelTls kernel, SecretsSource secrets) {
		kernel.ensureAvailability();
		this.settings = settings;
		this.statistics = statistics;
		this.handover = new Handover(kernel, secrets);
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
		SentRecordCounter sent = new SentRecordCounter();
		ReceivedRecordBalance received = new ReceivedRecordBalance();
		pipeline.addBefore(tlsHandlerName, CiphertextHandler.NAME, new CiphertextHandler(connection, sent, received));
		pipeline.addAfter(tlsHandlerName, PlaintextHandler.NAME,
				new PlaintextHandler(connection, this.settings, this.statistics, this.handover, sent, received));
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

}
