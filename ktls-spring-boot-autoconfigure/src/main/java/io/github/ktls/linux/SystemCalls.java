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

package io.github.ktls.linux;

import java.io.IOException;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * The system calls that this project makes itself. It is the seam at which tests replace
 * the kernel or make a call fail. Implementations are thread-safe; buffers must be direct
 * and are only used during the call.
 */
public interface SystemCalls {

	/**
	 * Result of a call that would have blocked ({@code EAGAIN}).
	 */
	int WOULD_BLOCK = -1;

	/**
	 * Call {@code socket(2)} for the protocol that goes without saying.
	 * @param domain the address family
	 * @param type the type and its flags
	 * @return the descriptor, which the caller owns
	 * @throws IOException if the call fails
	 */
	default int socket(int domain, int type) throws IOException {
		return socket(domain, type, 0);
	}

	/**
	 * Call {@code socket(2)}.
	 * @param domain the address family
	 * @param type the type and its flags
	 * @param protocol the protocol
	 * @return the descriptor, which the caller owns
	 * @throws IOException if the call fails
	 */
	int socket(int domain, int type, int protocol) throws IOException;

	/**
	 * Bind a socket to an unused port of 127.0.0.1 and listen on it.
	 * @param fd the socket
	 * @return the port
	 * @throws IOException if a call fails
	 */
	int listenOnLoopback(int fd) throws IOException;

	/**
	 * Connect a socket to a port of 127.0.0.1.
	 * @param fd the socket
	 * @param port the port
	 * @throws IOException if the call fails
	 */
	void connectToLoopback(int fd, int port) throws IOException;

	/**
	 * Call {@code accept4(2)}.
	 * @param fd the listening socket
	 * @return the descriptor, which the caller owns
	 * @throws IOException if the call fails
	 */
	int accept(int fd) throws IOException;

	/**
	 * Call {@code setsockopt(2)} with all remaining bytes of the value.
	 * @param fd the socket
	 * @param level the protocol level
	 * @param option the option
	 * @param value the value; its position is not changed
	 * @param name the name of the option for messages
	 * @throws IOException if the call fails
	 */
	void setsockopt(int fd, int level, int option, ByteBuffer value, String name) throws IOException;

	/**
	 * Call {@code getsockopt(2)} for at most the remaining bytes of the value.
	 * @param fd the socket
	 * @param level the protocol level
	 * @param option the option
	 * @param value receives the value from its position on; the position is not changed
	 * @param name the name of the option for messages
	 * @return the length of the value, in bytes
	 * @throws IOException if the call fails
	 */
	int getsockopt(int fd, int level, int option, ByteBuffer value, String name) throws IOException;

	/**
	 * Call {@code sendmsg(2)} with all remaining bytes of the payload, without blocking.
	 * @param fd the socket
	 * @param payload the payload; its position is not changed
	 * @param control the control message to send along, or {@code null}
	 * @return the number of bytes sent, or {@link #WOULD_BLOCK}
	 * @throws IOException if the call fails
	 */
	int sendmsg(int fd, ByteBuffer payload, @Nullable ControlMessage control) throws IOException;

	/**
	 * Call {@code send(2)} with all remaining bytes of the payload, without blocking.
	 * @param fd the socket
	 * @param payload the payload; its position is not changed
	 * @param flags the flags, for example {@link SocketConstants#MSG_MORE}
	 * @return the number of bytes sent, or {@link #WOULD_BLOCK}
	 * @throws IOException if the call fails
	 */
	int send(int fd, ByteBuffer payload, int flags) throws IOException;

	/**
	 * Call {@code recv(2)} for at most the remaining bytes of the target. Blocks as the
	 * socket does.
	 * @param fd the socket
	 * @param target receives the bytes from its position on; the position is not changed
	 * @return the number of bytes, 0 at the end of the stream, or {@link #WOULD_BLOCK}
	 * @throws IOException if the call fails
	 */
	int recv(int fd, ByteBuffer target) throws IOException;

	/**
	 * Call {@code recvmsg(2)} for at most the remaining bytes of the target, without
	 * blocking, with room for one control message. A call that is interrupted is made
	 * again.
	 * @param fd the socket
	 * @param target receives the bytes from its position on; the position is not changed
	 * @param flags the flags, for example {@link SocketConstants#MSG_PEEK}
	 * @param control receives what the kernel tells along with the bytes; holds no
	 * message after a call that failed or would have blocked
	 * @return the number of bytes, or {@link #WOULD_BLOCK}
	 * @throws IOException if the call fails
	 */
	int recvmsg(int fd, ByteBuffer target, int flags, ControlBuffer control) throws IOException;

	/**
	 * Call {@code getsockname(2)}.
	 * @param fd the socket
	 * @param address receives the socket's own address from its beginning on; what does
	 * not fit is left out
	 * @throws IOException if the call fails
	 */
	void getsockname(int fd, ByteBuffer address) throws IOException;

	/**
	 * Call {@code getpeername(2)}.
	 * @param fd the socket
	 * @param address receives the peer's address from its beginning on; what does not fit
	 * is left out
	 * @throws IOException if the call fails
	 */
	void getpeername(int fd, ByteBuffer address) throws IOException;

	/**
	 * Call {@code ioctl(2)} with {@code SIOCETHTOOL}.
	 * @param fd any socket of the namespace that the interface is in
	 * @param interfaceName the interface
	 * @param command the command, a direct buffer that begins with its number and has
	 * room for all that the kernel answers; receives the answer
	 * @param name the name of the command for messages
	 * @return the result, which is not negative
	 * @throws IOException if the call fails
	 */
	int ethtool(int fd, String interfaceName, ByteBuffer command, String name) throws IOException;

	/**
	 * Read one of the files in which the kernel tells about itself.
	 * @param path the file, below {@code /proc} or {@code /sys}
	 * @return what is in it
	 * @throws IOException if it cannot be read
	 */
	String readFile(String path) throws IOException;

	/**
	 * Call {@code close(2)}.
	 * @param fd the descriptor
	 * @throws IOException if the call fails
	 */
	void close(int fd) throws IOException;

}
