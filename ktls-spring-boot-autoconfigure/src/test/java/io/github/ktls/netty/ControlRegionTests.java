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

import java.nio.channels.WritableByteChannel;

import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KtlsSocket;
import io.github.ktls.linux.ControlMessage;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * Tests for {@link ControlRegion}.
 */
class ControlRegionTests {

	private static final int FD = 5;

	private final WritableByteChannel target = mock();

	@Test
	void closeNotifyIsOneRecordOfTypeAlertAndGoesToTheSocketOnly() throws Exception {
		FakeKernel kernel = new FakeKernel().adoptDescriptors();
		ControlRegion alert = closeNotify(kernel);
		assertThat(alert.count()).isEqualTo(1);
		assertThat(alert.position()).isZero();
		assertThat(alert.transferred()).isZero();
		assertThat(alert.transferTo(this.target, 0)).isEqualTo(1);
		assertThat(alert.transferred()).isEqualTo(alert.count());
		assertThat(kernel.calls()).containsExactly(Call.SEND_RECORD);
		assertThat(kernel.sentBy(FD)).containsExactly(1, 0);
		verifyNoInteractions(this.target);
	}

	@Test
	void itSaysThatItIsAnAlert() throws Exception {
		SystemCalls systemCalls = mock();
		closeNotify(systemCalls).transferTo(this.target, 0);
		ArgumentCaptor<ControlMessage> control = ArgumentCaptor.captor();
		then(systemCalls).should().sendmsg(anyInt(), any(), control.capture());
		assertThat(control.getValue())
			.isEqualTo(new ControlMessage(SocketConstants.SOL_TLS, SocketConstants.TLS_SET_RECORD_TYPE, (byte) 21));
	}

	@Test
	void whenSocketIsFullItIsTriedAgainAndSentOnce() throws Exception {
		SystemCalls systemCalls = mock();
		given(systemCalls.sendmsg(anyInt(), any(), any())).willReturn(SystemCalls.WOULD_BLOCK, SystemCalls.WOULD_BLOCK,
				2);
		ControlRegion alert = closeNotify(systemCalls);
		assertThat(alert.transferTo(this.target, 0)).isZero();
		assertThat(alert.transferred()).isZero();
		assertThat(alert.transferTo(this.target, 0)).isZero();
		assertThat(alert.transferTo(this.target, 0)).isEqualTo(1);
		assertThat(alert.transferred()).isEqualTo(1);
		assertThat(alert.transferTo(this.target, 1)).isZero();
		then(systemCalls).should(times(3)).sendmsg(anyInt(), any(), any());
	}

	@Test
	void whenSendingFailsNothingCountsAsSent() {
		FakeKernel kernel = new FakeKernel().adoptDescriptors().refuse(Call.SEND_RECORD, Errno.EPIPE);
		ControlRegion alert = closeNotify(kernel);
		assertThatExceptionOfType(NativeIoException.class).isThrownBy(() -> alert.transferTo(this.target, 0));
		assertThat(alert.transferred()).isZero();
	}

	@Test
	void whenReleasedItIsGone() {
		ControlRegion alert = closeNotify(new FakeKernel());
		assertThat(alert.retain().retain(2)).isSameAs(alert);
		assertThat(alert.release(3)).isFalse();
		assertThat(alert.touch("hint")).isSameAs(alert);
		assertThat(alert.release()).isTrue();
		assertThat(alert.refCnt()).isZero();
	}

	private static ControlRegion closeNotify(SystemCalls systemCalls) {
		KtlsSocket socket = new KtlsSocket(systemCalls, FD);
		return new ControlRegion(() -> Alerts.closeNotify(socket));
	}

}
