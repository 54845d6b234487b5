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

package io.github.ktls.routes;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.Strace;
import io.github.ktls.test.SystemCall;
import io.github.ktls.test.Variant;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A deployed application on a kernel with TLS. Unpacked, its content is in files, or in
 * jars like those of {@link RouteTableKernelTests}.
 */
@Tag("kernel")
@Tag("process")
class BootArchiveKernelTests extends AbstractBootArchiveTests {

	@TempDir
	static Path traces;

	BootArchiveKernelTests() {
		super(Variant.ON_HANDSHAKE, EnumSet.of(Packaging.JAR));
	}

	@Override
	void watch(ServerProcess server, Runnable requests, long bytes) {
		Strace strace = Strace.attach(server.pid(), traces.resolve(server.pid() + ".trace"));
		List<SystemCall> calls;
		try {
			requests.run();
		}
		finally {
			calls = strace.stop();
		}
		assertThat(calls.stream()
			.filter((call) -> Carrier.SENDFILE.isMeantBy(call.name()))
			.mapToLong(SystemCall::moved)
			.sum()).isEqualTo(bytes);
	}

}
