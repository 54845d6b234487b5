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

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

import org.jspecify.annotations.Nullable;

/**
 * Which file a path leads to, and in which state it is: enough to see that it was
 * replaced, or written to.
 *
 * @param key the file itself, on Linux its device and inode number
 * @param size its size, in bytes
 * @param modified when its content was last changed
 */
record FileIdentity(@Nullable Object key, long size, FileTime modified) {

	/**
	 * Look at a file.
	 * @param path the path, of which symbolic links are followed
	 * @return what is there
	 * @throws FileNotFoundException if it is something else than a regular file, like a
	 * directory, or a FIFO, which to open might take for ever
	 * @throws IOException if there is nothing, or it may not be looked at
	 */
	static FileIdentity of(Path path) throws IOException {
		BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
		if (!attributes.isRegularFile()) {
			throw new FileNotFoundException("'%s' is not a regular file".formatted(path));
		}
		return new FileIdentity(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
	}

}
