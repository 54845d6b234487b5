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

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * {@link SystemCalls} through the C library, by JNA's direct mapping. Loading this class
 * loads JNA's native library; where that fails it throws an {@link UnsatisfiedLinkError}.
 * Only meant for 64-bit Linux: the layouts of x86-64 and aarch64 are the same.
 */
public final class JnaSystemCalls implements SystemCalls {

	/** {@code sizeof(struct sockaddr_in)}, {@code include/uapi/linux/in.h}. */
	private static final int SOCKADDR_IN_SIZE = 16;

	private static final int OFFSETOF_SIN_PORT = 2;

	private static final int OFFSETOF_SIN_ADDR = 4;

	private static final int LOOPBACK = 0x7f000001;

	/** {@code include/uapi/linux/sockios.h}. */
	private static final long SIOCETHTOOL = 0x8946;

	/** As options are asked for while data comes in. */
	private static final ThreadLocal<ByteBuffer> LENGTH = ThreadLocal.withInitial(() -> nativeBuffer(Integer.BYTES));

	@Override
	public int socket(int domain, int type, int protocol) throws IOException {
		return checked(LibC.socket(domain, type, protocol), "socket");
	}

	@Override
	public int listenOnLoopback(int fd) throws IOException {
		ByteBuffer address = loopbackAddress(0);
		checked(LibC.bind(fd, address, SOCKADDR_IN_SIZE), "bind");
		checked(LibC.listen(fd, 1), "listen");
		ByteBuffer length = nativeBuffer(Integer.BYTES).putInt(0, SOCKADDR_IN_SIZE);
		checked(LibC.getsockname(fd, address, length), "getsockname");
		return Short.toUnsignedInt(address.order(ByteOrder.BIG_ENDIAN).getShort(OFFSETOF_SIN_PORT));
	}

	@Override
	public void connectToLoopback(int fd, int port) throws IOException {
		checked(LibC.connect(fd, loopbackAddress(port), SOCKADDR_IN_SIZE), "connect");
	}

	@Override
	public int accept(int fd) throws IOException {
		return checked(LibC.accept4(fd, null, null, SocketConstants.SOCK_CLOEXEC), "accept4");
	}

	@Override
	public void setsockopt(int fd, int level, int option, ByteBuffer value, String name) throws IOException {
		checked(LibC.setsockopt(fd, level, option, value.slice(), value.remaining()), "setsockopt(" + name + ")");
	}

	@Override
	public int getsockopt(int fd, int level, int option, ByteBuffer value, String name) throws IOException {
		ByteBuffer length = LENGTH.get().putInt(0, value.remaining());
		checked(LibC.getsockopt(fd, level, option, value.slice(), length), "getsockopt(" + name + ")");
		return length.getInt(0);
	}

	@Override
	public int sendmsg(int fd, ByteBuffer payload, @Nullable ControlMessage control) throws IOException {
		ByteBuffer message = nativeBuffer(MsgHdr.SIZE + MsgHdr.IOVEC_SIZE + CmsgHdr.SPACE);
		long address = addressOf(message);
		long controlAddress = address + MsgHdr.SIZE + MsgHdr.IOVEC_SIZE;
		MsgHdr.writeIovec(message, MsgHdr.SIZE, addressOf(payload) + payload.position(), payload.remaining());
		if (control != null) {
			CmsgHdr.write(message, MsgHdr.SIZE + MsgHdr.IOVEC_SIZE, control);
			MsgHdr.write(message, 0, address + MsgHdr.SIZE, controlAddress, CmsgHdr.SPACE);
		}
		else {
			MsgHdr.write(message, 0, address + MsgHdr.SIZE, 0, 0);
		}
		try {
			long sent = LibC.sendmsg(fd, message, SocketConstants.MSG_DONTWAIT | SocketConstants.MSG_NOSIGNAL);
			return (int) checkedOrWouldBlock(sent, "sendmsg");
		}
		finally {
			// The kernel has no more than its address.
			Reference.reachabilityFence(payload);
		}
	}

	@Override
	public int send(int fd, ByteBuffer payload, int flags) throws IOException {
		long sent = LibC.send(fd, payload.slice(), payload.remaining(),
				flags | SocketConstants.MSG_DONTWAIT | SocketConstants.MSG_NOSIGNAL);
		return (int) checkedOrWouldBlock(sent, "send");
	}

	@Override
	public int recv(int fd, ByteBuffer target) throws IOException {
		long received;
		do {
			received = LibC.recv(fd, target.slice(), target.remaining(), 0);
		}
		while (received < 0 && Native.getLastError() == Errno.EINTR);
		return (int) checkedOrWouldBlock(received, "recv");
	}

