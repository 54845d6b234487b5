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

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Objects;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.stream.ChunkedInput;
import io.netty.handler.stream.ChunkedNioFile;
import io.netty.handler.stream.ChunkedWriteHandler;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.ChannelOperations;

import io.github.ktls.netty.ChunkMemory;
import io.github.ktls.netty.FileChunks;
import io.github.ktls.netty.KtlsConnection;
import io.github.ktls.netty.KtlsDrainEvent;
import io.github.ktls.netty.KtlsFileRegion;
import io.github.ktls.netty.KtlsStatistics;

/**
 * Takes the files that Reactor Netty would send in chunks of 1 KiB, which is what it does
 * as soon as it sees an {@link io.netty.handler.ssl.SslHandler}, and sends them as a
 * region, which the connection gives to the kernel or cuts up, or in large chunks where
 * something between here and there has to see the bytes (HTTP/2 frames, compression).
 * <p>
 * It is a {@link ChunkedWriteHandler} because Reactor Netty adds one of its own only
 * where there is none: in that place every way of sending a file comes by, be it a
 * resource handler, a controller or a plain route.
 */
final class FileResponseHandler extends ChunkedWriteHandler {

	/**
	 * Not {@link NettyPipeline#ChunkedWriter}: Reactor Netty puts compression behind the
	 * last handler that has a name of its own kind, and it has to come before this one.
	 */
	static final String NAME = "ktls.files";

	private final ChunkMemory chunkMemory;

	private final KtlsStatistics statistics;

	private int requestsUnderWay;

	private @Nullable HttpResponse head;

	private boolean encodedBefore;

	private boolean informational;

	private boolean eventStream;

	private boolean requestComplete = true;

	private boolean delivering;

	private boolean readAgain;

	private boolean closeAfterResponse;

