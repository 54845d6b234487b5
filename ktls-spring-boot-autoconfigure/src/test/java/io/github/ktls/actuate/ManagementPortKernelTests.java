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

package io.github.ktls.actuate;

import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.test.ActuatorClient.Answer;
import io.github.ktls.test.KernelArm;
import io.github.ktls.test.TlsStatDelta;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link AbstractManagementPortTests} with the kernel encrypting, and decrypting, for the
 * server. It counts one connection, which is the server's.
 */
@Tag("kernel")
@ParameterizedClass
@EnumSource(names = { "SENDING_ON_FIRST_FILE", "RECEIVING_ON_FIRST_FILE" })
class ManagementPortKernelTests extends AbstractManagementPortTests {

	private final KernelArm arm;

	private TlsStatDelta kernel = TlsStatDelta.start();

	ManagementPortKernelTests(KernelArm arm) {
		this.arm = arm;
	}

	@BeforeEach
	void startToCount() {
		// Its probe counts, too.
		assertThat(KernelTls.get().isAvailable()).isTrue();
		this.kernel = TlsStatDelta.start();
	}

	@Override
	List<String> properties() {
		return this.arm.propertiesAnd();
	}

	@Override
	void assertServer(Answer answer) {
		assertThat(answer.at("/used").asBoolean()).isTrue();
		assertThat(answer.at("/handovers/count").asLong()).isEqualTo(this.kernel.of("TlsTxSw")).isOne();
		assertThat(answer.at("/files/sendfile/files").asLong()).isOne();
		assertThat(answer.at("/files/chunks/files").asLong()).isZero();
		assertThat(answer.at("/fallbacks/total").asLong()).isZero();
		long received = this.arm.receive() ? 1 : 0;
		assertThat(this.kernel.of("TlsRxSw")).isEqualTo(received);
	}

}
