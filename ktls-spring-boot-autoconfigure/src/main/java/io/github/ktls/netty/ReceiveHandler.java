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

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Stands first in the pipeline of a connection that the kernel reads for, and keeps from
 * everybody else how {@link KernelInlet} stops the transport: for the moment by an
 * exception, or until it is to go on. Used on the event loop.
 */
final class ReceiveHandler extends ChannelDuplexHandler {

	static final String NAME = "ktls.receive";

	private @Nullable ChannelHandlerContext context;

	private boolean paused;

	@Override
	public void handlerAdded(ChannelHandlerContext ctx) {
		this.context = ctx;
	}

	/**
	 * Have the transport watch the socket no more. It does for as long as a read is
	 * pending, and there is no other way to have it stop than to switch automatic reading
	 * off. What that sets going ends here, so that nobody's setting is touched.
	 * @return whether it did watch
	 */
	boolean pause() {
		if (this.paused || this.context == null) {
			return false;
		}
		this.paused = true;
		ChannelConfig config = this.context.channel().config();
		boolean autoRead = config.isAutoRead();
		config.setAutoRead(!autoRead);
		config.setAutoRead(autoRead);
		return true;
	}

	/**
	 * Have the transport go on with the read that was pending.
	 */
	void resume() {
		this.paused = false;
		if (this.context != null) {
			this.context.read();
		}
	}

	@Override
	public void read(ChannelHandlerContext ctx) {
		if (!this.paused) {
			ctx.read();
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
		if (!(cause instanceof NothingToReceiveException)) {
			ctx.fireExceptionCaught(cause);
		}
	}

}
