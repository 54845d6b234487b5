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

/**
 * {@link IOException} that carries the system call that failed and the error number that
 * it failed with.
 */
public final class NativeIoException extends IOException {

	private static final long serialVersionUID = 1L;

	private final String call;

	private final int errno;

	/**
	 * Create a new exception.
	 * @param call the system call, with what tells it apart, for example
	 * {@code setsockopt(TLS_TX)}
	 * @param errno the error number
	 */
	public NativeIoException(String call, int errno) {
		super(call + " failed with " + Errno.nameOf(errno));
		this.call = call;
		this.errno = errno;
	}

	/**
	 * Return the system call that failed.
	 * @return the call's name
	 */
	public String getCall() {
		return this.call;
	}

	/**
	 * Return the error number.
	 * @return one of {@link Errno}, or another one of the kernel's
	 */
	public int getErrno() {
		return this.errno;
	}

}
