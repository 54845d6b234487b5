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

package io.github.ktls.sample;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the sample's image in a Docker daemon. They run on whatever kernel there is,
 * and {@code containers/container-tests} tells them whether it has TLS.
 */
@Tag("container")
class SampleImageContainerTests {

	private static final String NONROOT = "65532\t65532\t65532\t65532";

	// setsockopt(…, SOL_TCP, TCP_ULP, …) fails with EPERM, and all else is allowed.
	private static final String NO_ULP = """
			{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["setsockopt"], "action": "SCMP_ACT_ERRNO",
			"errnoRet": 1, "args": [{"index": 1, "value": 6, "op": "SCMP_CMP_EQ"},
			{"index": 2, "value": 31, "op": "SCMP_CMP_EQ"}]}]}""";

	private static boolean kernelHasTls;

	private static byte[] file;

	@BeforeAll
	static void beforeAll(@TempDir Path temp) throws Exception {
		String expected = System.getProperty("container-tests.ktls");
		assertThat(expected).as("container-tests.ktls").isIn("true", "false");
		kernelHasTls = Boolean.parseBoolean(expected);
		// The same bytes on each machine.
		new SampleFiles(new SampleProperties(temp.resolve("files"), DataSize.ofMegabytes(1), temp,
				SampleProperties.KeyAlgorithm.EC));
		file = Files.readAllBytes(temp.resolve("files/1m.bin"));
	}

	// A file arrives exactly, and the kernel has encrypted it where it can.
	private static void assertServes(SampleContainer container) throws Exception {
		long before = container.counter("TlsTxSw");
		assertThat(container.get("/files/1m.bin")).isEqualTo(file);
		String connection = container.whoAmI();
		if (kernelHasTls) {
			assertThat(container.report()).contains("Kernel TLS is used for sending");
			assertThat(connection).contains("\"offloaded\":true");
			assertThat(container.counter("TlsTxSw")).isGreaterThan(before);
		}
		else {
			assertThat(container.report()).contains("Kernel TLS is not used: MODULE_MISSING", "modprobe tls");
			assertThat(connection).contains("\"offloaded\":false", "\"reason\":\"MODULE_MISSING\"");
		}
	}

	private static void assertFallsBack(SampleContainer container, String reason) throws Exception {
		assertThat(container.get("/files/1m.bin")).isEqualTo(file);
		assertThat(container.report()).contains("Kernel TLS is not used: " + reason);
		assertThat(container.whoAmI()).contains("\"offloaded\":false");
		assertThat(container.counter("TlsTxSw")).isZero();
	}

	@Test
	void whenNativesCannotBeExecutedFromTmpThenFallsBack() throws Exception {
		try (SampleContainer container = SampleContainer.hardened().withNativesInJars()) {
			container.start();
			assertFallsBack(container, "EPOLL_UNAVAILABLE");
			assertThat(container.report()).contains("noexec");
		}
	}

	@Test
	void whenSeccompProfileRefusesTcpUlpThenFallsBack() throws Exception {
		try (SampleContainer container = SampleContainer.hardened()
			.withHostConfig((host) -> host.withSecurityOpts(List.of("no-new-privileges", "seccomp=" + NO_ULP)))) {
			container.start();
			assertFallsBack(container, "SYSTEM_CALL_REFUSED");
		}
	}

	@Test
	void whenNativesAreInJarsAndTmpIsNotNoexecThenServes() throws Exception {
		try (SampleContainer container = SampleContainer.hardened()
			.withNativesInJars()
			.withTmpFs(Map.of("/tmp", "exec"))) {
			container.start();
			assertServes(container);
		}
	}

	@Test
	void whenRunWithoutOptionsThenServesAndEndsWhenAsked() throws Exception {
		try (SampleContainer container = SampleContainer.plain()) {
			container.start();
			assertServes(container);
			assertThat(container.status()).containsEntry("Uid", NONROOT);
			// 128 + SIGTERM: what a JVM ends with that has shut down because of it.
			assertThat(container.terminate()).isEqualTo(143);
			assertThat(container.getLogs()).contains("Graceful shutdown complete");
		}
	}

	/**
	 * One container with all that can be taken away taken away.
	 */
	@Nested
	@TestInstance(Lifecycle.PER_CLASS)
	class Hardened {

		private final SampleContainer container = SampleContainer.hardened();

		@BeforeAll
		void start() {
			this.container.start();
		}

		@AfterAll
		void stop() {
			this.container.stop();
		}

		@ParameterizedTest
		@ValueSource(strings = { "sh", "/bin/sh", "/bin/bash", "/busybox/sh", "/bin/ls" })
		void hasNoShell(String program) throws Exception {
			assertThat(this.container.execInContainer(program).getExitCode()).isIn(126, 127);
		}

		@Test
		void rootCannotBeWritten() throws Exception {
			assertThat(this.container
				.execInContainer("/opt/java/bin/keytool", "-genkeypair", "-keyalg", "EC", "-dname", "CN=any",
						"-storepass", "any-password", "-keystore", "/opt/application/any.p12")
				.getStdout()).contains("Read-only file system");
		}

		@Test
		void hasNoPrivileges() throws Exception {
			assertThat(this.container.status()).containsEntry("Uid", NONROOT)
				.containsEntry("Gid", NONROOT)
				.containsEntry("NoNewPrivs", "1")
				.containsEntry("CapEff", "0000000000000000")
				.containsEntry("CapPrm", "0000000000000000")
				.containsEntry("CapBnd", "0000000000000000");
		}

		@Test
		void isUnderTheDaemonsSeccompProfile() throws Exception {
			assertThat(this.container.status()).containsEntry("Seccomp", "2");
			assertThat(this.container.getDockerClient().infoCmd().exec().getSecurityOptions())
				.contains("name=seccomp,profile=default");
		}

		@Test
		void servesFiles() throws Exception {
			assertServes(this.container);
		}

		@Test
		void isLiveAndReady() throws Exception {
			assertThat(this.container.get("/actuator/health/liveness")).asString().contains("\"UP\"");
			assertThat(this.container.get("/actuator/health/readiness")).asString().contains("\"UP\"");
		}

	}

}
