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

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the files in {@code deploy}: they have the settings with which
 * {@link SampleImageContainerTests} runs the image, and fit it and each other. That they
 * work {@code deploy/test} shows.
 */
@SuppressWarnings("unchecked")
class DeploymentFilesTests {

	private static final Path DEPLOY = Path.of("..", "deploy");

	private static final Map<String, Object> NO_CAPABILITIES = Map.of("drop", List.of("ALL"));

	@Test
	void podIsRestricted() throws IOException {
		Map<String, Object> pod = pod("sample.yaml");
		assertThat((Map<String, Object>) pod.get("securityContext")).containsEntry("runAsNonRoot", true)
			.containsEntry("seccompProfile", Map.of("type", "RuntimeDefault"));
		assertThat(pod).containsEntry("automountServiceAccountToken", false)
			.doesNotContainKeys("hostNetwork", "hostPID", "hostIPC");
		assertThat((Map<String, Object>) container(pod, "containers").get("securityContext")).isEqualTo(Map
			.of("allowPrivilegeEscalation", false, "readOnlyRootFilesystem", true, "capabilities", NO_CAPABILITIES));
	}

	@Test
	void podWritesToOneVolume() throws IOException {
		Map<String, Object> pod = pod("sample.yaml");
		assertThat((List<Map<String, Object>>) container(pod, "containers").get("volumeMounts"))
			.containsExactly(Map.of("name", "tmp", "mountPath", "/tmp"));
		assertThat((List<Map<String, Object>>) pod.get("volumes")).singleElement()
			.satisfies((volume) -> assertThat(volume).containsEntry("name", "tmp").containsKey("emptyDir"));
	}

	@Test
	void usersAreThoseOfTheImage() throws IOException {
		int user = 65532;
		assertThat(dockerfile("USER")).isEqualTo(user + ":" + user);
		assertThat((Map<String, Object>) pod("sample.yaml").get("securityContext")).containsEntry("runAsUser", user)
			.containsEntry("runAsGroup", user)
			.containsEntry("fsGroup", user);
	}

