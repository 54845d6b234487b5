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

package io.github.ktls.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The connections that are offloaded now. Thread-safe.
 */
public final class OffloadedConnections {

	/** The largest page. */
	public static final int MAX_PAGE = 1000;

	/** How long a page waits for event loops that are busy. */
	private static final long MAX_WAIT_MILLIS = 2_000;

	private final AtomicLong lastId = new AtomicLong();

	private final NavigableMap<Long, Entry> connections = new ConcurrentSkipListMap<>();

	OffloadedConnections() {
	}

	/**
	 * Add a connection, which has to be {@linkplain #remove removed} when it is closed.
	 * @param entry the connection
	 * @return its id
	 */
	long add(Entry entry) {
		long id = this.lastId.incrementAndGet();
		this.connections.put(id, entry);
		return id;
	}

	void remove(long id) {
		this.connections.remove(id);
	}

	/**
	 * Return how many there are.
	 * @return the number of offloaded connections; takes time with many of them
	 */
	int count() {
		return this.connections.size();
	}

	/**
	 * Return where the page behind a page begins.
	 * @param after the id that the page begins behind, 0 for the first page
	 * @param limit the number of connections at most
	 * @return the id that the next page begins behind; empty if there is none
	 */
	public OptionalLong next(long after, int limit) {
		List<Long> ids = this.connections.tailMap(after, false).keySet().stream().limit(limit + 1L).toList();
		return (ids.size() > limit) ? OptionalLong.of(ids.get(limit - 1)) : OptionalLong.empty();
	}

	/**
	 * Return a page of them, the oldest first. Waits for the connections' event loops and
	 * must not be called on one. Those that are closed meanwhile, or whose event loop
	 * does not answer in time, are left out.
	 * @param after the id that the page begins behind, 0 for the first page
	 * @param limit the number of connections at most, no more than {@link #MAX_PAGE}
	 * @return the connections, by their ids
	 */
	public List<ConnectionSnapshot> page(long after, int limit) {
		if (limit < 1 || limit > MAX_PAGE) {
			throw new IllegalArgumentException("'limit' must be from 1 to " + MAX_PAGE);
		}
		List<CompletableFuture<Optional<ConnectionSnapshot>>> answers = this.connections.tailMap(after, false)
			.values()
			.stream()
			.limit(limit)
			.map(Entry::snapshot)
			.toList();
		List<ConnectionSnapshot> page = new ArrayList<>(answers.size());
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MILLIS);
		for (CompletableFuture<Optional<ConnectionSnapshot>> answer : answers) {
			await(answer, end - System.nanoTime()).ifPresent(page::add);
		}
		return page;
	}

	private static Optional<ConnectionSnapshot> await(CompletableFuture<Optional<ConnectionSnapshot>> answer,
			long nanos) {
		try {
			return answer.get(Math.max(nanos, 0), TimeUnit.NANOSECONDS);
		}
		catch (ExecutionException | TimeoutException ex) {
			return Optional.empty();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return Optional.empty();
		}
	}

	/**
	 * One connection.
	 */
	interface Entry {

		/**
		 * Look at the connection, on its event loop.
		 * @return what there is to be seen; empty if it is closed by then
		 */
		CompletableFuture<Optional<ConnectionSnapshot>> snapshot();

	}

}
