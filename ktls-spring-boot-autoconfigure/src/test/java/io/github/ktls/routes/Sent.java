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

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.ktls.test.SystemCall;

/**
 * What a server has sent on the socket of one connection.
 *
 * @param isOffloaded whether the kernel has encrypted it
 * @param calls the calls that moved something; those since the kernel has the key, if it
 * has one, else all, of which the handshake is a small part
 */
record Sent(boolean isOffloaded, List<SystemCall> calls) {

	/**
	 * Find what was sent to a client that nobody shared its port with.
	 * @param calls what the server has done
	 * @param port the client's port
	 * @return what was sent
	 */
	static Sent to(List<SystemCall> calls, int port) {
		return to(calls, port, 0, 1);
	}

	/**
	 * Find what was sent to one of the clients that had a port after each other.
	 * @param calls what the server has done
	 * @param port the clients' port
	 * @param index how many had it before
	 * @param count how many had it altogether
	 * @return what was sent
	 */
	static Sent to(List<SystemCall> calls, int port, int index, int count) {
		String peer = "htons(" + port + ")";
		List<String> sockets = calls.stream()
			.filter((call) -> call.name().startsWith("accept") && call.arguments().contains(peer))
			.map(SystemCall::resultFile)
			.toList();
		if (sockets.size() != count || !sockets.get(index).startsWith("socket:")) {
			throw new IllegalStateException("The client with port " + port + " has the sockets " + sockets);
		}
		List<SystemCall> own = calls.stream().filter((call) -> call.file().equals(sockets.get(index))).toList();
		int key = 0;
		while (key < own.size() && !isKey(own.get(key))) {
			key++;
		}
		boolean offloaded = key < own.size();
		return new Sent(offloaded,
				own.subList(offloaded ? key + 1 : 0, own.size())
					.stream()
					.filter((call) -> !call.name().equals("setsockopt") && call.moved() > 0)
					.toList());
	}

	private static boolean isKey(SystemCall call) {
		return call.name().equals("setsockopt") && call.arguments().contains("TLS_TX") && call.result() == 0;
	}

	long bytes() {
		return this.calls.stream().mapToLong(SystemCall::moved).sum();
	}

	long bytes(Carrier carrier) {
		return this.calls.stream().filter((call) -> carrier.isMeantBy(call.name())).mapToLong(SystemCall::moved).sum();
	}

	/**
	 * Return the call that has carried nearly all, or those that have carried it
	 * together.
	 * @return for example {@code sendfile}, or {@code writev 80 %, sendto 20 %}
	 */
	String describe() {
		Map<String, Long> bytes = this.calls.stream()
			.collect(Collectors.groupingBy(SystemCall::name, Collectors.summingLong(SystemCall::moved)));
		return bytes.keySet()
			.stream()
			.filter((name) -> Carrier.isNearlyAll(bytes.get(name), bytes()))
			.findFirst()
			.orElseGet(() -> bytes.entrySet()
				.stream()
				.sorted(Map.Entry.<String, Long>comparingByValue().reversed())
				.map((entry) -> String.format(Locale.ROOT, "%s %.0f %%", entry.getKey(),
						100.0 * entry.getValue() / bytes()))
				.collect(Collectors.joining(", ")));
	}

}
