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

import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameCodec;

/**
 * The size of full DATA frames: the peer's SETTINGS_MAX_FRAME_SIZE, but not above a
 * limit, as other streams wait for the end of a frame. Used on the event loop.
 *
 * @param codec the connection's codec, which knows the peer's settings
 * @param limit the limit in bytes; what every peer takes is never above it
 */
record FrameSize(Http2FrameCodec codec, int limit) implements IntSupplier {

	@Override
	public int getAsInt() {
		int largest = this.codec.encoder().configuration().frameSizePolicy().maxFrameSize();
		return Math.min(largest, Math.max(this.limit, Http2CodecUtil.DEFAULT_MAX_FRAME_SIZE));
	}

}
