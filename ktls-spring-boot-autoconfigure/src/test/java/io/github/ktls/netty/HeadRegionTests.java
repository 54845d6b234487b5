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

import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * Tests for {@link HeadRegion}.
 */
class HeadRegionTests {

	private static final int FD = 5;

	private final WritableByteChannel target = mock();

	private final SystemCalls systemCalls = mock();

	private final ByteBuf bytes = Unpooled.directBuffer()
		.writeBytes("..head".getBytes(StandardCharsets.US_ASCII))
		.skipBytes(2);

	private final HeadRegion head = new HeadRegion(new KtlsSocket(this.systemCalls, FD), this.bytes);

	@Test
	void whatTheSocketHasNoRoomForIsTriedAgain() throws Exception {
		List<String> sent = new ArrayList<>();
		int[] results = { SystemCalls.WOULD_BLOCK, 1, SystemCalls.WOULD_BLOCK, 3 };
		given(this.systemCalls.send(eq(FD), any(), eq(SocketConstants.MSG_MORE))).willAnswer((call) -> {
			sent.add(StandardCharsets.US_ASCII.decode(call.<ByteBuffer>getArgument(1).duplicate()).toString());
			return results[sent.size() - 1];
		});
		assertThat(this.head.count()).isEqualTo(4);
		assertThat(this.head.position()).isZero();
		assertThat(this.head.transferTo(this.target, 0)).isZero();
		assertThat(this.head.transferTo(this.target, 0)).isOne();
		assertThat(this.head.transferred()).isOne();
		assertThat(this.head.transferTo(this.target, 1)).isZero();
		assertThat(this.head.transferTo(this.target, 1)).isEqualTo(3);
		assertThat(this.head.transferred()).isEqualTo(4);
		assertThat(sent).containsExactly("head", "head", "ead", "ead");
		verifyNoInteractions(this.target);
	}

	@Test
	void whenSendingFailsNothingCountsAsSent() throws Exception {
		given(this.systemCalls.send(anyInt(), any(), anyInt())).willThrow(new NativeIoException("send", Errno.EPIPE));
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(() -> this.head.transferTo(this.target, 0));
		assertThat(this.head.transferred()).isZero();
	}

	@Test
	void whenReleasedSoAreItsBytes() {
		assertThat(this.head.retain().retain(2)).isSameAs(this.head);
		assertThat(this.head.release(3)).isFalse();
		assertThat(this.head.touch().touch("hint")).isSameAs(this.head);
		assertThat(this.bytes.refCnt()).isOne();
		assertThat(this.head.release()).isTrue();
		assertThat(this.bytes.refCnt()).isZero();
	}

}
