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

import java.lang.reflect.Method;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Lets a connection go on sending when the peer's TCP stream has ended.
 * <p>
 * Netty's epoll transport forgets such a socket: when it wants to hear of nothing any
 * more it removes the socket from the epoll set, and when it then has to wait for room,
 * {@code epoll_ctl} cannot find it and the rest of the response is lost
 * ({@code io.netty.channel.epoll.EpollIoHandler}, seen in 4.2.17; it came with
 * netty/netty#16689). So it is made to want to hear of errors, which epoll tells of in
 * any case. Used on the event loop.
 */
final class HalfClosure {

	/** Of {@code sys/epoll.h}. */
	private static final int EPOLLERR = 0x008;

	private static final InternalLogger logger = InternalLoggerFactory.getInstance(HalfClosure.class);

	private static final @Nullable Method SET_FLAG = findSetFlag();

	private HalfClosure() {
	}

	/**
	 * Allow it.
	 * @param channel the connection
	 */
	static void allow(Channel channel) {
		channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
		if (SET_FLAG != null && channel instanceof EpollSocketChannel && channel.isActive()) {
			try {
				SET_FLAG.invoke(channel, EPOLLERR);
			}
			catch (ReflectiveOperationException | RuntimeException ex) {
				logger.debug("{} The transport may forget the socket", channel, ex);
			}
		}
	}

	// AbstractEpollChannel.setFlag(int), which is protected.
	private static @Nullable Method findSetFlag() {
		try {
			Method method = EpollSocketChannel.class.getSuperclass()
				.getSuperclass()
				.getDeclaredMethod("setFlag", int.class);
			method.setAccessible(true);
			return method;
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.debug("The transport does not let itself be told what to watch for", ex);
			return null;
		}
	}

}