	@Test
	void portsAreTheApplications() throws IOException {
		int port = port();
		assertThat(dockerfile("EXPOSE")).isEqualTo(String.valueOf(port));
		Map<String, Object> container = container(pod("sample.yaml"), "containers");
		assertThat((List<Map<String, Object>>) container.get("ports")).singleElement()
			.satisfies((exposed) -> assertThat(exposed).containsEntry("containerPort", port));
		for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
			Map<String, Object> get = (Map<String, Object>) ((Map<String, Object>) container.get(probe)).get("httpGet");
			assertThat(get).as(probe)
				.containsEntry("port", port)
				.containsEntry("scheme", "HTTPS")
				.hasEntrySatisfying("path",
						(path) -> assertThat(path).isIn("/actuator/health/liveness", "/actuator/health/readiness"));
		}
		assertThat((List<Map<String, Object>>) spec("sample.yaml", "Service").get("ports")).singleElement()
			.satisfies((exposed) -> assertThat(exposed).containsEntry("targetPort", port));
		assertThat((List<String>) service().get("ports")).containsExactly(port + ":" + port);
	}

	@Test
	void podPrefersNodesOnWhichTheModuleIsLoaded() throws IOException {
		Map<String, String> label = (Map<String, String>) pod("kernel-module.yaml").get("nodeSelector");
		assertThat(label).hasSize(1);
		String key = label.keySet().iterator().next();
		assertThat(pod("sample.yaml").get("affinity").toString())
			.contains("{key=" + key + ", operator=In, values=[" + label.get(key) + "]}");
	}

	@Test
	void moduleIsLoadedWithTwoCapabilitiesAndThenNothingIsLeft() throws IOException {
		Map<String, Object> pod = pod("kernel-module.yaml");
		Map<String, Object> loader = container(pod, "initContainers");
		assertThat((List<String>) loader.get("command")).containsExactly("chroot", "/host", "/sbin/modprobe", "tls");
		assertThat((Map<String, Object>) loader.get("securityContext")).doesNotContainKey("privileged")
			.containsEntry("readOnlyRootFilesystem", true)
			.containsEntry("capabilities", Map.of("drop", List.of("ALL"), "add", List.of("SYS_CHROOT", "SYS_MODULE")));
		assertThat((List<Map<String, Object>>) loader.get("volumeMounts"))
			.containsExactly(Map.of("name", "host", "mountPath", "/host", "readOnly", true));
		assertThat(container(pod, "containers")).doesNotContainKey("volumeMounts");
		assertThat((Map<String, Object>) container(pod, "containers").get("securityContext"))
			.containsEntry("runAsNonRoot", true)
			.containsEntry("capabilities", NO_CAPABILITIES);
	}

	@Test
	void patchForNetworkCardsGivesOneCapability() throws IOException {
		Map<String, Object> patch = yaml("kubernetes/nic-offload.yaml").get(0);
		Map<String, Object> pod = (Map<String, Object>) ((Map<String, Object>) ((Map<String, Object>) patch.get("spec"))
			.get("template")).get("spec");
		assertThat(pod).containsEntry("hostNetwork", true);
		assertThat(container(pod, "containers")).containsEntry("name",
				container(pod("sample.yaml"), "containers").get("name"));
		assertThat((Map<String, Object>) container(pod, "containers").get("securityContext"))
			.containsOnly(Map.entry("capabilities", Map.of("drop", List.of("ALL"), "add", List.of("NET_ADMIN"))));
	}

	@Test
	void composedServiceIsRestricted() throws IOException {
		assertThat(service()).containsEntry("read_only", true)
			.containsEntry("tmpfs", List.of("/tmp"))
			.containsEntry("cap_drop", List.of("ALL"))
			.containsEntry("security_opt", List.of("no-new-privileges"))
			.doesNotContainKeys("privileged", "cap_add", "user");
	}

	@Test
	void imageStartsWithoutShell() throws IOException {
		assertThat(dockerfile("FROM")).isEqualTo("scratch");
		assertThat(dockerfile("ENTRYPOINT")).startsWith("[\"/opt/java/bin/java\"");
	}

	@Test
	void systemdServiceHasNoPrivileges() throws IOException {
		assertThat(unit("ktls-sample.service")).contains("DynamicUser=yes", "NoNewPrivileges=yes",
				"CapabilityBoundingSet=", "AmbientCapabilities=", "ProtectSystem=strict", "PrivateTmp=yes",
				"SystemCallFilter=@system-service", "SystemCallFilter=~@privileged @resources");
	}

	// Netlink: the features of network devices. The JIT compiler writes code.
	@Test
	void systemdServiceMayDoWhatItNeeds() throws IOException {
		assertThat(unit("ktls-sample.service")).contains("RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX",
				"Wants=modprobe@tls.service network-online.target", "After=modprobe@tls.service network-online.target")
			.doesNotContain("MemoryDenyWriteExecute=yes", "PrivateNetwork=yes");
		assertThat(unit("nic-offload.conf")).contains("AmbientCapabilities=CAP_NET_ADMIN",
				"CapabilityBoundingSet=CAP_NET_ADMIN", "PrivateUsers=no");
	}

	@Test
	void moduleIsLoadedAtBoot() throws IOException {
		assertThat(Files.readAllLines(DEPLOY.resolve("modules-load.d/ktls.conf"))).contains("tls");
	}

	private static int port() throws IOException {
		Properties properties = new Properties();
		try (Reader reader = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
			properties.load(reader);
		}
		return Integer.parseInt(properties.getProperty("server.port"));
	}

	// The rest of the last line with this instruction.
	private static String dockerfile(String instruction) throws IOException {
		return Files.readAllLines(Path.of("Dockerfile"))
			.stream()
			.filter((line) -> line.startsWith(instruction + " "))
			.reduce((first, last) -> last)
			.orElseThrow()
			.substring(instruction.length() + 1);
	}

	private static List<String> unit(String file) throws IOException {
		return Files.readAllLines(DEPLOY.resolve("systemd").resolve(file));
	}

	private static Map<String, Object> service() throws IOException {
		Map<String, Object> compose = yaml("docker/compose.yaml").get(0);
		return (Map<String, Object>) ((Map<String, Object>) compose.get("services")).get("sample");
	}

	private static Map<String, Object> pod(String file) throws IOException {
		Map<String, Object> spec = spec(file, file.startsWith("kernel") ? "DaemonSet" : "Deployment");
		return (Map<String, Object>) ((Map<String, Object>) spec.get("template")).get("spec");
	}

	private static Map<String, Object> container(Map<String, Object> pod, String kind) {
		List<Map<String, Object>> containers = (List<Map<String, Object>>) pod.get(kind);
		assertThat(containers).hasSize(1);
		return containers.get(0);
	}

	private static Map<String, Object> spec(String file, String kind) throws IOException {
		return (Map<String, Object>) yaml("kubernetes/" + file).stream()
			.filter((document) -> kind.equals(document.get("kind")))
			.findAny()
			.orElseThrow()
			.get("spec");
	}

	private static List<Map<String, Object>> yaml(String file) throws IOException {
		try (Reader reader = Files.newBufferedReader(DEPLOY.resolve(file))) {
			return StreamSupport.stream(new Yaml().loadAll(reader).spliterator(), false)
				.map((document) -> (Map<String, Object>) document)
				.toList();
		}
	}

}
