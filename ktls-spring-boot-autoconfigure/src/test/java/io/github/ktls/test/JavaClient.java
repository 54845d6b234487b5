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

package io.github.ktls.test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLParameters;

/**
 * Java as a client in a process of its own: on another JDK than the one that runs the
 * tests, and with a limit of the bytes under one key, which each JVM reads once. When it
 * is reached, in either direction, Java sends a KeyUpdate that asks for one in return.
 * <p>
 * If that was for received bytes, it sends another KeyUpdate for each further record
 * until it has received one, that is for everything that was on its way. BoringSSL takes
 * no more than 32 of them without application data in between.
 */
public final class JavaClient {

	/** The length on the wire of a KeyUpdate of Java's, which pads it. */
	public static final int KEY_UPDATE_LENGTH = 43;

	/** More bytes than any test sends. */
	public static final String NO_KEY_LIMIT = "2^37";

	/** The answer to an upload whose connection ended before its end. */
	public static final String CUT_OFF = "cut off";

	private static final String ANSWER = "ANSWER ";

	private final Path home;

	private final String protocol;

	private final Path security;

	/**
	 * Create a client that runs anew for each call.
	 * @param home the directory of the JDK
	 * @param protocol the only TLS version to offer, for example {@code TLSv1.3}
	 * @param keyLimit how many bytes go under one key, as {@code jdk.tls.keyLimits} has
	 * it: {@code 2^17}
	 * @param directory where to write the client's settings
	 */
	public JavaClient(Path home, String protocol, String keyLimit, Path directory) {
		this.home = home;
		this.protocol = protocol;
		try {
			this.security = Files.writeString(directory.resolve("client.security"),
					"jdk.tls.keyLimits=AES/GCM/NoPadding KeyUpdate " + keyLimit + ", ChaCha20-Poly1305 KeyUpdate "
							+ keyLimit + "\n");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Make requests one after the other with one {@link HttpClient}, which keeps
	 * connections alive.
	 * @param port the port on the loopback interface
	 * @param requests a path to get, or {@code POST} and a file to send to
	 * {@code /upload} of the {@link TestApplication}
	 * @return for each the hash of what was received, or what was answered to the file,
	 * which may be {@link #CUT_OFF}
	 */
	public List<String> exchange(int port, List<String> requests) {
		List<String> arguments = new ArrayList<>(List.of("exchange", Integer.toString(port)));
		arguments.addAll(requests);
		return run(arguments);
	}

	/**
	 * Get a file, and have texts echoed over a WebSocket on the same connection, with a
	 * few of them on their way at any time. If the connection ends before the last one,
	 * the rest goes over another one.
	 * @param port the port on the loopback interface
	 * @param path the path of the file
	 * @param messages how many texts
	 * @return how many texts came back on each connection
	 */
	public List<Integer> echo(int port, String path, int messages) {
		return run(List.of("echo", Integer.toString(port), path, Integer.toString(messages))).stream()
			.map(Integer::valueOf)
			.toList();
	}

	/**
	 * Get a file, and receive {@code /feed} of the {@link TestApplication} on the same
	 * connection, each event soon after it was made. If the connection ends before the
	 * last one, the rest goes over another one.
	 * @param port the port on the loopback interface
	 * @param path the path of the file
	 * @param messages how many events
	 * @param publishingPort another port, by which the events are made
	 * @return how many events came on each connection
	 */
	public List<Integer> events(int port, String path, int messages, int publishingPort) {
		return run(List.of("events", Integer.toString(port), path, Integer.toString(messages),
				Integer.toString(publishingPort)))
			.stream()
			.map(Integer::valueOf)
			.toList();
	}

	private List<String> run(List<String> arguments) {
		List<String> command = new ArrayList<>(
				List.of(this.home.resolve("bin/java").toString(), "-Xmx256m", "-XX:+UseSerialGC",
						"-Dcom.sun.net.ssl.requireCloseNotify=true", "-Djava.security.properties=" + this.security,
						"-cp", System.getProperty("java.class.path"), JavaClient.class.getName(), this.protocol));
		command.addAll(arguments);
		List<String> lines = new ArrayList<>();
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
				reader.lines().forEach(lines::add);
			}
			if (process.waitFor() != 0) {
				throw new IllegalStateException("Java's client failed:\n" + String.join("\n", lines));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		return lines.stream()
			.filter((line) -> line.startsWith(ANSWER))
			.map((line) -> line.substring(ANSWER.length()))
			.toList();
	}

	/**
	 * Run in the other process.
	 * @param arguments the protocol, what to do, and what that takes
	 * @throws Exception if the server does not answer as it should
	 */
	public static void main(String[] arguments) throws Exception {
		PrintStream out = System.out;
		String protocol = arguments[0];
		int port = Integer.parseInt(arguments[2]);
		List<String> details = Arrays.asList(arguments).subList(3, arguments.length);
		if (arguments[1].equals("exchange")) {
			exchange(protocol, "https://localhost:" + port, details, out);
			return;
		}
		int messages = Integer.parseInt(details.get(1));
		try (MessageStream stream = arguments[1].equals("echo") ? new MessageStream.Echo()
				: new MessageStream.Events(Integer.parseInt(details.get(2)))) {
			for (int next = 0; next < messages;) {
				int received = stream.receive(protocol, port, details.get(0), next, messages);
				out.println(ANSWER + received);
				next += received;
			}
		}
	}

	private static void exchange(String protocol, String server, List<String> requests, PrintStream out)
			throws IOException, InterruptedException {
		SSLParameters parameters = new SSLParameters();
		parameters.setProtocols(new String[] { protocol });
		HttpClient client = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.sslContext(ClientTls.anonymous())
			.sslParameters(parameters)
			.build();
		for (String request : requests) {
			out.println(ANSWER + (request.startsWith("POST ")
					? upload(client, URI.create(server + "/upload"), Path.of(request.substring(5)))
					: download(client, URI.create(server + request))));
		}
	}

	private static String download(HttpClient client, URI uri) throws IOException, InterruptedException {
		HttpResponse<InputStream> response = client.send(HttpRequest.newBuilder(uri).build(),
				HttpResponse.BodyHandlers.ofInputStream());
		try (InputStream body = response.body()) {
			return TestFiles.sha256(body);
		}
	}

	private static String upload(HttpClient client, URI uri, Path file) throws IOException, InterruptedException {
		try {
			return client
				.send(HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofFile(file)).build(),
						HttpResponse.BodyHandlers.ofString())
				.body();
		}
		catch (IOException ex) {
			System.out.println("The upload failed: " + ex);
			return CUT_OFF;
		}
	}

}
