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

package io.github.ktls.netty;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link KtlsFileRegion}.
 */
class KtlsFileRegionTests {

	private static final int SIZE = 100_000;

	@TempDir
	Path directory;

	private Path path;

	private FileChannel file;

	private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

	private final WritableByteChannel target = Channels.newChannel(this.sent);

	@BeforeEach
	void openFile() throws IOException {
		this.path = TestFiles.random(this.directory.resolve("file"), SIZE);
		this.file = FileChannel.open(this.path, StandardOpenOption.READ);
	}

	@Test
	void whenTransferredInPartsEveryByteOfTheRangeArrives() throws IOException {
		KtlsFileRegion region = new KtlsFileRegion(this.file, 1_000, 90_001);
		WritableByteChannel slow = new Slow(this.target, 777);
		while (region.transferred() < region.count()) {
			assertThat(region.transferTo(slow, region.transferred())).isBetween(1L, 777L);
		}
		assertThat(region.transferTo(slow, region.transferred())).isZero();
		assertThat(this.sent.toByteArray()).isEqualTo(Arrays.copyOfRange(Files.readAllBytes(this.path), 1_000, 91_001));
		region.release();
	}

	@Test
	void whenFileIsTruncatedTransferFailsInsteadOfGoingOnForEver() throws IOException {
		KtlsFileRegion region = new KtlsFileRegion(this.file, 0, SIZE);
		assertThat(region.transferTo(new Slow(this.target, 5_000), 0)).isEqualTo(5_000);
		try (FileChannel writable = FileChannel.open(this.path, StandardOpenOption.WRITE)) {
			writable.truncate(10);
		}
		assertThatIOException().isThrownBy(() -> region.transferTo(this.target, region.transferred()));
		assertThat(region.transferred()).isEqualTo(5_000);
		region.release();
		assertThat(this.file.isOpen()).isFalse();
	}

	@Test
	void whenReleasedFileIsClosedAndNotBefore() {
		KtlsFileRegion region = new KtlsFileRegion(this.file, 0, SIZE);
		region.retain();
		region.release();
		assertThat(this.file.isOpen()).isTrue();
		region.release();
		assertThat(this.file.isOpen()).isFalse();
	}

	@Test
	void itKnowsItsFileAndRange() {
		KtlsFileRegion region = new KtlsFileRegion(this.file, 5, 10);
		assertThat(region.file()).isSameAs(this.file);
		assertThat(region.position()).isEqualTo(5);
		assertThat(region.count()).isEqualTo(10);
		region.release();
	}

	/**
	 * Takes a limited number of bytes at once.
	 *
	 * @param delegate where they go
	 * @param limit the number
	 */
	private record Slow(WritableByteChannel delegate, int limit) implements WritableByteChannel {

		@Override
		public int write(ByteBuffer source) throws IOException {
			int taken = Math.min(this.limit, source.remaining());
			ByteBuffer part = source.duplicate().limit(source.position() + taken);
			this.delegate.write(part);
			source.position(source.position() + taken);
			return taken;
		}

		@Override
		public boolean isOpen() {
			return true;
		}

		@Override
		public void close() {
		}

	}

}
