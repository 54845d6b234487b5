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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.linux.Errno;
import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Alerts}.
 */
class AlertsTests {

	@ParameterizedTest
	@EnumSource
	void fatalAlertIsARecordOfItsOwn(AlertDescription description) throws Exception {
		OffloadedChannel channel = new OffloadedChannel(CipherSuite.TLS_AES_128_GCM_SHA256, 0, null, true);
		assertThat(Alerts.fatal(channel.socket, description)).isTrue();
		assertThat(channel.received()).singleElement().satisfies((record) -> {
			assertThat(record.type()).isEqualTo(ContentType.ALERT);
			assertThat(record.content()).containsExactly(2, description.value());
		});
	}

	@Test
	void closeNotifyIsAWarningAndCanBeSentForEachConnection() throws Exception {
		for (int i = 0; i < 2; i++) {
			OffloadedChannel channel = new OffloadedChannel(CipherSuite.TLS_AES_128_GCM_SHA256, 0, null, true);
			channel.setFull(true);
			assertThat(Alerts.closeNotify(channel.socket)).isFalse();
			channel.setFull(false);
			assertThat(Alerts.closeNotify(channel.socket)).isTrue();
			assertThat(channel.received()).singleElement()
				.satisfies((record) -> assertThat(record.content()).containsExactly(1, 0));
		}
	}

	@Test
	void whenKernelRefusesThatIsTold() throws IOException {
		OffloadedChannel channel = new OffloadedChannel(CipherSuite.TLS_AES_128_GCM_SHA256, 0, null, true);
		channel.kernel.refuse(Call.SEND_RECORD, Errno.EPIPE);
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> Alerts.fatal(channel.socket, AlertDescription.DECODE_ERROR));
	}

}
