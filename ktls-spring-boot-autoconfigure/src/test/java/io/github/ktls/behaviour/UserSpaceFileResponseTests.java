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

package io.github.ktls.behaviour;

import java.io.IOException;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.test.HttpsConnection;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Files over HTTP/1.1 with the starter, in user space.
 */
class UserSpaceFileResponseTests extends AbstractFileResponseTests {

	UserSpaceFileResponseTests() {
		super(Variant.USER_SPACE);
	}

	@Test
	void whenFileIsTruncatedWhileItIsSentConnectionEnds() throws IOException {
		checkThatTruncatedFileEndsConnection();
	}

	@Test
	void fileOfFiveGigabytesArrivesInFull() {
		checkThatHugeFileArrivesInFull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 10 })
	void bytesOfFilesAreCountedWhetherOrNotTheFileStaysOpen(int maxOpenFiles) throws IOException {
		Path file = TestFiles.random(files.resolve("counted-" + maxOpenFiles), 300_000);
		try (RunningApplication application = startAnother("server.ssl.ktls.max-open-files=" + maxOpenFiles);
				HttpsConnection connection = HttpsConnection.open(application.port())) {
			assertThat(connection.get("/resource/" + file.getFileName()).sha256()).isEqualTo(TestFiles.sha256(file));
			assertThat(application.statistics().getFilesByChunks()).isOne();
			assertThat(application.statistics().getBytesByChunks()).isEqualTo(300_000);
		}
	}

}
