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

package io.github.ktls.sample;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * The directory that is served.
 */
@Component
class SampleFiles {

	private static final Log logger = LogFactory.getLog(SampleFiles.class);

	private static final Map<String, DataSize> SIZES = Map.of("0.bin", DataSize.ofBytes(0), "1.bin",
			DataSize.ofBytes(1), "1k.bin", DataSize.ofKilobytes(1), "16k.bin", DataSize.ofKilobytes(16), "1m.bin",
			DataSize.ofMegabytes(1), "100m.bin", DataSize.ofMegabytes(100));

	private static final int BLOCK = 64 * 1024;

	private final Path directory;

	SampleFiles(SampleProperties properties) throws IOException {
		this.directory = properties.files().toAbsolutePath().normalize();
		if (CompleteDirectory.make(this.directory, (unfinished) -> generate(unfinished, properties.largestFile()))) {
			logger.info("Made sample files in " + this.directory);
		}
	}

	/**
	 * Return the directory as a location of resources.
	 * @return the location, with a slash at its end
	 */
	String location() {
		return this.directory.toUri().toString();
	}

	/**
	 * Find a file.
	 * @param name the file's name, from a request
	 * @return the file, if the directory itself has one of this name
	 */
	Optional<Path> find(String name) {
		try {
			Path file = this.directory.resolve(name).normalize();
			return Optional.of(file)
				.filter((candidate) -> this.directory.equals(candidate.getParent()))
				.filter(Files::isRegularFile);
		}
		catch (InvalidPathException ex) {
			return Optional.empty();
		}
	}

	private static void generate(Path directory, DataSize largest) throws IOException {
		Files.writeString(directory.resolve("text.txt"), "The kernel encrypts what it sends.\n".repeat(100));
		for (Map.Entry<String, DataSize> file : SIZES.entrySet()) {
			if (file.getValue().compareTo(largest) <= 0) {
				writeNoise(directory.resolve(file.getKey()), file.getValue().toBytes());
			}
		}
	}

	// The same bytes at each start and on each machine.
	private static void writeNoise(Path file, long size) throws IOException {
		Random random = new Random(size);
		byte[] block = new byte[BLOCK];
		try (OutputStream out = Files.newOutputStream(file)) {
			for (long left = size; left > 0; left -= BLOCK) {
				random.nextBytes(block);
				out.write(block, 0, (int) Math.min(left, BLOCK));
			}
		}
	}

}
