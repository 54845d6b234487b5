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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import io.github.ktls.doctor.Doctor;
import io.github.ktls.doctor.DoctorReport;
import io.github.ktls.doctor.ServerConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KtlsDoctorListener}, in applications.
 */
class KtlsDoctorListenerTests {

	private final StringBuilder output = new StringBuilder();

	private final List<Integer> statuses = new ArrayList<>();

	private final AtomicBoolean contextCreated = new AtomicBoolean();

	/**
	 * Have the log speak again, which is silent until an application has configured it.
	 */
	@AfterEach
	void restoreLog() {
		LoggingSystem.get(getClass().getClassLoader()).cleanUp();
	}

	private SpringApplication application(Function<ServerConfiguration, DoctorReport> doctor) {
		SpringApplication application = new SpringApplication(Empty.class);
		List<ApplicationListener<?>> listeners = new ArrayList<>(application.getListeners());
		// The registered one would end this JVM.
		assertThat(listeners.removeIf(KtlsDoctorListener.class::isInstance)).isTrue();
		listeners.add(new KtlsDoctorListener(this.output::append, this.statuses::add, doctor));
		application.setListeners(listeners);
		application.addInitializers((context) -> this.contextCreated.set(true));
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		return application;
	}

	private int diagnose(SpringApplication application, String... arguments) {
		assertThatExceptionOfType(SpringApplication.AbandonedRunException.class)
			.isThrownBy(() -> application.run(arguments));
		assertThat(this.contextCreated).isFalse();
		assertThat(this.statuses).hasSize(1);
		return this.statuses.get(0);
	}

	private int diagnose(String... arguments) {
		return diagnose(application(Doctor::examine), arguments);
	}

	@ParameterizedTest
	@ValueSource(strings = { "--ktls.other", "--ktls.doctor=false", "--ktls.doctor=FALSE" })
	void whenNotAskedForTheApplicationStarts(String argument) {
		start(application(Doctor::examine), argument);
	}

