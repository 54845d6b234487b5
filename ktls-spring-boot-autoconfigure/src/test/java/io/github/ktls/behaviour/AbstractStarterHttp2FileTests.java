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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.test.Variant;

/**
 * Files over HTTP/2 with the starter, which promises more.
 */
abstract class AbstractStarterHttp2FileTests extends AbstractHttp2FileTests {

	AbstractStarterHttp2FileTests(Variant variant) {
		super(variant);
	}

	@Override
	long descriptors(int responses) {
		return 1;
	}

	@ParameterizedTest
	@ValueSource(ints = { 16_384, 20_000, 262_144, 1024 * 1024 })
	void framesAreAsLargeAsTheClientTakes(int maxFrameSize) throws IOException {
		checkThatFramesAreFull(maxFrameSize);
	}

	@Test
	void noBytesOfFilesAreOnTheHeap() throws IOException {
		checkThatNoBytesOfFilesAreOnTheHeap();
	}

	@Test
	void whenFileIsTruncatedWhileItIsSentItsStreamEnds() throws IOException {
		checkThatTruncatedFileEndsItsStreamOnly();
	}

}
