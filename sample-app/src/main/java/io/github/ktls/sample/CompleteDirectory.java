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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Makes directories that are complete whenever they exist, however an earlier start
 * ended.
 */
final class CompleteDirectory {

	private CompleteDirectory() {
	}

	/**
	 * Make a directory that only this user can enter, unless it exists.
	 * @param directory the directory
	 * @param content writes what belongs into it
	 * @return whether it has been made
	 * @throws IOException if it can't be made
	 */
	static boolean make(Path directory, Content content) throws IOException {
		if (Files.exists(directory)) {
			return false;
		}
		Path parent = Files.createDirectories(directory.toAbsolutePath().getParent());
		Path unfinished = Files.createTempDirectory(parent, "unfinished-");
		content.writeTo(unfinished);
		Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
		return true;
	}

	/**
	 * What belongs into a directory.
	 */
	interface Content {

		void writeTo(Path directory) throws IOException;

	}

}
