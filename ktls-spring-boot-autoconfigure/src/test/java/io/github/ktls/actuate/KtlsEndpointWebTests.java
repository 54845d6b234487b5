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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import tools.jackson.databind.JsonNode;

import io.github.ktls.autoconfigure.SystemCallsInitializer;
import io.github.ktls.kernel.FakeKernel;
import io.github.ktls.kernel.FakeKernel.Call;
import io.github.ktls.kernel.KtlsFallbackReason;
import io.github.ktls.linux.Errno;
import io.github.ktls.netty.KtlsRollout;
import io.github.ktls.resource.FileResources;
import io.github.ktls.server.KernelTlsOptions;
import io.github.ktls.server.KtlsEnvironment;
import io.github.ktls.test.ActuatorClient;
import io.github.ktls.test.ActuatorClient.Answer;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.RunningApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KtlsEndpoint}, as it is reached by HTTP, on a kernel without TLS.
 */
@ExtendWith(OutputCaptureExtension.class)
class KtlsEndpointWebTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=ktls,health,info";

	private static final String UNRESTRICTED = "management.endpoint.ktls.access=unrestricted";

	@TempDir
	static Path directory;

	private static String[] certificate = {};

	@BeforeAll
	static void createCertificates() {
		Certificates certificates = Certificates.create("EC", "localhost");
		certificate = new String[] { "server.ssl.key-store=" + certificates.writeKeyStore(directory, "PKCS12"),
				"server.ssl.key-store-password=" + Certificates.PASSWORD };
	}

	@Test
	void whenNotExposedThenThereIsNoEndpoint() {
		try (RunningApplication application = start("management.endpoints.web.exposure.include=health")) {
			assertThat(ActuatorClient.of(application).get("/ktls").status()).isEqualTo(404);
			assertThat(application.context().getBeansOfType(KtlsEndpoint.class)).isEmpty();
		}
	}

	@Test
	void whenNotEnabledThenThereIsNoEndpointNorHealthNorInfo() {
		try (RunningApplication application = start(EXPOSED, "server.ssl.ktls.enabled=false",
				"management.info.ktls.enabled=true", "management.endpoint.health.show-components=always")) {
			ActuatorClient client = ActuatorClient.of(application);
			assertThat(client.get("/ktls").status()).isEqualTo(404);
			assertThat(client.get("/health").at("/components").has("ktls")).isFalse();
			assertThat(client.get("/info").json()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { EXPOSED, "management.endpoints.access.max-permitted=read-only",
			"management.endpoint.ktls.access=read-only" })
	void whenAccessIsNotUnrestrictedThenItCanOnlyBeRead(String property) {
		boolean capped = property.contains("max-permitted");
		try (RunningApplication application = start(EXPOSED, property, capped ? UNRESTRICTED : property)) {
			ActuatorClient client = ActuatorClient.of(application);
			assertThat(client.post("/ktls", "{\"handovers\":\"stop\"}").status()).isEqualTo(405);
			assertThat(client.get("/ktls").at("/rollout/stopped").asBoolean()).isFalse();
		}
	}

	@Test
	void whenAccessIsNoneThenThereIsNoEndpoint() {
		try (RunningApplication application = start(EXPOSED, "management.endpoint.ktls.access=none")) {
			assertThat(ActuatorClient.of(application).get("/ktls").status()).isEqualTo(404);
		}
	}

	@Test
	void whenKernelCannotThenItTellsTheCauseAndEveryNumber() {
		try (RunningApplication application = start(EXPOSED)) {
			Answer answer = ActuatorClient.of(application).get("/ktls");
			assertThat(answer.status()).isEqualTo(200);
			JsonNode json = answer.json();
			assertThat(json.propertyNames()).containsExactly("available", "cause", "used", "obstacle", "kernel",
					"ciphers", "configuration", "rollout", "connections", "handovers", "fallbacks", "receiveFallbacks",
					"files", "keyUpdates", "drains", "truncations", "networkInterfaces");
			assertThat(json.get("available").asBoolean()).isFalse();
			assertThat(json.at("/cause/reason").asString()).isEqualTo("MODULE_MISSING");
			assertThat(json.at("/cause/detail").asString()).isEqualTo("setsockopt(TCP_ULP) failed with ENOENT");
			assertThat(json.at("/cause/advice").asString()).contains("modprobe tls");
			assertThat(json.at("/obstacle/reason").asString()).isEqualTo("MODULE_MISSING");
			assertThat(json.at("/kernel/release").asString()).contains(System.getProperty("os.version"));
			assertThat(json.at("/ciphers/0/protocol").asString()).isEqualTo("TLSv1.2");
			assertThat(json.at("/ciphers/0/cipher").asString()).isEqualTo("AES_128_GCM");
			assertThat(json.at("/ciphers/0/transmit/cause/reason").asString()).isEqualTo("MODULE_MISSING");
			assertThat(json.at("/configuration/mode").asString()).isEqualTo("PREFERRED");
			assertThat(json.at("/configuration/activation").asString()).isEqualTo("ON_FIRST_FILE");
			assertThat(json.at("/configuration/activationThreshold").asLong()).isEqualTo(65536);
			assertThat(json.at("/configuration/resourceCache/maxSize").asLong()).isEqualTo(64 * 1024 * 1024);
			assertThat(json.at("/configuration/keyUpdate").has("recordLimit")).isFalse();
			assertThat(json.at("/connections/transmit/active/SOFTWARE").asString()).isEqualTo("0");
			assertThat(json.at("/handovers/recent/within").asString()).isEqualTo("PT1M");
			assertThat(json.at("/fallbacks/total").asLong()).isOne();
			assertThat(json.at("/fallbacks/reasons/MODULE_MISSING").asLong()).isOne();
			assertThat(json.at("/networkInterfaces").isArray()).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whenKernelIsProbedThenAnswersHoldNoPathAndNoSecret(boolean able) {
		FakeKernel kernel = able ? new FakeKernel() : unable();
		try (RunningApplication application = start(new SystemCallsInitializer(kernel), EXPOSED, UNRESTRICTED,
				"management.info.ktls.enabled=true", "management.endpoint.health.show-details=always")) {
			ActuatorClient client = ActuatorClient.of(application);
			assertThat(client.get("/ktls").at("/available").asBoolean()).isEqualTo(able);
			for (String path : List.of("/ktls", "/ktls/connections", "/health/ktls", "/info")) {
				String body = client.get(path).body();
				for (KtlsFallbackReason reason : KtlsFallbackReason.values()) {
					// It names a directory to put a file into.
					body = body.replace(reason.getAdvice(), "");
				}
				assertThat(body).doesNotContain(directory.toString(), Certificates.PASSWORD, "key.pem", "p12")
					.doesNotContainPattern("\"[^\"]*(?<![A-Za-z])/[A-Za-z]+/[^\"]*\"")
					.doesNotContainIgnoringCase("secret");
			}
		}
	}

	@Test
	void operationsDoNotRunOnAnEventLoop() {
		List<String> threads = new CopyOnWriteArrayList<>();
		ApplicationContextInitializer<ConfigurableApplicationContext> initializer = (context) -> {
			new SystemCallsInitializer(unable()).initialize(context);
			((GenericApplicationContext) context).registerBean(KtlsEndpoint.class,
					() -> new KtlsEndpoint(context.getBean(KtlsEnvironment.class),
							context.getBean(KernelTlsOptions.class), context.getBean(FileResources.class), () -> {
								threads.add(Thread.currentThread().getName());
								return List.of();
							}));
		};
		try (RunningApplication application = start(initializer, EXPOSED)) {
			assertThat(ActuatorClient.of(application).get("/ktls").status()).isEqualTo(200);
			assertThat(threads).singleElement().asString().startsWith("boundedElastic");
		}
	}

	@Test
	void networkInterfacesAreShown() {
		NetworkInterfaceDescriptor card = new NetworkInterfaceDescriptor("eth0", List.of("bond0"), "mlx5_core",
				new NetworkInterfaceDescriptor.Feature(true, false), null, Map.of("tx_tls_encrypted_packets", 5L));
		ApplicationContextInitializer<ConfigurableApplicationContext> initializer = (context) -> {
			new SystemCallsInitializer(unable()).initialize(context);
			((GenericApplicationContext) context).registerBean(KtlsEndpoint.class,
					() -> new KtlsEndpoint(context.getBean(KtlsEnvironment.class),
							context.getBean(KernelTlsOptions.class), context.getBean(FileResources.class),
							() -> List.of(card)));
		};
		try (RunningApplication application = start(initializer, EXPOSED)) {
			assertThat(ActuatorClient.of(application).get("/ktls").at("/networkInterfaces"))
				.hasToString("[{\"name\":\"eth0\",\"upperInterfaces\":[\"bond0\"],\"driver\":\"mlx5_core\","
						+ "\"transmit\":{\"on\":true,\"fixed\":false},"
						+ "\"counters\":{\"tx_tls_encrypted_packets\":5}}]");
		}
	}

	@Test
	void whenConnectionsAreAskedForThenRightValuesAreTakenAndOthersExplained() {
		try (RunningApplication application = start(EXPOSED)) {
			ActuatorClient client = ActuatorClient.of(application);
			for (String query : List.of("", "?limit=1", "?limit=1000", "?after=0",
					"?after=9223372036854775807&limit=5")) {
				Answer answer = client.get("/ktls/connections" + query);
				assertThat(answer.status()).as(query).isEqualTo(200);
				assertThat(answer.body()).isEqualTo("{\"connections\":[]}");
			}
			assertRefused(client.get("/ktls/connections?limit=0"), "'limit' must be from 1 to 1000");
			assertRefused(client.get("/ktls/connections?limit=1001"), "'limit' must be from 1 to 1000");
			assertRefused(client.get("/ktls/connections?limit=many"), "'limit' must be a whole number");
			assertRefused(client.get("/ktls/connections?limit=99999999999"), "'limit' must be a whole number");
			assertRefused(client.get("/ktls/connections?limit=1&limit=2"), "'limit' must be a whole number");
			assertRefused(client.get("/ktls/connections?after=-1"), "'after' must not be negative");
			assertRefused(client.get("/ktls/connections?after=1.5"), "'after' must be a whole number");
			assertRefused(client.get("/ktls/connections?after=9223372036854775808"), "'after' must be a whole number");
			assertThat(client.get("/ktls/sockets").status()).isEqualTo(404);
			assertThat(client.get("/ktls/connections/1").status()).isEqualTo(404);
			assertThat(client.post("/ktls/connections", "{}").status()).isEqualTo(405);
		}
	}

	@Test
	void whenSteeredThenAnswerIsTheNewStateAndEachChangeIsLogged(CapturedOutput output) {
		try (RunningApplication application = start(EXPOSED, UNRESTRICTED)) {
			ActuatorClient client = ActuatorClient.of(application);
			assertSteered(client, "{\"handovers\":\"stop\",\"percentage\":25}", true, 25);
			assertSteered(client, "{\"handovers\":\"resume\"}", false, 25);
			assertSteered(client, "{\"percentage\":0}", false, 0);
			assertSteered(client, "{\"percentage\":\"100\",\"handovers\":null}", false, 100);
			assertThat(client.get("/ktls").at("/rollout")).hasToString("{\"stopped\":false,\"percentage\":100}");
			assertThat(changes(output)).containsExactly("changed from 100 to 25", "was stopped", "was resumed",
					"changed from 25 to 0", "changed from 0 to 100");
		}
	}

	private static List<String> changes(CapturedOutput output) {
		return output.getOut()
			.lines()
			.filter((line) -> line.contains("actuate.KtlsEndpoint") && line.contains("INFO"))
			.map((line) -> line.replaceAll(".*(changed from|was )", "$1"))
			.toList();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			{}                                         | Say what to do
			{"percent":25}                             | Say what to do
			{"handovers":"halt","percentage":25}       | 'handovers' must be 'stop' or 'resume'
			{"handovers":true}                         | 'handovers' must be 'stop' or 'resume'
			{"handovers":"stop","percentage":101}      | 'percentage' must be from 0 to 100
			{"handovers":"stop","percentage":-1}       | 'percentage' must be from 0 to 100
			{"handovers":"stop","percentage":25.5}     | 'percentage' must be a whole number
			{"handovers":"stop","percentage":"all"}    | 'percentage' must be a whole number
			{"handovers":"stop","percentage":""}       | 'percentage' must be a whole number
			""")
	void whenItIsNotClearWhatToDoThenThatIsSaidAndNothingChanges(String body, String message) {
		try (RunningApplication application = start(EXPOSED, UNRESTRICTED)) {
			Answer answer = ActuatorClient.of(application).post("/ktls", body);
			assertThat(answer.status()).isEqualTo(400);
			assertThat(answer.at("/message").asString()).startsWith(message);
			assertUnchanged(application);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "stop", "{\"handovers\":[\"stop\"]}", "{\"percentage\":{\"value\":1}}", "[]" })
	void whenBodyIsNoneThenItIsRefusedAndNothingChanges(String body) {
		try (RunningApplication application = start(EXPOSED, UNRESTRICTED)) {
			assertThat(ActuatorClient.of(application).post("/ktls", body).status()).isEqualTo(400);
			assertUnchanged(application);
		}
	}

	@Test
	void healthAndInfoAreShownAsUsual() {
		try (RunningApplication application = start(EXPOSED, "management.endpoint.health.show-details=always",
				"management.info.ktls.enabled=true",
				"management.endpoint.health.group.readiness.include=readinessState,ktls")) {
			ActuatorClient client = ActuatorClient.of(application);
			assertThat(client.get("/health/readiness").at("/components/ktls/status").asString()).isEqualTo("UP");
			assertThat(client.get("/health/liveness").body()).isEqualTo("{\"status\":\"UP\"}");
			Answer health = client.get("/health");
			assertThat(health.at("/components/ktls/status").asString()).isEqualTo("UP");
			assertThat(health.at("/components/ktls/details/used").asBoolean()).isFalse();
			assertThat(health.at("/components/ktls/details/obstacle").asString()).isEqualTo("MODULE_MISSING");
			assertThat(health.at("/components/ktls/details/activeConnections").asString()).isEqualTo("0");
			assertThat(client.get("/info").at("/ktls/reason").asString()).isEqualTo("MODULE_MISSING");
		}
	}

	@Test
	void whenDetailsAreNotShownThenHealthSaysNoMore() {
		try (RunningApplication application = start(EXPOSED)) {
			ActuatorClient client = ActuatorClient.of(application);
			assertThat(client.get("/health").json().has("components")).isFalse();
			assertThat(client.get("/info").json()).isEmpty();
		}
	}

	private static void assertSteered(ActuatorClient client, String body, boolean stopped, int percentage) {
		Answer answer = client.post("/ktls", body);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.body()).isEqualTo("{\"stopped\":%s,\"percentage\":%d}".formatted(stopped, percentage));
	}

	private static void assertRefused(Answer answer, String message) {
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.body()).isEqualTo("{\"message\":\"" + message + "\"}");
	}

	private static void assertUnchanged(RunningApplication application) {
		KtlsRollout rollout = application.context().getBean(KtlsRollout.class);
		assertThat(rollout.isStopped()).isFalse();
		assertThat(rollout.getPercentage()).isEqualTo(100);
	}

	private static FakeKernel unable() {
		return new FakeKernel().refuse(Call.ATTACH, Errno.ENOENT);
	}

	private static RunningApplication start(String... properties) {
		return start(new SystemCallsInitializer(unable()), properties);
	}

	private static RunningApplication start(ApplicationContextInitializer<ConfigurableApplicationContext> initializer,
			String... properties) {
		List<String> all = new ArrayList<>(List.of(certificate));
		if (List.of(properties).stream().noneMatch((property) -> property.startsWith("server.ssl.ktls.enabled="))) {
			all.add("server.ssl.ktls.enabled=true");
		}
		List.of(properties).stream().distinct().forEach(all::add);
		return RunningApplication.start(directory, all, initializer);
	}

}
