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

import java.util.function.IntSupplier;

import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;

/**
 * Decides how much of a file an HTTP/2 stream reads at once: as many whole frames as go
 * into 64 KiB, which make fuller TLS records than one would. A frame that is larger is
 * read only where it can be sent at once. A stream that waits keeps two such chunks in
 * memory, as a hundred of them may wait on one connection, and is never left with less
 * than one, which would cost it its share of a window. Used on the event loop.
 */
final class StreamChunkSize implements IntSupplier {

	private static final int CHUNK = 64 * 1024;

	/** Exceeded by two chunks, each with what a frame counts beside its data. */
	private static final int WATER_MARK = CHUNK + 512;

	private final Http2FrameCodec codec;

	private final Http2StreamChannel channel;

	private final FrameSize frameSize;

	private StreamChunkSize(Http2FrameCodec codec, Http2StreamChannel channel, FrameSize frameSize) {
		this.codec = codec;
		this.channel = channel;
		this.frameSize = frameSize;
	}

	/**
	 * Return the size of the chunks that a channel is sent.
	 * @param channel a connection or a stream
	 * @param limit the size of the largest chunk, in bytes
	 * @return tells the size of the next chunk, in bytes
	 */
	static IntSupplier of(Channel channel, int limit) {
		if (channel instanceof Http2StreamChannel stream) {
			Http2FrameCodec codec = stream.parent().pipeline().get(Http2FrameCodec.class);
			if (codec != null) {
				stream.config().setWriteBufferWaterMark(new WriteBufferWaterMark(WATER_MARK, WATER_MARK));
				return new StreamChunkSize(codec, stream, new FrameSize(codec, limit));
			}
		}
		return () -> limit;
	}

	@Override
	public int getAsInt() {
		int frame = this.frameSize.getAsInt();
		if (frame > CHUNK) {
			return isRoomFor(frame) ? frame : CHUNK;
		}
		return CHUNK - CHUNK % frame;
	}

	private boolean isRoomFor(int frame) {
		Http2Connection connection = this.codec.connection();
		Http2Stream stream = connection.stream(this.channel.stream().id());
		Http2RemoteFlowController flow = connection.remote().flowController();
		return stream != null && flow.isWritable(stream) && flow.windowSize(stream) >= frame
				&& flow.windowSize(connection.connectionStream()) >= frame;
	}

}