	FileResponseHandler(ChunkMemory chunkMemory, KtlsStatistics statistics) {
		this.chunkMemory = chunkMemory;
		this.statistics = statistics;
	}

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
		if (msg instanceof ChunkedNioFile input) {
			FileChannel file = ChunkedFiles.fileOf(input);
			if (file == null) {
				super.write(ctx, input, promise);
				return;
			}
			long position = input.startOffset();
			writeFile(ctx, new KtlsFileRegion(file, position, input.endOffset() - position), promise);
			return;
		}
		if (msg instanceof FileContent content) {
			writeContent(ctx, content, promise);
			return;
		}
		boolean last = msg instanceof LastHttpContent;
		if (msg instanceof HttpResponse response) {
			this.informational = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
			this.head = response;
			this.encodedBefore = isEncoded(response);
			this.eventStream = isEventStream(response);
			last |= this.eventStream;
		}
		if (msg instanceof LastHttpContent && !this.informational) {
			this.requestsUnderWay--;
			this.head = null;
			this.eventStream = false;
		}
		if (last && !this.informational && this.closeAfterResponse) {
			super.write(ctx, msg, promise.unvoid().addListener(ChannelFutureListener.CLOSE));
			return;
		}
		super.write(ctx, msg, promise);
	}

	private void writeContent(ChannelHandlerContext ctx, FileContent content, ChannelPromise promise) throws Exception {
		KtlsFileRegion region = content.takeRegion();
		ChunkedInput<ByteBuf> chunks = content.takeChunks();
		content.release();
		if (region != null) {
			writeFile(ctx, region, promise);
		}
		else if (chunks != null) {
			this.statistics.fileByChunks();
			SocketMemory.SHARED.beforeFile(ctx.channel());
			super.write(ctx, chunks, closingOnFailure(promise));
		}
		else {
			promise.trySuccess();
		}
	}

	private void writeFile(ChannelHandlerContext ctx, KtlsFileRegion region, ChannelPromise promise) throws Exception {
		ChannelPromise written = closingOnFailure(promise);
		SocketMemory.SHARED.beforeFile(ctx.channel());
		if (isRegionWelcome(ctx)) {
			writeRegion(ctx, region, written);
			return;
		}
		FileChunks chunks;
		try {
			chunks = new FileChunks(region, this.chunkMemory,
					StreamChunkSize.of(ctx.channel(), this.chunkMemory.largestChunkSize()));
		}
		catch (IOException ex) {
			region.release();
			written.tryFailure(ex);
			return;
		}
		this.statistics.fileByChunks();
		super.write(ctx, chunks, written);
	}

	// A body that breaks off must not be followed by another response, whatever the
	// application makes of the error: Spring takes some for a client that went away.
	private static ChannelPromise closingOnFailure(ChannelPromise promise) {
		return promise.unvoid().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
	}

	// A buffer is at most 2 GiB long, a file may be longer: what goes beyond is counted
	// behind it.
	private void writeRegion(ChannelHandlerContext ctx, KtlsFileRegion region, ChannelPromise written)
			throws Exception {
		if (!isLengthEnough(ctx)) {
			super.write(ctx, region, written);
			return;
		}
		int length = (int) Math.min(region.count(), Integer.MAX_VALUE);
		long uncounted = region.count() - length;
		super.write(ctx, FileContent.of(region), written);
		while (uncounted > 0) {
			length = (int) Math.min(uncounted, Integer.MAX_VALUE);
			super.write(ctx, FileContent.ofLength(length), ctx.newPromise());
			uncounted -= length;
		}
	}

	// Return whether there are only handlers of Reactor Netty's on the way to the codec.
	// They look at a buffer's length; a user's might want to see its bytes.
	private static boolean isLengthEnough(ChannelHandlerContext ctx) {
		List<String> names = ctx.pipeline().names();
		return names.subList(names.indexOf(FileRegionHandler.NAME) + 1, names.indexOf(ctx.name()))
			.stream()
			.allMatch((name) -> name.startsWith(NettyPipeline.LEFT));
	}

	// Return whether nothing between here and the TLS engine has to see the bytes,
	// and the connection takes regions.
	private boolean isRegionWelcome(ChannelHandlerContext ctx) {
		Channel channel = ctx.channel();
		KtlsConnection connection = KtlsConnection.of(channel);
		return connection != null && !connection.isInUserSpaceForGood()
				&& ctx.pipeline().get(FileRegionHandler.class) != null
				&& (ctx.pipeline().get(NettyPipeline.CompressionHandler) == null || isLeftUncompressed());
	}

	// The handler that compresses has seen the head of the response by now, and has put a
	// header of its own there if it is going to (HttpContentEncoder.encode).
	private boolean isLeftUncompressed() {
		HttpResponse response = this.head;
		return response != null && (this.encodedBefore || !isEncoded(response));
	}

	private static boolean isEncoded(HttpResponse response) {
		return response.headers().contains(HttpHeaderNames.CONTENT_ENCODING);
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
		if (msg instanceof HttpRequest) {
			this.requestsUnderWay++;
			this.requestComplete = false;
		}
		if (msg instanceof LastHttpContent) {
			this.requestComplete = true;
		}
		this.delivering = true;
		try {
			super.channelRead(ctx, msg);
		}
		finally {
			this.delivering = false;
		}
		if (msg instanceof LastHttpContent && ChannelOperations.get(ctx.channel()) == null) {
			// A request that came before the end of the response to the one before it,
			// as one behind a file often does, is kept back by Reactor Netty, which
			// forgets to read on if it is answered before its own end is seen.
			ctx.read();
		}
	}

	// Reactor Netty drops the wish to read on while it hands out a request that it has
	// kept back, if that is long (HttpTrafficHandler.read): so it is told again when it
	// is done.
	@Override
	public void read(ChannelHandlerContext ctx) throws Exception {
		super.read(ctx);
		if (this.delivering && !this.readAgain) {
			this.readAgain = true;
			ctx.executor().execute(() -> {
				this.readAgain = false;
				if (ctx.channel().config().isAutoRead()) {
					ctx.read();
				}
			});
		}
	}

	private static boolean isEventStream(HttpResponse response) {
		return HttpHeaderValues.TEXT_EVENT_STREAM
			.contentEqualsIgnoreCase(Objects.requireNonNullElse(HttpUtil.getMimeType(response), ""));
	}

	// What came up from HTTP/1.1, a WebSocket for instance, has no response whose end
	// could be waited for, and neither has an event stream, whose client comes back; and
	// a request that is cut off may never have one.
	private boolean isResponseToComplete(ChannelHandlerContext ctx, KtlsDrainEvent drain) {
		return this.requestsUnderWay > 0 && !this.eventStream && ctx.pipeline().get(HttpServerCodec.class) != null
				&& (this.requestComplete || !drain.isInputEnded());
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext ctx, @Nullable Object evt) throws Exception {
		if (evt instanceof KtlsDrainEvent drain && isResponseToComplete(ctx, drain)) {
			this.closeAfterResponse = true;
			drain.claim();
		}
		if (evt != null) {
			super.userEventTriggered(ctx, evt);
		}
	}

}
