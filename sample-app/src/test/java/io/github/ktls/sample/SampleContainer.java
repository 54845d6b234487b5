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
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * A container of the sample's image, and a client for it that has one connection at a
 * time.
 */
final class SampleContainer extends GenericContainer<SampleContainer> {

	private static final int PORT = 8443;

	// The slowest is a start in User Mode Linux, beside other work.
	private static final Duration STARTUP_TIMEOUT = Duration.ofMinutes(5);

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.sslContext(trustingAll())
		.build();

	private SampleContainer() {
		super(System.getProperty("container-tests.image", "ktls-sample"));
		withEnv("SAMPLE_LARGESTFILE", "1MB");
		withExposedPorts(PORT);
		// Not by a port that is listened on: that is looked up with a shell.
		waitingFor(Wait.forLogMessage(".*Started SampleApplication.*", 1).withStartupTimeout(STARTUP_TIMEOUT));
	}

	/**
	 * Run the image as {@code docker run} does without options.
	 * @return the container, not started
	 */
	static SampleContainer plain() {
		return new SampleContainer();
	}

	/**
	 * Run the image with the settings of {@code deploy/}: all capabilities dropped, no
	 * new privileges, the root read-only, and Docker's tmpfs, which is mounted noexec.
	 * Docker's default seccomp profile stays.
	 * @return the container, not started
	 */
	static SampleContainer hardened() {
		return new SampleContainer().withTmpFs(Map.of("/tmp", ""))
			.withHostConfig((host) -> host.withReadonlyRootfs(true)
				.withCapDrop(Capability.ALL)
				.withSecurityOpts(List.of("no-new-privileges")));
	}

	/**
	 * Have the natives unpacked at the start, as in an image that has only the jars.
	 * @return this container
	 */
	SampleContainer withNativesInJars() {
		return withCreateContainerCmdModifier(
				(create) -> create.withEntrypoint("/opt/java/bin/java", "-jar", "/opt/application/sample-app.jar"));
	}

	SampleContainer withHostConfig(Consumer<HostConfig> settings) {
		return withCreateContainerCmdModifier(
				(create) -> settings.accept(Objects.requireNonNull(create.getHostConfig())));
	}

	/**
	 * Return what the application says of kernel TLS when it starts.
	 * @return the line
	 */
	String report() {
		return getLogs().lines().filter((line) -> line.contains("Kernel TLS is ")).collect(Collectors.joining("\n"));
	}

	byte[] get(String path) throws Exception {
		return get(path, BodyHandlers.ofByteArray());
	}

	String whoAmI() throws Exception {
		return get("/api/whoami", BodyHandlers.ofString());
	}

	private <T> T get(String path, BodyHandler<T> handler) throws Exception {
		URI uri = URI.create("https://" + getHost() + ":" + getMappedPort(PORT) + path);
		HttpResponse<T> response = this.client.send(HttpRequest.newBuilder(uri).build(), handler);
		if (response.statusCode() != 200) {
			throw new IOException(uri + " answered " + response.statusCode());
		}
		return response.body();
	}

	/**
	 * Return what the kernel says of the application's process.
	 * @return the fields of {@code /proc/PID/status}
	 */
	Map<String, String> status() throws IOException {
		return fields("status", ":", (line) -> line.contains(":"));
	}

	/**
	 * Return a counter of the kernel's TLS in the container's network.
	 * @param name the counter's name
	 * @return its value, 0 where the kernel has no such counters
	 */
	long counter(String name) throws IOException {
		return Long.parseLong(fields("net/tls_stat", "\\s", (line) -> true).getOrDefault(name, "0"));
	}

	private Map<String, String> fields(String file, String separator, Predicate<String> filter) throws IOException {
		Path path = Path.of("/proc/" + getCurrentContainerInfo().getState().getPidLong(), file);
		if (!Files.exists(path)) {
			return Map.of();
		}
		return Files.readAllLines(path)
			.stream()
			.filter(filter)
			.map((line) -> line.split(separator, 2))
			.collect(Collectors.toMap((field) -> field[0].strip(), (field) -> field[1].strip()));
	}

	/**
	 * Stop the application as {@code docker stop} does.
	 * @return the exit status
	 */
	long terminate() {
		getDockerClient().stopContainerCmd(getContainerId()).withTimeout(60).exec();
		return Objects.requireNonNull(getCurrentContainerInfo().getState().getExitCodeLong());
	}

	// The certificate is made in the container, on a file system that nobody else sees.
	private static SSLContext trustingAll() {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, new TrustManager[] { new TrustAll() }, null);
			return context;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static final class TrustAll extends X509ExtendedTrustManager {

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String type) {
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String type) {
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			return new X509Certificate[0];
		}

	}

}
