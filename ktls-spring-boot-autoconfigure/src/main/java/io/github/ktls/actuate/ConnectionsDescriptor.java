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

package io.github.ktls.actuate;

import java.util.List;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.github.ktls.netty.OffloadedConnections;

/**
 * A page of the connections that are offloaded now, the oldest first. One that ends while
 * the page is made, or whose event loop is too busy to answer, is left out.
 *
 * @param connections the connections
 * @param next what {@code after} has to be for the next page, or {@code null} if there is
 * none
 */
record ConnectionsDescriptor(List<ConnectionDescriptor> connections,
		@Nullable Long next) implements OperationResponseBody {

	/** The number of connections in a page, unless a request says another one. */
	static final int DEFAULT_LIMIT = 100;

	/**
	 * Make a page. Waits for event loops and must not be called on one.
	 * @param connections all connections
	 * @param after the id that the page begins behind, or {@code null} for the first page
	 * @param limit the number of connections at most, or {@code null} for the usual one
	 * @return the page
	 * @throws InvalidEndpointRequestException if there can be no such page
	 */
	static ConnectionsDescriptor page(OffloadedConnections connections, @Nullable Long after, @Nullable Integer limit) {
		long start = (after != null) ? after : 0;
		int size = (limit != null) ? limit : DEFAULT_LIMIT;
		if (start < 0) {
			throw Requests.invalid("'after' must not be negative");
		}
		if (size < 1 || size > OffloadedConnections.MAX_PAGE) {
			throw Requests.invalid("'limit' must be from 1 to " + OffloadedConnections.MAX_PAGE);
		}
		OptionalLong next = connections.next(start, size);
		// Where some have ended since then, the page reaches into the next one.
		return new ConnectionsDescriptor(connections.page(start, size)
			.stream()
			.filter((connection) -> next.isEmpty() || connection.id() <= next.getAsLong())
			.map(ConnectionDescriptor::of)
			.toList(), next.isPresent() ? next.getAsLong() : null);
	}

}
