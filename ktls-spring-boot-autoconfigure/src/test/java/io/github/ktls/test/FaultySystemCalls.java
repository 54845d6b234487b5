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

package io.github.ktls.test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.ControlBuffer;
import io.github.ktls.linux.ControlMessage;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SystemCalls;

/**
 * {@link SystemCalls} of which single ones fail while a test wants them to. Calls have
 * the names that {@link NativeIoException} gives them, for example
 * {@code setsockopt(TLS_TX)}.
 */
public final class FaultySystemCalls implements SystemCalls {

	private final SystemCalls delegate;

	private final Map<String, Fault> faults = new ConcurrentHashMap<>();

	private final AtomicInteger failures = new AtomicInteger();

	/**
	 * Create system calls that work.
	 * @param delegate does the calls
	 */
	public FaultySystemCalls(SystemCalls delegate) {
		this.delegate = delegate;
	}

	/**
	 * Have a call fail from now on, without doing anything.
	 * @param call the name of the call
	 * @param errno the error number that it reports
	 */
	public void refuse(String call, int errno) {
		this.faults.put(call, new Fault(errno, false));
	}

	/**
	 * Have a call do its work from now on, and report a failure nevertheless.
	 * @param call the name of the call
	 * @param errno the error number that it reports
	 */
	public void failAfterwards(String call, int errno) {
		this.faults.put(call, new Fault(errno, true));
	}

	/**
	 * Have every call work again and forget the failures.
	 */
	public void heal() {
		this.faults.clear();
		this.failures.set(0);
	}

	/**
	 * Return how many calls failed here.
	 * @return the number since calls were healed
	 */
	public int failures() {
		return this.failures.get();
	}

	private int call(String name, Call call) throws IOException {
		Fault fault = this.faults.get(name);
		if (fault == null) {
			return call.execute();
		}
		if (fault.afterwards()) {
			call.execute();
		}
		this.failures.incrementAndGet();
		throw new NativeIoException(name, fault.errno());
	}

	@Override
	public int socket(int domain, int type, int protocol) throws IOException {
		return call("socket", () -> this.delegate.socket(domain, type, protocol));
	}

	@Override
	public int listenOnLoopback(int fd) throws IOException {
		return call("listen", () -> this.delegate.listenOnLoopback(fd));
	}

	@Override
	public void connectToLoopback(int fd, int port) throws IOException {
		call("connect", () -> {
			this.delegate.connectToLoopback(fd, port);
			return 0;
		});
	}

	@Override
	public int accept(int fd) throws IOException {
		return call("accept4", () -> this.delegate.accept(fd));
	}

	@Override
	public void setsockopt(int fd, int level, int option, ByteBuffer value, String name) throws IOException {
		call("setsockopt(" + name + ")", () -> {
			this.delegate.setsockopt(fd, level, option, value, name);
			return 0;
		});
	}

	@Override
	public int getsockopt(int fd, int level, int option, ByteBuffer value, String name) throws IOException {
		return call("getsockopt(" + name + ")", () -> this.delegate.getsockopt(fd, level, option, value, name));
	}

	@Override
	public int sendmsg(int fd, ByteBuffer payload, @Nullable ControlMessage control) throws IOException {
		return call("sendmsg", () -> this.delegate.sendmsg(fd, payload, control));
	}

	@Override
	public int send(int fd, ByteBuffer payload, int flags) throws IOException {
		return call("send", () -> this.delegate.send(fd, payload, flags));
	}

	@Override
	public int recv(int fd, ByteBuffer target) throws IOException {
		return call("recv", () -> this.delegate.recv(fd, target));
	}

	@Override
	public int recvmsg(int fd, ByteBuffer target, int flags, ControlBuffer control) throws IOException {
		return call("recvmsg", () -> this.delegate.recvmsg(fd, target, flags, control));
	}

	@Override
	public void getsockname(int fd, ByteBuffer address) throws IOException {
		call("getsockname", () -> {
			this.delegate.getsockname(fd, address);
			return 0;
		});
	}

	@Override
	public void getpeername(int fd, ByteBuffer address) throws IOException {
		call("getpeername", () -> {
			this.delegate.getpeername(fd, address);
			return 0;
		});
	}

	@Override
	public int ethtool(int fd, String interfaceName, ByteBuffer command, String name) throws IOException {
		return call("ioctl(" + name + ")", () -> this.delegate.ethtool(fd, interfaceName, command, name));
	}

	@Override
	public String readFile(String path) throws IOException {
		call("readFile(" + path + ")", () -> 0);
		return this.delegate.readFile(path);
	}

	@Override
	public void close(int fd) throws IOException {
		call("close", () -> {
			this.delegate.close(fd);
			return 0;
		});
	}

	/**
	 * A system call with its arguments.
	 */
	private interface Call {

		int execute() throws IOException;

	}

	/**
	 * How a call fails.
	 *
	 * @param errno the error number that it reports
	 * @param afterwards whether it does its work first
	 */
	private record Fault(int errno, boolean afterwards) {

	}

}
