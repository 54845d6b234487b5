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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPromise;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.github.ktls.tls.CipherSuite;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HeldWrites}.
 */
class HeldWritesTests {

	private OffloadedChannel channel;

	private HeldWrites held;

	@BeforeEach
	void create() throws IOException {
		this.channel = new OffloadedChannel(CipherSuite.TLS_AES_128_GCM_SHA256, 0, null, true);
		this.held = new HeldWrites(this.channel.plaintext());
	}

	@Test
	void writesComeOutInOrderAndBelongToTheTarget() {
		List<ByteBuf> buffers = new ArrayList<>();
		List<ChannelPromise> promises = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			buffers.add(Unpooled.buffer().writeInt(i));
			promises.add(this.channel.newPromise());
			this.held.add(buffers.get(i), promises.get(i));
		}
		for (int i = 0; i < 3; i++) {
			int number = i;
			assertThat(this.held.first()).isSameAs(buffers.get(i));
			this.held.writeFirst((msg, promise) -> {
				assertThat(msg).isSameAs(buffers.get(number));
				assertThat(promise).isSameAs(promises.get(number));
			});
			assertThat(buffers.get(i).refCnt()).isOne();
			assertThat(promises.get(i).isDone()).isFalse();
		}
		assertThat(this.held.isEmpty()).isTrue();
		assertThat(this.held.first()).isNull();
	}

	@Test
	void theyCountAsPending() {
		long before = this.channel.bytesBeforeUnwritable();
		this.held.add(Unpooled.buffer().writeZero(1000), this.channel.newPromise());
		assertThat(this.channel.bytesBeforeUnwritable()).isLessThanOrEqualTo(before - 1000);
		assertThat(before - this.channel.bytesBeforeUnwritable()).isEqualTo(this.held.bytes());
		this.held.fail(new IOException());
		assertThat(this.channel.bytesBeforeUnwritable()).isEqualTo(before);
		assertThat(this.held.bytes()).isZero();
	}

	@Test
	void flushIsTakenOnce() {
		assertThat(this.held.takeFlush()).isFalse();
		this.held.flushLater();
		this.held.flushLater();
		assertThat(this.held.takeFlush()).isTrue();
		assertThat(this.held.takeFlush()).isFalse();
	}

	@Test
	void whenFailedAllAreReleasedAndTold() {
		ByteBuf first = Unpooled.buffer().writeInt(1);
		ByteBuf second = Unpooled.buffer().writeInt(2);
		ChannelPromise promise = this.channel.newPromise();
		this.held.add(first, this.channel.voidPromise());
		this.held.add(second, promise);
		IOException cause = new IOException("closed");
		this.held.fail(cause);
		assertThat(first.refCnt()).isZero();
		assertThat(second.refCnt()).isZero();
		assertThat(promise.cause()).isSameAs(cause);
		assertThat(this.held.isEmpty()).isTrue();
	}

}
