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

package io.github.ktls.resource;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

import io.github.ktls.netty.ChunkMemory;

/**
 * The files that responses are sending: one descriptor for each file, however many
 * responses there are, and a bound for their number. Thread-safe; calls block as long as
 * the file system does.
 */
final class OpenFiles {

	/** How often a file may be replaced while it is being opened. */
	private static final int ATTEMPTS = 10;

	private final int max;

	private final ChunkMemory chunkMemory;

	private final AtomicInteger count = new AtomicInteger();

	private final Map<Path, Entry> entries = new ConcurrentHashMap<>();

	/**
	 * Create a new instance.
	 * @param max how many files may be open
	 * @param chunkMemory what the chunks of each further file have
	 */
	OpenFiles(int max, ChunkMemory chunkMemory) {
		this.max = max;
		this.chunkMemory = chunkMemory;
	}

	/**
	 * Return how many files may be open.
	 * @return the number
	 */
	int max() {
		return this.max;
	}

	/**
	 * Return how many files are open.
	 * @return the number
	 */
	int count() {
		return this.count.get();
	}

	/**
	 * Open a file as it is now.
	 * @param path the file
	 * @return the file, whose {@link FileBody#done()} the caller has to call
	 * @throws IOException if it is no regular file, may not be read, or changes faster
	 * than it can be opened
	 */
	FileBody open(Path path) throws IOException {
		for (int i = 0; i < ATTEMPTS; i++) {
			FileIdentity identity = FileIdentity.of(path);
			Entry entry = this.entries.get(path);
			if (entry != null && isUsable(entry, identity)) {
				return entry.file();
			}
			if (this.count.incrementAndGet() > this.max) {
				this.count.decrementAndGet();
				return new ReopenedFile(path, identity, this.chunkMemory);
			}
			SharedFile file = open(path, identity);
			if (file != null) {
				return file;
			}
		}
		throw new IOException("'%s' is replaced again and again".formatted(path));
	}

	// Return the file if it is the one that was looked at, and still is as it was then.
	private @Nullable SharedFile open(Path path, FileIdentity identity) throws IOException {
		FileChannel channel = null;
		boolean opened = false;
		try {
			channel = FileChannel.open(path, StandardOpenOption.READ);
			opened = channel.size() == identity.size() && FileIdentity.of(path).equals(identity);
		}
		finally {
			if (!opened) {
				this.count.decrementAndGet();
				if (channel != null) {
					channel.close();
				}
			}
		}
		return opened ? share(path, identity, channel) : null;
	}

	private SharedFile share(Path path, FileIdentity identity, FileChannel channel) {
		SharedFile file = new SharedFile(channel, identity.size(), () -> {
			this.entries.computeIfPresent(path, (key, entry) -> (entry.file().refCnt() == 0) ? null : entry);
			this.count.decrementAndGet();
		});
		Entry kept = this.entries.compute(path,
				(key, present) -> isUsable(present, identity) ? present : new Entry(identity, file));
		if (kept.file() != file) {
			// Somebody else was opening it at the same time.
			file.done();
		}
		return kept.file();
	}

	// Return whether there is one, which is then retained.
	private static boolean isUsable(@Nullable Entry entry, FileIdentity identity) {
		return entry != null && entry.identity().equals(identity) && entry.file().tryRetain();
	}

	/**
	 * An open file.
	 *
	 * @param identity which one it is
	 * @param file the file itself
	 */
	private record Entry(FileIdentity identity, SharedFile file) {

	}

}
