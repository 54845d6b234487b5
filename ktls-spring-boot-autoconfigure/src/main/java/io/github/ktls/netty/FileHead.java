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

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelPromise;

/**
 * What was written directly before a file, the head of a response as a rule, and goes
 * with it: into the same record and the same packet.
 *
 * @param bytes the bytes, which whoever has this owns
 * @param written is notified when they are written
 */
record FileHead(ByteBuf bytes, ChannelPromise written) {

	/** So long that room for the file is left in a record. */
	static final int MAX_LENGTH = 8 * 1024;

	/**
	 * Return whether a message may go with a file that follows it.
	 * @param msg the message
	 * @return whether it is a short buffer, in one piece of memory outside the heap as
	 * those of Netty's codecs are
	 */
	static boolean mayBe(Object msg) {
		return msg instanceof ByteBuf bytes && bytes.isReadable() && bytes.readableBytes() <= MAX_LENGTH
				&& bytes.isDirect() && bytes.nioBufferCount() == 1;
	}

}
