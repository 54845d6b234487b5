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

package io.github.ktls.reasons;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;

import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.RunningApplication;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.TestFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Provokes each {@link KtlsFallbackReason} in a running application and finds it in the
 * log, in the meters and in the endpoint, under the same name.
 */
@ExtendWith(OutputCaptureExtension.class)
class FallbackReasonsTests {

	private static final int FILE_SIZE = 300_000;

	@TempDir
	static Path directory;

	private static Certificates certificates;

	private static Provocations provocations;

	private static List<String> common;

	@BeforeAll
	static void prepare() {
		certificates = Certificates.create("EC", "localhost");
		Path file = TestFiles.random(directory.resolve("file"), FILE_SIZE);
		provocations = new Provocations(certificates, TestFiles.sha256(file));
		common = List.of("server.ssl.certificate=" + certificates.writeCertificate(directory),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory),
				"management.endpoints.web.exposure.include=ktls,prometheus");
	}

	@ParameterizedTest
	@EnumSource
	void reasonHasOneNameWhereverOperatorsLook(KtlsFallbackReason reason, CapturedOutput output) throws IOException {
		Provocation provocation = provocations.of(reason);
		Seen seen = provocation.jvmOptions().isEmpty() ? here(provocation, output)
				: elsewhere(provocation, reason.name());
		assertThat(seen.log()).anyMatch((line) -> line.contains(": " + reason.name()));
		assertThat(seen.countInEndpoint(reason)).isPositive();
		assertThat(seen.meters()).anyMatch((line) -> line.startsWith("ktls_fallbacks_total{")
				&& line.contains("reason=\"" + reason.name() + "\"") && !line.endsWith("} 0.0"));
	}

	private static Seen here(Provocation provocation, CapturedOutput output) throws IOException {
		List<String> properties = new ArrayList<>(common);
		properties.addAll(provocation.properties());
		properties.add("logging.level.io.github.ktls=debug");
		try (RunningApplication application = RunningApplication.start(directory, properties,
				initializer(provocation))) {
			provocation.act(application);
			boolean tls = !properties.contains("server.ssl.enabled=false");
			return new Seen(output.getOut().lines().toList(), Scrape.json(tls, application.port(), "/actuator/ktls"),
					Scrape.text(tls, application.port(), "/actuator/prometheus"));
		}
	}

	private static ApplicationContextInitializer<ConfigurableApplicationContext> initializer(Provocation provocation) {
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> customizer = (factory) -> factory
			.addServerCustomizers(provocation::customize);
		return (context) -> {
			GenericApplicationContext beans = (GenericApplicationContext) context;
			beans.registerBean(KtlsEnvironment.class, () -> KtlsEnvironment.of(provocation.probe()));
			beans.registerBean("provocation", WebServerFactoryCustomizer.class, () -> customizer);
			beans.registerBean("processor", BeanPostProcessor.class, provocation::processor);
		};
	}

	// What is read when a class is loaded cannot be changed here.
	private static Seen elsewhere(Provocation provocation, String name) throws IOException {
		Path log = directory.resolve(name + ".log");
		List<String> properties = new ArrayList<>(common);
		properties.addAll(provocation.properties());
		properties.addAll(List.of("logging.file.name=" + log, "logging.threshold.file=INFO"));
		try (ServerProcess process = ServerProcess.start(directory, properties, provocation.jvmOptions())) {
			JsonNode endpoint = Scrape.json(true, process.port(), "/actuator/ktls");
			List<String> meters = Scrape.text(true, process.port(), "/actuator/prometheus");
			return new Seen(Files.readAllLines(log), endpoint, meters);
		}
	}

	/**
	 * What an operator sees.
	 *
	 * @param log the lines of the log
	 * @param endpoint the answer of the endpoint
	 * @param meters the lines that Prometheus reads
	 */
	private record Seen(List<String> log, JsonNode endpoint, List<String> meters) {

		long countInEndpoint(KtlsFallbackReason reason) {
			return Stream.of("fallbacks", "receiveFallbacks")
				.mapToLong((direction) -> this.endpoint.path(direction).path("reasons").path(reason.name()).asLong(0))
				.sum();
		}

	}

}
