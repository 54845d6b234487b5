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

package io.github.ktls.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.NetlinkConstants;
import io.github.ktls.linux.NlMsgHdr;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;

/**
 * A netlink socket that asks the kernel. What it answers is there when the request was
 * sent, so nothing here waits.
 */
final class Netlink implements AutoCloseable {

	private static final int SEQUENCE = 1;

	/** More than the kernel puts into one answer ({@code netlink_dump}). */
	private static final int DUMP_ROOM = 64 * 1024;

	/** More than the kernel answers about one socket. */
	private static final int ROOM = 4096;

	private static final ThreadLocal<ByteBuffer> RECEIVED = ThreadLocal.withInitial(() -> buffer(ROOM));

	private final SystemCalls systemCalls;

	private final int fd;

	private Netlink(SystemCalls systemCalls, int fd) {
		this.systemCalls = systemCalls;
		this.fd = fd;
	}

	/**
	 * Open a socket.
	 * @param systemCalls the system calls
	 * @param protocol the protocol, for example {@link NetlinkConstants#NETLINK_ROUTE}
	 * @return the socket
	 * @throws IOException if there is none to be had
	 */
	static Netlink open(SystemCalls systemCalls, int protocol) throws IOException {
		return new Netlink(systemCalls, systemCalls.socket(NetlinkConstants.AF_NETLINK,
				NetlinkConstants.SOCK_RAW | NetlinkConstants.SOCK_NONBLOCK | SocketConstants.SOCK_CLOEXEC, protocol));
	}

	/**
	 * Create the buffer of a request.
	 * @param length the length of its payload, in bytes
	 * @return the buffer, all zero, with the payload behind {@link NlMsgHdr#SIZE} bytes
	 */
	static ByteBuffer request(int length) {
		return buffer(NlMsgHdr.SIZE + length);
	}

	private static ByteBuffer buffer(int size) {
		return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
	}

	/**
	 * Ask.
	 * @param type the type of the request
	 * @param flags its flags
	 * @param request the request, whose head is written here
	 * @param name the name of the request for messages
	 * @return the payloads of the answers, from position to limit; those that are not of
	 * a dump are valid until this thread asks again
	 * @throws IOException if the kernel refuses or gives an answer that is none
	 */
	List<ByteBuffer> ask(int type, int flags, ByteBuffer request, String name) throws IOException {
		NlMsgHdr.write(request, 0, request.capacity(), type, NetlinkConstants.NLM_F_REQUEST | flags, SEQUENCE);
		if (this.systemCalls.send(this.fd, request.clear(), 0) != request.capacity()) {
			throw new IOException("netlink(" + name + ") was not sent");
		}
		List<ByteBuffer> answers = new ArrayList<>();
		if ((flags & NetlinkConstants.NLM_F_DUMP) == 0) {
			receive(RECEIVED.get(), answers, name);
			return answers;
		}
		synchronized (Dump.RECEIVED) {
			List<ByteBuffer> part = new ArrayList<>();
			boolean done;
			do {
				done = receive(Dump.RECEIVED, part, name);
				part.forEach((answer) -> answers.add(copy(answer)));
				part.clear();
			}
			while (!done);
		}
		return answers;
	}

	private boolean receive(ByteBuffer received, List<ByteBuffer> answers, String name) throws IOException {
		int length = this.systemCalls.recv(this.fd, received.clear());
		if (length <= 0) {
			throw new IOException("netlink(" + name + ") was not answered");
		}
		return parse(received.limit(length), answers, name);
	}

	private static ByteBuffer copy(ByteBuffer answer) {
		return ByteBuffer.allocate(answer.remaining()).order(answer.order()).put(answer).flip();
	}

	/**
	 * Take a datagram apart.
	 * @param received the datagram, from its beginning to the limit
	 * @param answers receives the payloads
	 * @param name the name of the request for messages
	 * @return whether it ends a dump
	 * @throws IOException if the kernel refuses, or a message is not whole
	 */
	static boolean parse(ByteBuffer received, List<ByteBuffer> answers, String name) throws IOException {
		int position = 0;
		while (position < received.limit()) {
			if (!NlMsgHdr.isWhole(received, position)) {
				throw new IOException("netlink(" + name + ") was answered with a part of a message");
			}
			int type = NlMsgHdr.type(received, position);
			boolean ours = NlMsgHdr.sequence(received, position) == SEQUENCE;
			if (ours && type == NetlinkConstants.NLMSG_DONE) {
				return true;
			}
			if (ours && type == NetlinkConstants.NLMSG_ERROR) {
				int errno = NlMsgHdr.error(received, position);
				if (errno != 0) {
					throw new NativeIoException("netlink(" + name + ")", errno);
				}
			}
			else if (ours) {
				answers.add(received.duplicate()
					.order(received.order())
					.limit(position + NlMsgHdr.length(received, position))
					.position(position + NlMsgHdr.SIZE));
			}
			position = NlMsgHdr.next(received, position);
		}
		return false;
	}

	@Override
	public void close() throws IOException {
		this.systemCalls.close(this.fd);
	}

	/**
	 * One for all dumps, which are rare.
	 */
	private static final class Dump {

		static final ByteBuffer RECEIVED = buffer(DUMP_ROOM);

	}

}
