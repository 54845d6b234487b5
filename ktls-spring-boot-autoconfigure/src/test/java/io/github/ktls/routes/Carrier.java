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

package io.github.ktls.routes;

import java.util.Arrays;
import java.util.Set;

/**
 * The system calls that carry a body.
 */
enum Carrier {

	/** From the file to the socket inside the kernel. */
	SENDFILE("sendfile"),

	/** Out of the memory of the process. */
	WRITE("write"),

	/** Anything else, a mixture for instance. */
	OTHER("other");

	private static final Set<String> WRITES = Set.of("write", "writev", "send", "sendto", "sendmsg", "sendmmsg");

	private static final double NEARLY_ALL = 0.9;

	private final String title;

	Carrier(String title) {
		this.title = title;
	}

	/**
	 * Return who carried nearly all of what was sent.
	 * @param sent what was sent on a socket
	 * @return the carrier
	 */
	static Carrier of(Sent sent) {
		return Arrays.stream(values())
			.filter((carrier) -> isNearlyAll(sent.bytes(carrier), sent.bytes()))
			.findFirst()
			.orElse(OTHER);
	}

	static boolean isNearlyAll(long bytes, long all) {
		return bytes > NEARLY_ALL * all;
	}

	boolean isMeantBy(String call) {
		return switch (this) {
			case SENDFILE -> call.equals("sendfile");
			case WRITE -> WRITES.contains(call);
			case OTHER -> false;
		};
	}

	@Override
	public String toString() {
		return this.title;
	}

}
