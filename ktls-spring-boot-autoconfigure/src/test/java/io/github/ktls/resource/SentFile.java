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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.web.FileResponses;

/**
 * What is sent of a file over a connection that stays in user space.
 *
 * @param future completes when everything is sent
 * @param content what was sent
 */
record SentFile(ChannelFuture future, ByteArrayOutputStream content) {

	static final int CHUNK_SIZE = 10_000;

	/**
	 * Send a file in full, and be done with it.
	 * @param file the file
	 * @return its content
	 */
	static byte[] all(FileBody file) {
		return part(file, 0, file.size());
	}

	/**
	 * Send a part of a file, and be done with it.
	 * @param file the file
	 * @param position where the part begins
	 * @param count its length
	 * @return its content
	 */
	static byte[] part(FileBody file, long position, long count) {
		if (count == 0) {
			file.done();
			return new byte[0];
		}
		ByteBuf content = file.content(position, count);
		file.done();
		SentFile sent = send(content, (chunk) -> {
		});
		sent.future().syncUninterruptibly();
		return sent.content().toByteArray();
	}

	/**
	 * Send a buffer.
	 * @param buffer the buffer
	 * @param observer is told of each chunk, before the next one is read
	 * @return what was sent
	 */
	static SentFile send(ByteBuf buffer, Consumer<ByteBuf> observer) {
		EmbeddedChannel channel = new EmbeddedChannel();
		ByteArrayOutputStream content = new ByteArrayOutputStream();
		channel.pipeline().addLast(new ChannelOutboundHandlerAdapter() {

			@Override
			public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws IOException {
				ByteBuf chunk = (ByteBuf) msg;
				observer.accept(chunk);
				chunk.readBytes(content, chunk.readableBytes());
				chunk.release();
				promise.setSuccess();
			}

		});
		channel.pipeline().addLast(NettyPipeline.ReactiveBridge, new ChannelDuplexHandler());
		new FileResponses(new ChunkMemory(CHUNK_SIZE), new KtlsStatistics()).onStateChange(Connection.from(channel),
				ConnectionObserver.State.CONFIGURED);
		ChannelFuture future = channel.writeOneOutbound(buffer);
		channel.flushOutbound();
		channel.finishAndReleaseAll();
		return new SentFile(future, content);
	}

	/**
	 * Count descriptors.
	 * @param directory the directory of the files, also of those that have no name any
	 * more
	 * @return how many of them this process has open
	 */
	static long descriptors(Path directory) {
		try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
			return all.filter((descriptor) -> isIn(directory, descriptor)).count();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static boolean isIn(Path directory, Path descriptor) {
		try {
			return Files.readSymbolicLink(descriptor).startsWith(directory);
		}
		catch (IOException ex) {
			// It is closed in the meantime.
			return false;
		}
	}

}
