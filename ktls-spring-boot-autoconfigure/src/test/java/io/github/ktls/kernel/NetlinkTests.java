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

package io.github.ktls.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import io.github.ktls.linux.Errno;
import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.NetlinkConstants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Netlink}.
 */
class NetlinkTests {

	private static final int TYPE = 99;

	private final List<ByteBuffer> answers = new ArrayList<>();

	@Test
	void whenMessageIsCutOffItIsRefused() {
		byte[] whole = FakeNetwork.message(TYPE, 0, 1, new byte[8]);
		for (int length = 1; length < whole.length; length++) {
			ByteBuffer part = wrap(whole).limit(length);
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> Netlink.parse(part, this.answers, "TEST"))
				.withMessage("netlink(TEST) was answered with a part of a message");
		}
	}

	@Test
	void whenLengthIsZeroItDoesNotGoRoundForEver() {
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> Netlink.parse(wrap(new byte[64]), this.answers, "TEST"));
	}

	@Test
	void whenKernelRefusesItsErrorIsTold() {
		byte[] refusal = FakeNetwork.message(NetlinkConstants.NLMSG_ERROR, 0, 1,
				FakeNetwork.join(FakeNetwork.number(-Errno.EPERM), new byte[16]));
		assertThatExceptionOfType(NativeIoException.class)
			.isThrownBy(() -> Netlink.parse(wrap(refusal), this.answers, "TEST"))
			.withMessage("netlink(TEST) failed with EPERM");
	}

	@Test
	void whenAnswerIsToAnotherRequestItIsLeftOut() throws IOException {
		byte[] other = FakeNetwork.message(TYPE, 0, 2, new byte[8]);
		byte[] otherDone = FakeNetwork.message(NetlinkConstants.NLMSG_DONE, 0, 2, new byte[4]);
		byte[] otherError = FakeNetwork.message(NetlinkConstants.NLMSG_ERROR, 0, 2, FakeNetwork.number(-1));
		assertThat(Netlink.parse(wrap(FakeNetwork.join(other, otherDone, otherError)), this.answers, "TEST")).isFalse();
		assertThat(this.answers).isEmpty();
	}

	@Test
	void payloadsAreTakenOutUpToTheEndOfTheDump() throws IOException {
		byte[] first = FakeNetwork.message(TYPE, 2, 1, new byte[] { 1, 2, 3 });
		byte[] second = FakeNetwork.message(TYPE, 2, 1, new byte[0]);
		byte[] done = FakeNetwork.message(NetlinkConstants.NLMSG_DONE, 2, 1, new byte[4]);
		byte[] behind = FakeNetwork.message(TYPE, 2, 1, new byte[4]);
		assertThat(Netlink.parse(wrap(FakeNetwork.join(first, second, done, behind)), this.answers, "TEST")).isTrue();
		assertThat(this.answers).extracting(ByteBuffer::remaining).containsExactly(3, 0);
		assertThat(this.answers.get(0).get(this.answers.get(0).position() + 2)).isEqualTo((byte) 3);
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void kernelTellsOfTheLoopbackInterface() throws IOException {
		Links links = Links.read(new JnaSystemCalls());
		assertThat(links.index("lo")).isOne();
		assertThat(links.name(1)).isEqualTo("lo");
		assertThat(links.lowest(List.of("lo"))).containsOnlyKeys("lo");
	}

	private static ByteBuffer wrap(byte[] bytes) {
		return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
	}

}
