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

package io.github.ktls.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * The files in which a kernel describes itself. Whatever cannot be read is not there.
 *
 * @param root the directory that stands for {@code /}
 */
record HostFiles(Path root) {

	/** More than any of them has. */
	private static final int MAX_LENGTH = 8 * 1024 * 1024;

	/**
	 * Read a file.
	 * @param path its path, which begins at the root and has no slash in front
	 * @return the text, in which bytes that are not ASCII stand for themselves
	 */
	Optional<String> read(String path) {
		try (InputStream in = Files.newInputStream(this.root.resolve(path))) {
			return text(in);
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Read a file that was compressed with gzip.
	 * @param path its path
	 * @return the text
	 */
	Optional<String> readCompressed(String path) {
		try (InputStream in = new GZIPInputStream(Files.newInputStream(this.root.resolve(path)))) {
			return text(in);
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

	private static Optional<String> text(InputStream in) throws IOException {
		return Optional.of(new String(in.readNBytes(MAX_LENGTH), StandardCharsets.ISO_8859_1));
	}

	/**
	 * Return whether there is a file or a directory.
	 * @param path its path
	 * @return whether it is there
	 */
	boolean exists(String path) {
		return Files.exists(this.root.resolve(path));
	}

	/**
	 * Return whether this process may create files in a directory.
	 * @param path its path
	 * @return whether it is there and may be written
	 */
	boolean isWritableDirectory(String path) {
		Path directory = this.root.resolve(path);
		return Files.isDirectory(directory) && Files.isWritable(directory);
	}

	/**
	 * Return where a file or directory really is.
	 * @param path its path
	 * @return the path without symbolic links, from {@code /} on, or empty if it is not
	 * there
	 */
	Optional<String> realPath(String path) {
		try {
			Path real = this.root.resolve(path).toRealPath();
			Path top = this.root.toRealPath();
			return real.startsWith(top) ? Optional.of("/" + top.relativize(real)) : Optional.empty();
		}
		catch (IOException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Return what is in a directory.
	 * @param path its path
	 * @return the names, in order
	 */
	List<String> list(String path) {
		try (Stream<Path> files = Files.list(this.root.resolve(path))) {
			return files.map((file) -> file.getFileName().toString()).sorted().toList();
		}
		catch (IOException | UncheckedIOException ex) {
			return List.of();
		}
	}

	/**
	 * Read the value of a line {@code Name: value} of {@code /proc/self/status}.
	 * @param name the name
	 * @return the value, or empty if there is none
	 */
	Optional<String> status(String name) {
		return read("proc/self/status").stream()
			.flatMap(String::lines)
			.filter((line) -> line.startsWith(name + ":"))
			.map((line) -> line.substring(name.length() + 1).strip())
			.filter((value) -> !value.isEmpty())
			.findFirst();
	}

}
