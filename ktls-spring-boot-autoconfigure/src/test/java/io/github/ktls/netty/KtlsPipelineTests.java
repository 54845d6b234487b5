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

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsException;
import io.github.ktls.linux.Errno;
import io.github.ktls.secrets.SecretsSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KtlsPipeline}.
 */
class KtlsPipelineTests {

	private final KtlsSettings settings = new KtlsSettings(Activation.ON_HANDSHAKE, 0, 1024);

	@Test
	void handlersStandOnEitherSideOfTlsAlsoWhenItsHandlerIsReplaced() {
		EmbeddedChannel channel = new EmbeddedChannel();
		channel.pipeline()
			.addLast("first", new ChannelDuplexHandler())
			.addLast("tls", new ChannelDuplexHandler())
			.addLast("http", new ChannelDuplexHandler());
		pipeline(new FakeKernel()).install(channel, "tls");
		channel.pipeline().replace("tls", "replaced", new ChannelDuplexHandler());
		assertThat(channel.pipeline().names()).startsWith("first", "ktls.ciphertext", "replaced", "ktls.sni",
				"ktls.plaintext", "http");
		assertThat(channel.pipeline().get("ktls.ciphertext")).isInstanceOf(CiphertextHandler.class);
		assertThat(channel.pipeline().get("ktls.plaintext")).isInstanceOf(PlaintextHandler.class);
	}

	@Test
	void eachChannelHasItsOwnConnection() {
		KtlsPipeline pipeline = pipeline(new FakeKernel());
		EmbeddedChannel first = new EmbeddedChannel(new ChannelDuplexHandler());
		EmbeddedChannel second = new EmbeddedChannel(new ChannelDuplexHandler());
		pipeline.install(first, first.pipeline().names().get(0));
		pipeline.install(second, second.pipeline().names().get(0));
		assertThat(KtlsConnection.of(first)).isNotNull().isNotSameAs(KtlsConnection.of(second));
		assertThat(KtlsConnection.of(second)).isNotNull();
	}

	@Test
	void whenKernelCannotThereIsNoPipeline() {
		FakeKernel unable = new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT);
		assertThatExceptionOfType(KtlsException.class).isThrownBy(() -> pipeline(unable));
	}

	private KtlsPipeline pipeline(FakeKernel kernel) {
		return new KtlsPipeline(this.settings, new KtlsStatistics(), KernelTls.probe(kernel), new SecretsSource(false),
				new ChunkMemory(this.settings.fallbackChunkSize()), KtlsRollout.complete());
	}

}