	@Override
	public int recvmsg(int fd, ByteBuffer target, int flags, ControlBuffer control) throws IOException {
		long message = control.prepare(addressOf(target) + target.position(), target.remaining());
		try {
			long received;
			do {
				received = LibC.recvmsg(fd, message, flags | SocketConstants.MSG_DONTWAIT);
			}
			while (received < 0 && Native.getLastError() == Errno.EINTR);
			if (received < 0) {
				// The kernel then leaves the structure as it was, with all of its room.
				control.clear();
			}
			return (int) checkedOrWouldBlock(received, "recvmsg");
		}
		finally {
			// The kernel has no more than addresses.
			Reference.reachabilityFence(target);
			Reference.reachabilityFence(control);
		}
	}

	@Override
	public void getsockname(int fd, ByteBuffer address) throws IOException {
		ByteBuffer length = LENGTH.get().putInt(0, address.capacity());
		checked(LibC.getsockname(fd, address.duplicate().clear(), length), "getsockname");
	}

	@Override
	public void getpeername(int fd, ByteBuffer address) throws IOException {
		ByteBuffer length = LENGTH.get().putInt(0, address.capacity());
		checked(LibC.getpeername(fd, address.duplicate().clear(), length), "getpeername");
	}

	@Override
	public int ethtool(int fd, String interfaceName, ByteBuffer command, String name) throws IOException {
		ByteBuffer request = nativeBuffer(IfReq.SIZE);
		IfReq.write(request, 0, interfaceName, addressOf(command));
		try {
			return checked(LibC.ioctl(fd, SIOCETHTOOL, request), "ioctl(" + name + ")");
		}
		finally {
			// The kernel has no more than its address.
			Reference.reachabilityFence(command);
		}
	}

	@Override
	public String readFile(String path) throws IOException {
		// Not through a channel, which an interrupt of the thread would close.
		try (InputStream file = new FileInputStream(path)) {
			return new String(file.readAllBytes(), StandardCharsets.ISO_8859_1);
		}
	}

	@Override
	public void close(int fd) throws IOException {
		checked(LibC.close(fd), "close");
	}

	private static int checked(int result, String call) throws IOException {
		if (result < 0) {
			throw new NativeIoException(call, Native.getLastError());
		}
		return result;
	}

	private static long checkedOrWouldBlock(long result, String call) throws IOException {
		if (result >= 0) {
			return result;
		}
		int errno = Native.getLastError();
		if (errno == Errno.EAGAIN || errno == Errno.EINTR) {
			return WOULD_BLOCK;
		}
		throw new NativeIoException(call, errno);
	}

	private static ByteBuffer loopbackAddress(int port) {
		ByteBuffer address = nativeBuffer(SOCKADDR_IN_SIZE).putShort(0, (short) SocketConstants.AF_INET);
		address.order(ByteOrder.BIG_ENDIAN);
		address.putShort(OFFSETOF_SIN_PORT, (short) port).putInt(OFFSETOF_SIN_ADDR, LOOPBACK);
		return address;
	}

	private static ByteBuffer nativeBuffer(int size) {
		return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
	}

	private static long addressOf(ByteBuffer buffer) {
		return Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
	}

	/**
	 * The functions of the C library, bound when the class is first used. {@code size_t}
	 * and {@code ssize_t} are {@code long} on every 64-bit Linux.
	 */
	private static final class LibC {

		static {
			Native.register(LibC.class, "c");
		}

		private LibC() {
		}

		static native int socket(int domain, int type, int protocol);

		static native int bind(int fd, ByteBuffer address, int length);

		static native int listen(int fd, int backlog);

		static native int getsockname(int fd, ByteBuffer address, ByteBuffer length);

		static native int getpeername(int fd, ByteBuffer address, ByteBuffer length);

		// Of variable arguments in C, which these architectures pass as any others.
		static native int ioctl(int fd, long request, ByteBuffer argument);

		static native int connect(int fd, ByteBuffer address, int length);

		static native int accept4(int fd, @Nullable ByteBuffer address, @Nullable ByteBuffer length, int flags);

		static native int setsockopt(int fd, int level, int option, ByteBuffer value, int length);

		static native int getsockopt(int fd, int level, int option, ByteBuffer value, ByteBuffer length);

		static native long sendmsg(int fd, ByteBuffer message, int flags);

		static native long send(int fd, ByteBuffer payload, long length, int flags);

		static native long recv(int fd, ByteBuffer target, long length, int flags);

		static native long recvmsg(int fd, long message, int flags);

		static native int close(int fd);

	}

}
