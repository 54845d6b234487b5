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

package io.github.ktls.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.jayway.jsonpath.JsonPath;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.ktls.doctor.DoctorReport;
import io.github.ktls.kernel.KernelTls;
import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.test.BootArchive;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The doctor in applications of which libraries are missing, and in one that is deployed.
 */
class DoctorProcessTests {

	private static final String ENABLED = "--server.ssl.ktls.enabled=true";

	@ParameterizedTest
	@CsvSource({ "netty-tcnative-boringssl-static-.*, netty-tcnative, netty_tcnative",
			"netty-tcnative-classes-.*, netty-tcnative, io.netty.internal.tcnative",
			"netty-tcnative-.*, netty-tcnative, tcnative",
			"netty-transport-native-epoll-.*, netty epoll, netty_transport_native_epoll",
			"netty-transport-(classes|native)-epoll-.*, netty epoll, io.netty.channel.epoll",
			"netty-.*, netty epoll, io.netty", "jna-.*, JNA, com.sun.jna",
			"(spring-boot-)?reactor-netty-.*, web server, a WebFlux application without",
			"spring-(webflux|boot-webflux)-.*, web server, an application without a web server",
			"spring-boot-web-server-.*, server.ssl, no TLS" })
	void whenALibraryIsMissingThatIsFoundAndAllElseIsChecked(String missing, String check, String finding) {
		DoctorProcess process = DoctorProcess.runWithout(missing, "--ktls.doctor", ENABLED);
		assertThat(process.output().lines()).filteredOn((line) -> line.startsWith("[FAILED]  " + check + ": "))
			.singleElement(InstanceOfAssertFactories.STRING)
			.contains(finding);
		assertThat(process.output()).contains("[OK]      host: ", "[OK]      server.ssl.ktls: enabled=true")
			.endsWith("(exit status 1)\n")
			.doesNotContain("\tat ");
		assertThat(process.status()).isEqualTo(DoctorReport.NOT_USED);
	}

	@Test
	void whenTheTemporaryDirectoryIsNoneJnaCannotBeLoaded(@TempDir Path directory) throws IOException {
		Path file = Files.createFile(directory.resolve("file"));
		DoctorProcess process = DoctorProcess.launch(List.of("-Djava.io.tmpdir=" + file, "-Duser.home=" + file, "-cp",
				System.getProperty("java.class.path"), DoctorProcess.class.getName()), "--ktls.doctor", ENABLED);
		assertThat(process.status()).isEqualTo(DoctorReport.NOT_USED);
		assertThat(process.output()).contains("[FAILED]  java.io.tmpdir: '" + file + "' is not writable",
				"[FAILED]  JNA: ", "-> Docker: docker run --tmpfs /tmp:exec IMAGE");
	}

	@Test
	void whenTheFormatIsUnknownItIsMisuse() {
		assertThat(DoctorProcess.run("--ktls.doctor=xml").status()).isEqualTo(KtlsDoctorListener.MISUSE);
	}

	@Test
	void whatAnArchiveSaysIsTrueOfThisKernel(@TempDir Path directory) throws IOException {
		Path empty = Files.createDirectory(directory.resolve("empty"));
		BootArchive archive = BootArchive.create(directory, empty, empty);
		DoctorProcess process = DoctorProcess.launch(archive.launcher(), empty.toString(), "ktls.doctor=json",
				"server.ssl.ktls.enabled=true", "server.ssl.bundle=web");
		KtlsFallback unavailability = KernelTls.get().unavailabilityCause();
		assertThat(JsonPath.parse(process.output()).<Integer>read("$.exitStatus")).isEqualTo(process.status());
		if (unavailability != null) {
			assertThat(process.status()).isEqualTo(DoctorReport.NOT_USED);
			assertThat(JsonPath.parse(process.output()).<List<String>>read("$.checks[?(@.check == 'probe')].finding"))
				.containsExactly(unavailability.toString());
		}
		else {
			assertThat(process.status()).isIn(DoctorReport.USED, DoctorReport.USED_WITH_WARNINGS);
		}
	}

}
