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

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntSupplier;

import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.StreamByteDistributor;
import io.netty.handler.codec.http2.WeightedFairQueueByteDistributor;

/**
 * Distributes what may be sent among the streams of an HTTP/2 connection as Netty does,
 * by their priorities, but in whole frames. Netty's own measure is 1 KiB where streams
 * compete, and what fits into the channel where they don't. Used on the event loop.
 */
final class FrameDistributor implements StreamByteDistributor {

	private static final int AT_ONCE = 64 * 1024;

	private final Http2Connection connection;

	private final WeightedFairQueueByteDistributor streams;

	private final IntSupplier frameSize;

	/** Streams with nothing but empty frames to send. */
	private final Set<StreamState> ending = new LinkedHashSet<>();

	/**
	 * Create a new instance.
	 * @param connection the connection
	 * @param frameSize tells the size of a full frame, in bytes
	 */
	FrameDistributor(Http2Connection connection, IntSupplier frameSize) {
		this.connection = connection;
		this.streams = new WeightedFairQueueByteDistributor(connection);
		this.frameSize = frameSize;
	}

	@Override
	public void updateStreamableBytes(StreamState state) {
		// A window may be less than empty; there are peers (Netty) that take nothing
		// then.
		if (state.hasFrame() && state.pendingBytes() == 0 && state.windowSize() >= 0) {
			this.ending.add(state);
		}
		else {
			this.ending.remove(state);
		}
		this.streams.updateStreamableBytes(state);
	}

	@Override
	public void updateDependencyTree(int childStreamId, int parentStreamId, short weight, boolean exclusive) {
		this.streams.updateDependencyTree(childStreamId, parentStreamId, weight, exclusive);
	}

	// What the channel has room for is only whether there is any: half a buffer would be
	// two frames, in three records. It is exceeded by less than that, a window never.
	@Override
	public boolean distribute(int maxBytes, Writer writer) throws Http2Exception {
		end(writer);
		int frame = this.frameSize.getAsInt();
		this.streams.allocationQuantum(frame);
		long whole = (maxBytes > 0) ? (Math.max(maxBytes, AT_ONCE) + frame - 1L) / frame * frame : 0;
		return this.streams.distribute((int) Math.min(whole, window(this.connection.connectionStream())),
				(stream, bytes) -> writer.write(stream, wholeFrames(stream, bytes, frame)));
	}

	// An empty frame needs no window, and must not wait for one behind others that do.
	private void end(Writer writer) {
		for (StreamState state : List.copyOf(this.ending)) {
			writer.write(state.stream(), 0);
		}
	}

	// The flow controller does not look again at the windows between two frames.
	private int wholeFrames(Http2Stream stream, int bytes, int frame) {
		int window = Math.min(window(stream), window(this.connection.connectionStream()));
		int whole = (bytes > frame) ? bytes - bytes % frame : Math.min(bytes, 1) * frame;
		return Math.min(whole, window);
	}

	private int window(Http2Stream stream) {
		return Math.max(this.connection.remote().flowController().windowSize(stream), 0);
	}

}
