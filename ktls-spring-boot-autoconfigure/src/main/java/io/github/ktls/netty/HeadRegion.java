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

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;

import io.github.ktls.kernel.KtlsSocket;

/**
 * What goes before a file in the same record: bytes after which the kernel keeps the
 * record open. A part of the file has to be written right behind them, for the kernel
 * keeps them, too. As a {@link FileRegion} it has Netty leave the writing to it, like a
 * {@link ControlRegion}. Used on the event loop.
 */
final class HeadRegion extends AbstractReferenceCounted implements FileRegion {

	private final KtlsSocket socket;

	private final ByteBuf bytes;

	private final int length;

	private int sent;

	/**
	 * Create a new instance.
	 * @param socket the connection's kernel TLS
	 * @param bytes the bytes, in one piece of memory outside the heap, which this object
	 * owns from here
	 */
	HeadRegion(KtlsSocket socket, ByteBuf bytes) {
		this.socket = socket;
		this.bytes = bytes;
		this.length = bytes.readableBytes();
	}

	@Override
	public long transferTo(WritableByteChannel target, long position) throws IOException {
		int taken = this.socket
			.sendMore(this.bytes.nioBuffer(this.bytes.readerIndex() + this.sent, this.length - this.sent));
		if (taken == KtlsSocket.WOULD_BLOCK) {
			return 0;
		}
		this.sent += taken;
		return taken;
	}

	@Override
	public long position() {
		return 0;
	}

	@Override
	public long transferred() {
		return this.sent;
	}

	@Override
	@Deprecated
	public long transfered() {
		return this.sent;
	}

	@Override
	public long count() {
		return this.length;
	}

	@Override
	protected void deallocate() {
		this.bytes.release();
	}

	@Override
	public HeadRegion retain() {
		super.retain();
		return this;
	}

	@Override
	public HeadRegion retain(int increment) {
		super.retain(increment);
		return this;
	}

	@Override
	public HeadRegion touch() {
		return this;
	}

	@Override
	public HeadRegion touch(Object hint) {
		this.bytes.touch(hint);
		return this;
	}

}
