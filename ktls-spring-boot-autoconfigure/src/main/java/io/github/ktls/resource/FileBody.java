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

import io.netty.buffer.ByteBuf;

/**
 * A file as long as one response needs it.
 */
interface FileBody {

	/**
	 * Return the size of the file, which no change to it changes.
	 * @return the size, in bytes
	 */
	long size();

	/**
	 * Return a part of the file as a buffer for {@link io.github.ktls.web.FileResponses}.
	 * @param position where the part begins, in bytes
	 * @param count its length, in bytes, more than none
	 * @return the buffer, owned by the caller; it may be used after {@link #done()}
	 */
	ByteBuf content(long position, long count);

	/**
	 * Take note that the response has all the buffers it needs. To be called once.
	 */
	void done();

}
