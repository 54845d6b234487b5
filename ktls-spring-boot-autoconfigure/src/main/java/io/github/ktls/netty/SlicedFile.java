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

import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import org.jspecify.annotations.Nullable;

/**
 * A region of a file on its way to the kernel, slice by slice: what is between two slices
 * need not wait for the whole file. Used on the event loop.
 */
final class SlicedFile {

	private final KtlsFileRegion region;

	private final ChannelPromise promise;

	private long offset;

	private long sliceLength;

	private long sliceSent;

	private boolean underWay;

	private boolean ended;

	/**
	 * Create a new instance.
	 * @param region the region, which this object owns from here
	 * @param promise is notified when all of it is written
	 */
	SlicedFile(KtlsFileRegion region, ChannelPromise promise) {
		this.region = region;
		this.promise = promise;
	}

	long left() {
		return this.region.count() - this.offset;
	}

	/**
	 * Return what goes with the file and was not taken yet.
	 * @return its length, in bytes
	 */
	int headLength() {
		return this.region.headLength();
	}

	/**
	 * Take what goes with the file.
	 * @return what is to be written directly before the first slice, owned by the caller
	 * from here on, or {@code null}
	 */
	@Nullable FileHead takeHead() {
		return this.region.takeHead();
	}

	/**
	 * Return the next slice, which does not close the file when it is released.
	 * @param length its length, in bytes
	 * @param beforeSending is called before each attempt to send a part of it
	 * @return the slice
	 */
	DefaultFileRegion next(long length, Runnable beforeSending) {
		long position = this.region.position() + this.offset;
		this.offset += length;
		this.underWay = true;
		this.sliceLength = length;
		this.sliceSent = 0;
		KtlsFileRegion whole = this.region;
		whole.retain();
		return new DefaultFileRegion(whole.file(), position, length) {

			private long begin = -1;

			// The transport asks for it before each sendfile(2), to know where to begin,
			// and after each that took something:
			// io.netty.channel.epoll.AbstractEpollStreamChannel.writeDefaultFileRegion.
			@Override
			public long transferred() {
				long sent = super.transferred();
				SlicedFile.this.sliceSent = sent;
				if (this.begin >= 0 && sent > this.begin) {
					this.begin = -1;
				}
				else if (sent < count()) {
					beforeSending.run();
					this.begin = sent;
				}
				return sent;
			}

			@Override
			protected void deallocate() {
				whole.release();
			}

		};
	}

	/**
	 * Take note that the last slice is written, or will not be.
	 * @param complete whether all of it is
	 * @return how much of it the kernel has taken, in bytes
	 */
	long written(boolean complete) {
		this.underWay = false;
		return complete ? this.sliceLength : this.sliceSent;
	}

	/**
	 * Return whether there is a slice that is not known to be written.
	 * @return whether {@link #written} is still to be called for it
	 */
	boolean isUnderWay() {
		return this.underWay;
	}

	/**
	 * Take note that all of it is written. Does nothing at the second time.
	 */
	void succeed() {
		if (end()) {
			this.promise.trySuccess();
		}
	}

	/**
	 * Take note that it will not be written. Does nothing at the second time.
	 * @param cause why
	 */
	void fail(Throwable cause) {
		if (end()) {
			this.promise.tryFailure(cause);
		}
	}

	private boolean end() {
		if (this.ended) {
			return false;
		}
		this.ended = true;
		this.region.release();
		return true;
	}

}