	private void start(SpringApplication application, String... arguments) {
		application.setWebApplicationType(WebApplicationType.NONE);
		try (ConfigurableApplicationContext context = application.run(arguments)) {
			assertThat(context.isActive()).isTrue();
		}
		assertThat(this.contextCreated).isTrue();
		assertThat(this.statuses).isEmpty();
		assertThat(this.output).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "--ktls.doctor", "--ktls.doctor=", "--ktls.doctor=true", "--ktls.doctor=TEXT" })
	void whenKernelTlsIsNotEnabledThatIsSaidAndAllElseIsChecked(String argument) {
		assertThat(diagnose(argument)).isEqualTo(DoctorReport.NOT_USED);
		assertThat(this.output.toString()).contains("[OK]      netty-tcnative: BoringSSL")
			.contains("[FAILED]  server.ssl.ktls: enabled=false")
			.contains("            -> application.properties: server.ssl.ktls.enabled=true")
			.endsWith("(exit status 1)\n");
	}

	@Test
	void jsonIsAllThatIsPrinted() {
		assertThat(diagnose("--ktls.doctor=json")).isEqualTo(DoctorReport.NOT_USED);
		DocumentContext json = JsonPath.parse(this.output.toString());
		assertThat(json.<Integer>read("$.exitStatus")).isEqualTo(DoctorReport.NOT_USED);
		assertThat(json.<List<String>>read("$.checks[?(@.check == 'server.ssl.ktls')].status"))
			.containsExactly("FAILED");
	}

	@Test
	void whenTheFormatIsUnknownItIsMisuse() {
		assertThat(diagnose("--ktls.doctor=x\u001bml")).isEqualTo(KtlsDoctorListener.MISUSE);
		assertThat(this.output.toString())
			.isEqualTo("'x?ml' is no format of the doctor's; use --ktls.doctor or --ktls.doctor=json\n");
	}

	@Test
	void whenTheDoctorFailsThatIsSaid() {
		int status = diagnose(application((configuration) -> {
			throw new IllegalStateException("gone");
		}), "--ktls.doctor");
		assertThat(status).isEqualTo(KtlsDoctorListener.DEFECT);
		assertThat(this.output.toString()).contains("java.lang.IllegalStateException: gone");
	}

	private SpringApplication environment(String source, String name, String value) {
		SpringApplication application = application(Doctor::examine);
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(source,
					source.equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME)
							? new SystemEnvironmentPropertySource(source, Map.of(name, value))
							: new MapPropertySource(source, Map.of(name, value)));
		application.setEnvironment(environment);
		return application;
	}

	@Test
	void theEnvironmentCanAskForIt() {
		assertThat(diagnose(environment("systemEnvironment", "KTLS_DOCTOR", "json"))).isEqualTo(DoctorReport.NOT_USED);
		assertThat(this.output).startsWith("{");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "false" })
	void whenTheEnvironmentHasItEmptyOrFalseTheApplicationStarts(String value) {
		start(environment("systemEnvironment", "KTLS_DOCTOR", value));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "true" })
	void systemPropertiesCanAskForIt(String value) {
		assertThat(diagnose(environment("systemProperties", "ktls.doctor", value))).isEqualTo(DoctorReport.NOT_USED);
		assertThat(this.output).endsWith("(exit status 1)\n");
	}

	@Test
	void whenASystemPropertySaysFalseTheApplicationStarts() {
		start(environment("systemProperties", "ktls.doctor", "false"));
	}

	@Test
	void theCommandLineComesFirst() {
		start(environment("systemEnvironment", "KTLS_DOCTOR", "json"), "--ktls.doctor=false");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "true", "json", "nonsense" })
	void whenAFileAsksForItTheApplicationStarts(String value, @TempDir Path directory) throws IOException {
		Path file = Files.writeString(directory.resolve("application.properties"), "ktls.doctor=" + value);
		start(application(Doctor::examine), "--spring.config.location=" + file);
	}

	@Test
	void whenTheApplicationsCodeAsksForItTheApplicationStarts() {
		SpringApplication application = application(Doctor::examine);
		application.setDefaultProperties(Map.of("ktls.doctor", "json"));
		start(application);
	}

	@Test
	void anotherContextThatComesBeforeTheApplicationsIsNotExamined() {
		SpringApplication application = application(Doctor::examine);
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("bootstrap", Map.of()));
		application.setEnvironment(environment);
		start(application, "--ktls.doctor");
	}

	@ParameterizedTest
	@ValueSource(strings = { "text", "json" })
	void passwordsAreNotPrintedWhereTheyAreInvalidEither(String format) {
		assertThat(diagnose("--ktls.doctor=" + format, "--server.ssl.ktls.enabled=true",
				"--server.ssl.key-password=S3cr${server.ssl.key-password}", "--server.ssl.certificate=x"))
			.isEqualTo(DoctorReport.NOT_USED);
		assertThat(this.output.toString()).contains("server.ssl.key-password: a placeholder in it cannot be resolved")
			.doesNotContain("S3cr", "${", "the server does no TLS");
	}

	@Test
	void configurationFilesAreRead(@TempDir Path directory) throws IOException {
		Path file = directory.resolve("application.properties");
		Files.writeString(file, """
				server.ssl.ktls.enabled=true
				server.ssl.ktls.mode=required
				server.ssl.ktls.rollout-percentage=0
				server.ssl.bundle=web
				spring.ssl.bundle.pem.web.options.ciphers=TLS_RSA_WITH_AES_128_CBC_SHA
				spring.ssl.bundle.pem.web.keystore.private-key-password=hidden-from-all
				server.http2.enabled=true
				""");
		assertThat(diagnose("--ktls.doctor", "--spring.config.location=" + file)).isEqualTo(DoctorReport.NOT_USED);
		assertThat(this.output.toString()).contains("[OK]      server.ssl.ktls: enabled=true, mode=required")
			.contains("[FAILED]  server.ssl.ktls.rollout-percentage: 0")
			.contains("[FAILED]  spring.ssl.bundle.pem.web.options.ciphers: not handed over")
			.contains("[WARNING] server.http2: on")
			.doesNotContain("hidden-from-all");
	}

	@Test
	void whenAValueIsInvalidTheReportSaysSo() {
		assertThat(diagnose("--ktls.doctor", "--server.ssl.ktls.enabled=true", "--server.ssl.ktls.max-open-files=-1"))
			.isEqualTo(DoctorReport.NOT_USED);
		assertThat(this.output.toString()).contains("server.ssl.ktls.max-open-files: It has to be at least 0");
	}

	/**
	 * An application without anything.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Empty {

	}

}
