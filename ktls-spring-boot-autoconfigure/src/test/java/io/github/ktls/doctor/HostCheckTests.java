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

package io.github.ktls.doctor;

import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HostCheck}.
 */
class HostCheckTests {

	@TempDir
	Path root;

	private FakeHost host;

	@BeforeEach
	void createHost() {
		this.host = new FakeHost(this.root);
	}

	@ParameterizedTest
	@CsvSource({ "Mac OS X, aarch64", "Windows 11, amd64", "Linux, i386", "Linux, riscv64", "'', ''" })
	void whenSystemOrProcessorIsAnotherOneItFails(String os, String architecture) {
		Finding finding = this.host.property("os.name", os).property("os.arch", architecture).finding("host");
		assertThat(finding.status()).isEqualTo(CheckStatus.FAILED);
		assertThat(finding.finding()).contains(os, architecture);
	}

	@Test
	void whenTheKernelDoesNotSayItsReleaseTheJvmDoes() {
		this.host.remove("proc/sys/kernel/osrelease").property("os.version", "6.99");
		assertThat(this.host.finding("host").finding()).startsWith("Linux 6.99 on amd64");
		this.host.write("proc/sys/kernel/osrelease", "\n");
		assertThat(this.host.finding("host").finding()).startsWith("Linux 6.99 on amd64");
	}

	@Test
	void whenNothingTellsOfAContainerItIsNone() {
		assertThat(this.host.finding("host"))
			.isEqualTo(Finding.ok("host", "Linux 6.14.2-test on amd64, not in a container, Test VM 17.0.1"));
	}

	@ParameterizedTest
	@CsvSource({ ".dockerenv, Docker", "run/.containerenv, Podman",
			"var/run/secrets/kubernetes.io/serviceaccount/token, Kubernetes",
			"run/secrets/kubernetes.io/x, Kubernetes" })
	void whenThereIsAFileOfAContainersItIsOne(String file, String kind) {
		assertThat(this.host.write(file, "").finding("host").finding()).contains("in a container (" + kind + ")");
	}

	@Test
	void whenTheControlGroupIsAContainersItIsOne() {
		this.host.write("proc/1/cgroup", "0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-2.scope\n");
		assertThat(this.host.finding("host").finding()).contains("in a container (by its control group");
	}

	@Test
	void whenTheRootIsAnOverlayItIsAContainer() {
		this.host.write("proc/self/mountinfo",
				"9 8 0:5 / /proc rw - proc proc rw\n1 0 0:4 / / rw - overlay overlay rw\n");
		assertThat(this.host.finding("host").finding()).contains("in a container (by its control group");
	}

}
