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
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;

import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.tls.ContentType;

/**
 * An alert that the kernel sends as a record of its own. It takes the form of a
 * {@link FileRegion}, which is the one kind of message whose writing Netty leaves to the
 * message: so it keeps its place behind what was written before, and is tried again when
 * the socket's buffer was full. Used on the event loop.
 */
final class AlertRegion extends AbstractReferenceCounted implements FileRegion {

	/** RFC 8446 section 6: level and description. */
	private static final int LENGTH = 2;

	private static final byte LEVEL_WARNING = 1;

	private static final byte CLOSE_NOTIFY = 0;

	/** Shared, as it is only read, and by its address. */
	private static final ByteBuffer CLOSE_NOTIFY_CONTENT = ByteBuffer.allocateDirect(LENGTH)
		.put(LEVEL_WARNING)
		.put(CLOSE_NOTIFY)
		.flip();

	private final KtlsSocket socket;

	private final ByteBuffer content;

	private boolean sent;

	private AlertRegion(KtlsSocket socket, ByteBuffer content) {
		this.socket = socket;
		this.content = content;
	}

	static AlertRegion closeNotify(KtlsSocket socket) {
		return new AlertRegion(socket, CLOSE_NOTIFY_CONTENT);
	}

	@Override
	public long transferTo(WritableByteChannel target, long position) throws IOException {
		if (!this.sent && this.socket.sendRecord(ContentType.ALERT, this.content)) {
			this.sent = true;
			return LENGTH;
		}
		return 0;
	}

	@Override
	public long position() {
		return 0;
	}

	@Override
	public long transferred() {
		return this.sent ? LENGTH : 0;
	}

	@Override
	@Deprecated
	public long transfered() {
		return this.sent ? LENGTH : 0;
	}

	@Override
	public long count() {
		return LENGTH;
	}

	@Override
	protected void deallocate() {
		// The buffer belongs to the garbage collector; there is nothing secret in it.
	}

	@Override
	public AlertRegion retain() {
		super.retain();
		return this;
	}

	@Override
	public AlertRegion retain(int increment) {
		super.retain(increment);
		return this;
	}

	@Override
	public AlertRegion touch() {
		return this;
	}

	@Override
	public AlertRegion touch(Object hint) {
		return this;
	}

}
