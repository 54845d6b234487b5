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

import io.github.ktls.test.ActuatorClient.Answer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@link AbstractManagementPortTests} with the starter on whatever kernel this is; meant
 * for one that cannot do TLS.
 */
class UserSpaceManagementPortTests extends AbstractManagementPortTests {

	@Override
	List<String> properties() {
		return List.of("server.ssl.ktls.enabled=true");
	}

	@Override
	void assertServer(Answer answer) {
		boolean available = answer.at("/available").asBoolean();
		assertThat(answer.at("/used").asBoolean()).isEqualTo(available);
		assertThat(answer.at("/handovers/count").asLong()).isEqualTo(available ? 1 : 0);
		assertThat(answer.at("/fallbacks/total").asLong()).isEqualTo(available ? 0 : 1);
		assertThat(answer.at("/files/" + (available ? "sendfile" : "chunks") + "/files").asLong()).isOne();
	}

}
