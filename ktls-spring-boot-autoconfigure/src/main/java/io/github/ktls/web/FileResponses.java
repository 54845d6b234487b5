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

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerCodec;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;

import io.github.ktls.netty.KtlsStatistics;

/**
 * Makes sure that each HTTP/1.1 connection and each HTTP/2 stream has a
 * {@link FileResponseHandler} before its first request is handled. Thread-safe.
 */
public final class FileResponses implements ConnectionObserver {

	private final int chunkSize;

	private final KtlsStatistics statistics;

	/**
	 * Create a new instance.
	 * @param chunkSize the size of the pieces in which files go through the TLS engine,
	 * in bytes
	 * @param statistics counts files
	 */
	public FileResponses(int chunkSize, KtlsStatistics statistics) {
		this.chunkSize = chunkSize;
		this.statistics = statistics;
	}

	@Override
	public void onStateChange(Connection connection, State newState) {
		if (newState != State.CONFIGURED) {
			return;
		}
		ChannelPipeline pipeline = connection.channel().pipeline();
		if (pipeline.get(FileResponseHandler.class) == null && pipeline.get(NettyPipeline.ReactiveBridge) != null
				&& pipeline.get(NettyPipeline.ChunkedWriter) == null) {
			pipeline.addBefore(NettyPipeline.ReactiveBridge, FileResponseHandler.NAME,
					new FileResponseHandler(this.chunkSize, this.statistics));
			if (pipeline.get(NettyPipeline.HttpCodec) instanceof HttpServerCodec) {
				pipeline.addAfter(NettyPipeline.HttpCodec, FileRegionHandler.NAME, FileRegionHandler.INSTANCE);
			}
		}
	}

}
