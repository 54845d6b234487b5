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

/**
 * The error numbers of Linux that this project tells apart, under their kernel names. The
 * values are those of x86-64 and aarch64 ({@code include/uapi/asm-generic/errno-base.h},
 * {@code errno.h}).
 */
public final class Errno {

	/** Operation not permitted. */
	public static final int EPERM = 1;

	/** No such file or directory; for TLS: no such ULP, or no such cipher. */
	public static final int ENOENT = 2;

	/** Interrupted system call. */
	public static final int EINTR = 4;

	/** Input/output error; for TLS: a control record where none can be told. */
	public static final int EIO = 5;

	/** Bad file descriptor. */
	public static final int EBADF = 9;

	/** Resource temporarily unavailable. */
	public static final int EAGAIN = 11;

	/** Cannot allocate memory. */
	public static final int ENOMEM = 12;

	/** Permission denied. */
	public static final int EACCES = 13;

	/** Device or resource busy. */
	public static final int EBUSY = 16;

	/** File exists; for TLS: the socket has an upper layer protocol already. */
	public static final int EEXIST = 17;

	/** No such device. */
	public static final int ENODEV = 19;

	/** Invalid argument. */
	public static final int EINVAL = 22;

	/** Broken pipe. */
	public static final int EPIPE = 32;

	/** Function not implemented. */
	public static final int ENOSYS = 38;

	/** Bad message; for TLS: a record that is not authentic. */
	public static final int EBADMSG = 74;

	/** Message too long; for TLS: a record that is longer than any may be. */
	public static final int EMSGSIZE = 90;

	/** Protocol not available. */
	public static final int ENOPROTOOPT = 92;

	/** Operation not supported. */
	public static final int EOPNOTSUPP = 95;

	/** Address family not supported. */
	public static final int EAFNOSUPPORT = 97;

	/** Connection reset by peer. */
	public static final int ECONNRESET = 104;

	/** Transport endpoint is not connected. */
	public static final int ENOTCONN = 107;

	/** Stale handle; for a socket: it is another one. */
	public static final int ESTALE = 116;

	/** Key has expired; for TLS: the peer's next record has another key. */
	public static final int EKEYEXPIRED = 127;

	private Errno() {
	}

	/**
	 * Return the kernel's name of an error number.
	 * @param errno the error number
	 * @return its name, or {@code errno N} where it is none of those known here
	 */
	public static String nameOf(int errno) {
		return switch (errno) {
			case EPERM -> "EPERM";
			case ENOENT -> "ENOENT";
			case EINTR -> "EINTR";
			case EIO -> "EIO";
			case EBADF -> "EBADF";
			case EAGAIN -> "EAGAIN";
			case ENOMEM -> "ENOMEM";
			case EACCES -> "EACCES";
			case EBUSY -> "EBUSY";
			case EEXIST -> "EEXIST";
			case ENODEV -> "ENODEV";
			case EINVAL -> "EINVAL";
			case EPIPE -> "EPIPE";
			case ENOSYS -> "ENOSYS";
			case EBADMSG -> "EBADMSG";
			case EMSGSIZE -> "EMSGSIZE";
			case ENOPROTOOPT -> "ENOPROTOOPT";
			case EOPNOTSUPP -> "EOPNOTSUPP";
			case EAFNOSUPPORT -> "EAFNOSUPPORT";
			case ECONNRESET -> "ECONNRESET";
			case ENOTCONN -> "ENOTCONN";
			case ESTALE -> "ESTALE";
			case EKEYEXPIRED -> "EKEYEXPIRED";
			default -> "errno " + errno;
		};
	}

}
