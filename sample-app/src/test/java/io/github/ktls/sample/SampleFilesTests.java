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

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

import io.github.ktls.sample.SampleProperties.KeyAlgorithm;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SampleFiles}.
 */
class SampleFilesTests {

	@TempDir
	private Path temp;

	private Path directory;

	@BeforeEach
	void setUp() {
		this.directory = this.temp.resolve("files");
	}

	@Test
	void filesAreTheSameWhereverTheyAreMade() throws IOException {
		Path other = this.temp.resolve("other");
		sampleFiles(this.directory);
		sampleFiles(other);
		assertThat(this.directory.resolve("0.bin")).hasSize(0);
		assertThat(this.directory.resolve("16k.bin")).hasSize(16384).hasSameBinaryContentAs(other.resolve("16k.bin"));
		assertThat(this.directory.resolve("1m.bin")).hasSize(1024 * 1024)
			.hasSameBinaryContentAs(other.resolve("1m.bin"));
	}

	@Test
	void filesAboveTheLargestSizeAreNotMade() throws IOException {
		sampleFiles(this.directory);
		assertThat(this.directory.resolve("100m.bin")).doesNotExist();
	}

	@Test
	void whenDirectoryExistsItIsLeftAsItIs() throws IOException {
		Files.createDirectory(this.directory);
		sampleFiles(this.directory);
		assertThat(this.directory).isEmptyDirectory();
	}

	@Test
	void fileOfTheDirectoryIsFound() throws IOException {
		assertThat(sampleFiles(this.directory).find("1k.bin")).contains(this.directory.resolve("1k.bin"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ".", "..", "../secret", "/etc/hostname", "missing", "folder", "folder/inner", "\0" })
	void nothingElseIsFound(String name) throws IOException {
		SampleFiles files = sampleFiles(this.directory);
		Files.writeString(this.temp.resolve("secret"), "secret");
		Files.writeString(Files.createDirectory(this.directory.resolve("folder")).resolve("inner"), "inner");
		assertThat(files.find(name)).isEmpty();
	}

	private SampleFiles sampleFiles(Path directory) throws IOException {
		return new SampleFiles(new SampleProperties(directory, DataSize.ofMegabytes(1), this.temp, KeyAlgorithm.EC));
	}

}
