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
import java.util.LinkedHashSet;
import java.util.Set;

import io.github.ktls.linux.SystemCalls;

/**
 * The interfaces that routes name: those that traffic may leave by. (Of IPv4 these are
 * the routes of the main table.)
 */
final class Routes {

	private static final String IPV4 = "/proc/net/route";

	private static final String IPV6 = "/proc/net/ipv6_route";

	private static final String LOOPBACK = "lo";

	/** {@code include/uapi/linux/route.h} and {@code ipv6_route.h}. */
	private static final long RTF_UP = 0x1;

	private static final long RTF_REJECT = 0x200;

	private static final long RTF_ANYCAST = 0x00100000;

	private static final long RTF_LOCAL = 0x80000000L;

	private static final int IPV4_FLAGS = 3;

	private static final int IPV6_FLAGS = 8;

	private static final int IPV6_INTERFACE = 9;

	private static final int HEX = 16;

	private Routes() {
	}

	/**
	 * Read the routes. Where the kernel has no IPv6, or no IPv4, there are none of it.
	 * @param systemCalls the system calls
	 * @return the names of the interfaces, without the loopback interface
	 */
	static Set<String> interfaces(SystemCalls systemCalls) {
		Set<String> names = new LinkedHashSet<>(parseIpv4(contents(systemCalls, IPV4)));
		names.addAll(parseIpv6(contents(systemCalls, IPV6)));
		return names;
	}

	private static String contents(SystemCalls systemCalls, String path) {
		try {
			return systemCalls.readFile(path);
		}
		catch (IOException ex) {
			return "";
		}
	}

	static Set<String> parseIpv4(String contents) {
		Set<String> names = new LinkedHashSet<>();
		contents.lines().map((line) -> line.trim().split("\\s+")).forEach((fields) -> {
			if (fields.length > IPV4_FLAGS && isUsed(flags(fields[IPV4_FLAGS]))) {
				add(names, fields[0]);
			}
		});
		return names;
	}

	static Set<String> parseIpv6(String contents) {
		Set<String> names = new LinkedHashSet<>();
		contents.lines().map((line) -> line.trim().split("\\s+")).forEach((fields) -> {
			if (fields.length > IPV6_INTERFACE && isUsed(flags(fields[IPV6_FLAGS])) && !isEverywhere(fields[0])) {
				add(names, fields[IPV6_INTERFACE]);
			}
		});
		return names;
	}

	private static void add(Set<String> names, String name) {
		// The others stand for no interface.
		if (!name.equals(LOOPBACK) && !name.equals("*") && !name.equals("-")) {
			names.add(name);
		}
	}

	private static boolean isUsed(long flags) {
		return (flags & RTF_UP) != 0 && (flags & (RTF_REJECT | RTF_LOCAL | RTF_ANYCAST)) == 0;
	}

	// Each interface has these routes by itself: fe80::/10 and ff00::/8.
	private static boolean isEverywhere(String destination) {
		return destination.startsWith("ff") || destination.matches("fe[89ab].*");
	}

	// The head of the table has a word there.
	private static long flags(String field) {
		try {
			return Long.parseLong(field, HEX);
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

}
