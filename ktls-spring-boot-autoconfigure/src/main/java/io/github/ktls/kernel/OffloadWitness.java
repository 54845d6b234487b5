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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SystemCalls;

/**
 * Finds out who encrypts for a socket that was just given a key: the kernel, which
 * decides it by the socket's route, does not say. Its counters do where they leave only
 * one answer, so that without a card that takes keys nothing more than these is looked
 * at; else the kernel is asked about the socket. Thread-safe.
 */
final class OffloadWitness {

	private static final String COUNTERS = "/proc/net/tls_stat";

	/**
	 * After so many answers in a row that tell nothing there will be none. One alone may
	 * be for the socket's sake: the kernel does not find one that its peer has reset.
	 */
	private static final int MAX_VAIN = 16;

	private final SystemCalls systemCalls;

	private volatile boolean deviceSeen;

	/** How often in a row the kernel was asked in vain. */
	private final AtomicInteger vain = new AtomicInteger();

	OffloadWitness(SystemCalls systemCalls) {
		this.systemCalls = systemCalls;
	}

	/**
	 * Take note of what was before a key is installed. Fails never.
	 * @return counters that are not above the kernel's
	 */
	OffloadCounters before() {
		try {
			OffloadCounters counters = this.deviceSeen ? read() : OffloadCounters.ZERO;
			return (counters != null) ? counters : OffloadCounters.ZERO;
		}
		catch (Throwable ex) {
			// The key is still to be installed, and that must not fail for it.
			return OffloadCounters.ZERO;
		}
	}

	/**
	 * Find out who encrypts. Fails never.
	 * @param fd the socket, whose sending key was installed
	 * @param before what was before
	 * @return who encrypts
	 */
	OffloadMode transmit(int fd, OffloadCounters before) {
		return find(fd, before, OffloadCounters::transmitSoftware, OffloadCounters::transmitDevice,
				SocketDiag.TlsInfo::transmit);
	}

	/**
	 * Find out who decrypts. Fails never.
	 * @param fd the socket, whose receiving key was installed
	 * @param before what was before
	 * @return who decrypts
	 */
	OffloadMode receive(int fd, OffloadCounters before) {
		return find(fd, before, OffloadCounters::receiveSoftware, OffloadCounters::receiveDevice,
				SocketDiag.TlsInfo::receive);
	}

	private OffloadMode find(int fd, OffloadCounters before, ToLongFunction<OffloadCounters> software,
			ToLongFunction<OffloadCounters> device, Function<SocketDiag.TlsInfo, OffloadMode> told) {
		try {
			OffloadCounters after = read();
			long bySoftware = (after != null) ? software.applyAsLong(after) - software.applyAsLong(before) : 0;
			long byDevice = (after != null) ? device.applyAsLong(after) - device.applyAsLong(before) : 0;
			if (byDevice == 0 && bySoftware > 0) {
				return OffloadMode.SOFTWARE;
			}
			if (byDevice > 0) {
				this.deviceSeen = true;
			}
			OffloadMode mode = ask(fd, told);
			if (mode == OffloadMode.UNKNOWN && byDevice > 0 && bySoftware == 0) {
				return OffloadMode.DEVICE;
			}
			return mode;
		}
		catch (Throwable ex) {
			// Whatever it is: the connection works, and nobody needs to know more.
			return OffloadMode.UNKNOWN;
		}
	}

	private OffloadMode ask(int fd, Function<SocketDiag.TlsInfo, OffloadMode> told) {
		if (this.vain.get() >= MAX_VAIN) {
			return OffloadMode.UNKNOWN;
		}
		try {
			OffloadMode mode = told.apply(SocketDiag.ask(this.systemCalls, fd));
			this.vain.set((mode != OffloadMode.UNKNOWN) ? 0 : this.vain.get() + 1);
			return mode;
		}
		catch (IOException ex) {
			this.vain.set(isFinal(ex) ? MAX_VAIN : this.vain.get() + 1);
			return OffloadMode.UNKNOWN;
		}
	}

	// What the kernel answers whatever the socket.
	private static boolean isFinal(IOException refusal) {
		return refusal instanceof NativeIoException ex && switch (ex.getErrno()) {
			case Errno.EPERM, Errno.EACCES, Errno.EOPNOTSUPP, Errno.EAFNOSUPPORT -> true;
			default -> false;
		};
	}

	private @Nullable OffloadCounters read() {
		try {
			return OffloadCounters.parse(this.systemCalls.readFile(COUNTERS));
		}
		catch (IOException ex) {
			return null;
		}
	}

}
