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
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SlicedFile}.
 */
class SlicedFileTests {

	@TempDir
	Path directory;

	private final EmbeddedChannel channel = new EmbeddedChannel();

	private final ChannelPromise promise = this.channel.newPromise();

	private FileChannel file;

	private SlicedFile sliced;

	private int attempts;

	@BeforeEach
	void open() throws IOException {
		Path path = Files.write(this.directory.resolve("file"), new byte[1000]);
		this.file = FileChannel.open(path, StandardOpenOption.READ);
		this.sliced = new SlicedFile(new KtlsFileRegion(this.file, 100, 900), this.promise);
	}

	@Test
	void slicesFollowEachOtherAndLeaveTheFileOpen() {
		long position = 100;
		for (long length : new long[] { 1, 500, 399 }) {
			DefaultFileRegion slice = this.sliced.next(length, this::sending);
			assertThat(slice.position()).isEqualTo(position);
			assertThat(slice.count()).isEqualTo(length);
			assertThat(this.sliced.isUnderWay()).isTrue();
			assertThat(this.sliced.written(true)).isEqualTo(length);
			assertThat(this.sliced.isUnderWay()).isFalse();
			slice.release();
			position += length;
			assertThat(this.file.isOpen()).isTrue();
		}
		assertThat(this.sliced.left()).isZero();
		assertThat(this.promise.isDone()).isFalse();
		this.sliced.succeed();
		assertThat(this.promise.isSuccess()).isTrue();
		assertThat(this.file.isOpen()).isFalse();
	}

	@Test
	void eachAttemptToSendPartOfASliceIsAnnounced() throws IOException {
		DefaultFileRegion slice = this.sliced.next(900, this::sending);
		assertThat(this.attempts).isZero();
		// As the transport asks where to begin.
		assertThat(slice.transferred()).isZero();
		assertThat(this.attempts).isOne();
		// There was no room.
		assertThat(slice.transferred()).isZero();
		assertThat(this.attempts).isEqualTo(2);
		slice.transferTo(Channels.newChannel(new ByteArrayOutputStream()), 0);
		// As it asks whether that was all.
		assertThat(slice.transferred()).isEqualTo(900);
		assertThat(this.attempts).isEqualTo(2);
		slice.release();
		assertThat(this.sliced.written(true)).isEqualTo(900);
		this.sliced.succeed();
	}

	@Test
	void whenASliceFailsWhatTheKernelTookOfItIsKnown() {
		this.sliced.next(400, this::sending).release();
		assertThat(this.sliced.written(true)).isEqualTo(400);
		DefaultFileRegion slice = this.sliced.next(500, this::sending);
		slice.transferred();
		slice.release();
		assertThat(this.sliced.written(false)).isZero();
		this.sliced.fail(new IOException());
	}

	private void sending() {
		this.attempts++;
	}

	@Test
	void whenASliceIsStillHeldFileStaysOpen() {
		DefaultFileRegion slice = this.sliced.next(10, this::sending);
		this.sliced.fail(new IOException());
		assertThat(this.promise.isSuccess()).isFalse();
		assertThat(this.file.isOpen()).isTrue();
		slice.release();
		assertThat(this.file.isOpen()).isFalse();
	}

	@Test
	void endIsTakenOnce() {
		IOException cause = new IOException("closed");
		this.sliced.fail(cause);
		this.sliced.succeed();
		this.sliced.fail(new IOException("again"));
		assertThat(this.promise.cause()).isSameAs(cause);
		assertThat(this.file.isOpen()).isFalse();
	}

}
