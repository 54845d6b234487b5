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

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;

/**
 * Files with the content of resources that are none, as those inside a jar: made when a
 * resource is first asked for, and made anew when it has changed. The files have no name:
 * they are unlinked as soon as they are open, so nothing of them is left when the process
 * ends, however it does. Thread-safe; calls block until the content is copied.
 */
final class StagedResources implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(StagedResources.class);

	/** Each file has a descriptor. */
	private static final int MAX_COUNT = 1024;

	/** How long nothing is staged after a disk has refused to take it. */
	private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final long maxSize;

	private final Directory directory;

	private final LongSupplier nanoTime;

	/** From the least to the most recently used. Guarded by {@code this}. */
	private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75F, true);

	private long size;

	private boolean paused;

	private long pausedAt;

	private boolean closed;

	/**
	 * Create a new instance.
	 * @param maxSize the size of all files together, in bytes; those that responses still
	 * need when they were given up do not count
	 */
	StagedResources(long maxSize) {
		this(maxSize, () -> Files.createTempDirectory("ktls-"), System::nanoTime);
	}

	/**
	 * Create a new instance.
	 * @param maxSize the size of all files together, in bytes
	 * @param directory makes a directory for one file, which only this user may enter
	 * @param nanoTime tells the time, in nanoseconds since any moment
	 */
	StagedResources(long maxSize, Directory directory, LongSupplier nanoTime) {
		this.maxSize = maxSize;
		this.directory = directory;
		this.nanoTime = nanoTime;
	}

	/**
	 * Return how large all files together may be.
	 * @return the size in bytes
	 */
	long maxSize() {
		return this.maxSize;
	}

	/**
	 * Return a file with the content of a resource.
	 * @param resource the resource
	 * @return the file, whose {@link FileBody#done()} the caller has to call, or
	 * {@code null} if there is no room for it
	 * @throws IOException if the resource cannot be read
	 */
	@Nullable FileBody open(Resource resource) throws IOException {
		String key = resource.getURL().toExternalForm();
		Version version = new Version(resource.lastModified(), resource.contentLength());
		if (version.length() < 0 || version.length() > this.maxSize) {
			return null;
		}
		for (;;) {
			boolean first;
			Entry entry;
			synchronized (this) {
				entry = this.entries.get(key);
				first = entry == null || !entry.version.equals(version);
				if (first) {
					entry = admit(key, version);
				}
			}
			if (entry == null) {
				return null;
			}
			if (first) {
				fill(key, entry, resource);
			}
			SharedFile file = entry.file();
			if (file == null || file.tryRetain()) {
				return file;
			}
			// It was given up in the meantime, or is of no use any more.
			synchronized (this) {
				remove(entry, key);
			}
		}
	}

	// Make room for a resource, unless that is not to be had.
	private @Nullable Entry admit(String key, Version version) {
		if (this.closed || (this.paused && this.nanoTime.getAsLong() - this.pausedAt < PAUSE_NANOS)) {
			return null;
		}
		this.paused = false;
		remove(this.entries.get(key), key);
		List<Entry> unused = new ArrayList<>();
		Iterator<Entry> eldest = this.entries.values().iterator();
		while ((this.size + version.length() > this.maxSize || this.entries.size() >= MAX_COUNT) && eldest.hasNext()) {
			Entry entry = eldest.next();
			// One that is being made holds its place.
			if (entry.isFilled()) {
				eldest.remove();
				this.size -= entry.version.length();
				unused.add(entry);
			}
		}
		unused.forEach(Entry::discard);
		if (this.size + version.length() > this.maxSize || this.entries.size() >= MAX_COUNT) {
			return null;
		}
		Entry entry = new Entry(version);
		this.entries.put(key, entry);
		this.size += version.length();
		return entry;
	}

	private void remove(@Nullable Entry entry, String key) {
		if (entry != null && this.entries.remove(key, entry)) {
			this.size -= entry.version.length();
			entry.discard();
		}
	}

	private void fill(String key, Entry entry, Resource resource) throws IOException {
		SharedFile file = null;
		try (InputStream content = resource.getInputStream()) {
			file = stage(content, entry.version.length());
		}
		finally {
			entry.complete(file);
			if (file == null) {
				synchronized (this) {
					remove(entry, key);
				}
			}
		}
	}

	private @Nullable SharedFile stage(InputStream content, long length) throws IOException {
		FileChannel channel = create();
		if (channel == null) {
			return null;
		}
		SharedFile file = new SharedFile(channel, length, () -> {
		});
		boolean complete = false;
		try {
			copy(content, channel, length);
			complete = true;
			return file;
		}
		catch (WriteException ex) {
			pause(ex.getCause());
			return null;
		}
		finally {
			if (!complete) {
				file.release();
			}
		}
	}

	private @Nullable FileChannel create() {
		try {
			Path created = this.directory.create();
			try {
				// On Linux it is unlinked as soon as it is open.
				return FileChannel.open(created.resolve("content"), StandardOpenOption.CREATE_NEW,
						StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
			}
			finally {
				Files.delete(created);
			}
		}
		catch (IOException ex) {
			pause(ex);
			return null;
		}
	}

	private static void copy(InputStream content, FileChannel channel, long length) throws IOException {
		byte[] buffer = new byte[64 * 1024];
		OutputStream out = Channels.newOutputStream(channel);
		long copied = 0;
		for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
			copied += read;
			if (copied > length) {
				break;
			}
			try {
				out.write(buffer, 0, read);
			}
			catch (ClosedByInterruptException ex) {
				// Whom it was for has gone away; that is not the disk's fault.
				throw ex;
			}
			catch (IOException ex) {
				throw new WriteException(ex);
			}
		}
		if (copied != length) {
			throw new EOFException("The resource has %d bytes instead of %d".formatted(copied, length));
		}
	}

	private void pause(@Nullable Throwable cause) {
		synchronized (this) {
			this.pausedAt = this.nanoTime.getAsLong();
			if (this.paused) {
				// Somebody else has found out at the same time.
				return;
			}
			this.paused = true;
		}
		logger.warn("A class-path resource could not be copied to a file, so it is sent as it would be without kernel "
				+ "TLS; tried again in a minute. Have java.io.tmpdir name a directory with room, or set "
				+ "server.ssl.ktls.resource-cache.max-size to what it has room for: " + cause);
	}

	/**
	 * Return how much is staged.
	 * @return the size of all files together, in bytes
	 */
	synchronized long size() {
		return this.size;
	}

	/**
	 * Give all files up. Responses under way keep theirs.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		List.copyOf(this.entries.keySet()).forEach((key) -> remove(this.entries.get(key), key));
	}

	/**
	 * Makes directories.
	 */
	@FunctionalInterface
	interface Directory {

		/**
		 * Make one.
		 * @return the directory, which is empty
		 * @throws IOException if that is not possible
		 */
		Path create() throws IOException;

	}

	/**
	 * What tells one state of a resource from another.
	 *
	 * @param lastModified when it was changed, in milliseconds since 1970
	 * @param length its length, in bytes
	 */
	private record Version(long lastModified, long length) {

	}

	/**
	 * A resource that is, or is being, staged.
	 */
	private static final class Entry {

		private final Version version;

		private final CompletableFuture<@Nullable SharedFile> file = new CompletableFuture<>();

		Entry(Version version) {
			this.version = version;
		}

		void complete(@Nullable SharedFile staged) {
			this.file.complete(staged);
		}

		boolean isFilled() {
			return this.file.isDone();
		}

		@Nullable SharedFile file() {
			return this.file.join();
		}

		// Release the reference of whoever made the file, now or as soon as there is one.
		void discard() {
			this.file.thenAccept((staged) -> {
				if (staged != null) {
					staged.release();
				}
			});
		}

	}

	/**
	 * The disk does not take it.
	 */
	private static final class WriteException extends IOException {

		private static final long serialVersionUID = 1L;

		WriteException(IOException cause) {
			super(cause);
		}

	}

}
