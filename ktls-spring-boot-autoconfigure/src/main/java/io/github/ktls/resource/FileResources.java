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
import java.io.InputStream;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.util.ResourceUtils;
import org.springframework.web.reactive.resource.HttpResource;

import io.github.ktls.netty.ChunkMemory;

/**
 * Opens resources that are files, or that files are made of. Thread-safe; calls block as
 * long as the file system does.
 */
public final class FileResources implements AutoCloseable {

	private final OpenFiles openFiles;

	private final @Nullable StagedResources staged;

	/**
	 * Create a new instance.
	 * @param maxOpen how many files may be open at once; each further one is opened anew
	 * for each chunk
	 * @param chunkSize the size of these chunks, in bytes
	 * @param maxStaged how much of the class path is kept in files, in bytes
	 * @param read is told the size of each chunk that was read, in bytes
	 */
	public FileResources(int maxOpen, int chunkSize, long maxStaged, LongConsumer read) {
		this(new OpenFiles(maxOpen, new ChunkMemory(chunkSize, read)),
				(maxStaged > 0 && isLinux()) ? new StagedResources(maxStaged) : null);
	}

	FileResources(OpenFiles openFiles, @Nullable StagedResources staged) {
		this.openFiles = openFiles;
		this.staged = staged;
	}

	// Only there a file without a name can be had by means of the JDK.
	private static boolean isLinux() {
		return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
	}

	/**
	 * Return how many files of resources that are files are open.
	 * @return the number
	 */
	public int openFiles() {
		return this.openFiles.count();
	}

	/**
	 * Return how many files of resources that are files may be open at once.
	 * @return the number
	 */
	public int maxOpenFiles() {
		return this.openFiles.max();
	}

	/**
	 * Return how much of the class path is kept in files at most.
	 * @return the size in bytes, 0 where nothing is
	 */
	public long maxStaged() {
		return (this.staged != null) ? this.staged.maxSize() : 0;
	}

	/**
	 * Open the file of a resource.
	 * @param resource the resource
	 * @return the file, whose {@link FileBody#done()} the caller has to call, or
	 * {@code null} if the resource has none
	 * @throws IOException if it has one that cannot be sent
	 */
	@Nullable FileBody open(Resource resource) throws IOException {
		if (resource.isFile()) {
			Path path = pathOf(resource);
			return (path == null || isMadeWhenRead(path)) ? null : this.openFiles.open(path);
		}
		return (this.staged != null && isInsideAJar(resource)) ? this.staged.open(resource) : null;
	}

	// What is in a file system of another kind has no descriptor.
	private static @Nullable Path pathOf(Resource resource) {
		try {
			Path path = resource.getFilePath();
			return (path.getFileSystem() == FileSystems.getDefault()) ? path : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

	/**
	 * Return whether a file has content although its size is 0, as most of those in
	 * {@code /proc} do.
	 * @param path the file
	 * @return whether its size says nothing
	 * @throws IOException if the file cannot be read
	 */
	static boolean isMadeWhenRead(Path path) throws IOException {
		if (FileIdentity.of(path).size() > 0) {
			return false;
		}
		try (InputStream content = Files.newInputStream(path)) {
			return content.read() >= 0;
		}
	}

	// Return whether a resource is what Spring makes of an entry of a jar on this
	// machine, or what its resolvers put around that, which does not tell. Not anything
	// of the user's, which may have other bytes than are at its place, and nothing of
	// which time and length do not tell whether it has changed.
	private static boolean isInsideAJar(Resource resource) {
		if (!isSprings(resource, ClassPathResource.class) && !isSprings(resource, HttpResource.class)) {
			return false;
		}
		try {
			URL url = resource.getURL();
			String archive = url.getPath();
			return ResourceUtils.isJarURL(url) && (archive.startsWith("file:") || archive.startsWith("nested:"));
		}
		catch (IOException ex) {
			// A class loader may have content without an address.
			return false;
		}
	}

	private static boolean isSprings(Resource resource, Class<? extends Resource> type) {
		return type.isInstance(resource) && resource.getClass().getPackage().equals(type.getPackage());
	}

	@Override
	public void close() {
		if (this.staged != null) {
			this.staged.close();
		}
	}

}
