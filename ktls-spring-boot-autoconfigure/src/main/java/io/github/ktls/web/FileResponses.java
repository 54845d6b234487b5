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

import java.util.List;
import java.util.concurrent.Executor;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.stream.ChunkedInput;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.server.HttpServerResponse;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.KtlsFileRegion;
import io.github.ktls.netty.KtlsStatistics;

/**
 * Makes sure that each HTTP/1.1 connection and each HTTP/2 stream has a
 * {@link FileResponseHandler} before its first request is handled. Thread-safe.
 */
public final class FileResponses implements ConnectionObserver {

	private final ChunkMemory chunkMemory;

	private final KtlsStatistics statistics;

	/**
	 * Create a new instance.
	 * @param chunkMemory what the chunks have in which files go through the TLS engine
	 * @param statistics counts files
	 */
	public FileResponses(ChunkMemory chunkMemory, KtlsStatistics statistics) {
		this.chunkMemory = chunkMemory;
		this.statistics = statistics;
	}

	/**
	 * Return whether buffers made by this class may be written to a response: whether
	 * they come to the handler that knows them before any other that would look for their
	 * bytes.
	 * @param response the response
	 * @return whether they may
	 */
	public static boolean takesContent(HttpServerResponse response) {
		if (!(response instanceof ChannelOperations<?, ?> operations)) {
			return false;
		}
		List<String> names = operations.channel().pipeline().names();
		int files = names.indexOf(FileResponseHandler.NAME);
		int bridge = names.indexOf(NettyPipeline.ReactiveBridge);
		return files >= 0 && files < bridge
				&& names.subList(files + 1, bridge)
					.stream()
					.allMatch((name) -> name.startsWith(NettyPipeline.LEFT) || name.startsWith(NettyPipeline.RIGHT)
							|| name.equals(HeadHandler.NAME));
	}

	/**
	 * Return where a response that {@linkplain #takesContent takes} such buffers is to be
	 * written, so that its head goes with the first of them.
	 * @param response the response
	 * @return its event loop
	 */
	public static Executor eventLoop(HttpServerResponse response) {
		return ((ChannelOperations<?, ?>) response).channel().eventLoop();
	}

	/**
	 * Return a buffer that stands for a part of a file, which leaves by sendfile(2) where
	 * the connection allows it. It has no bytes, and only a response that
	 * {@linkplain #takesContent takes} it can send it.
	 * @param region the part, owned by the buffer from here on
	 * @return the buffer, as long as the part
	 */
	public static ByteBuf content(KtlsFileRegion region) {
		return FileContent.of(region);
	}

	/**
	 * Return a buffer that stands for something that is read when it is sent.
	 * @param chunks what reads it, closed by the buffer
	 * @return the buffer, of its length
	 * @see #content(KtlsFileRegion)
	 */
	public static ByteBuf content(ChunkedInput<ByteBuf> chunks) {
		return FileContent.of(chunks);
	}

	static void close(ChunkedInput<?> input) {
		try {
			input.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
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
					new FileResponseHandler(this.chunkMemory, this.statistics));
			if (pipeline.get(NettyPipeline.HttpCodec) instanceof HttpServerCodec) {
				pipeline.addAfter(NettyPipeline.HttpCodec, FileRegionHandler.NAME, FileRegionHandler.INSTANCE);
				pipeline.addBefore(NettyPipeline.ReactiveBridge, HeadHandler.NAME, new HeadHandler());
			}
		}
	}

}
