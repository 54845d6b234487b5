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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLContext;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.slf4j.LoggerFactory;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.support.GenericApplicationContext;

import io.github.ktls.autoconfigure.SystemCallsInitializer;
import io.github.ktls.linux.JnaSystemCalls;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;

/**
 * A {@link TestApplication} whose connections the kernel takes over, with everything that
 * can be known of them: its sending keys, its warnings, and what the kernel counts.
 */
public final class KernelServer implements AutoCloseable {

	private static final int KEY_UPDATE = 24;

	private static final Certificates certificates = Certificates.create("EC", "localhost");

	private final KernelArm arm;

	private final RunningApplication application;

	private final InstalledKeys keys;

	private final TlsStatDelta kernel;

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private KernelServer(KernelArm arm, RunningApplication application, InstalledKeys keys) {
		this.arm = arm;
		this.application = application;
		this.keys = keys;
		keys.forget();
		this.kernel = TlsStatDelta.start();
		this.log.start();
		rootLogger().addAppender(this.log);
	}

	/**
	 * Start the application.
	 * @param arm what the kernel is to do
	 * @param files the directory that it serves
	 * @param properties further properties, {@code name=value}
	 * @return the running application
	 */
	public static KernelServer start(KernelArm arm, Path files, String... properties) {
		return start(arm, files, (server) -> server, properties);
	}

	/**
	 * Start the application.
	 * @param arm what the kernel is to do
	 * @param files the directory that it serves
	 * @param customizer changes the HTTP server
	 * @param properties further properties, {@code name=value}
	 * @return the running application
	 */
	public static KernelServer start(KernelArm arm, Path files, NettyServerCustomizer customizer,
			String... properties) {
		List<String> all = new ArrayList<>(arm.propertiesAnd(properties));
		Path directory = temporaryDirectory();
		all.add("server.ssl.certificate=" + certificates.writeCertificate(directory));
		all.add("server.ssl.certificate-private-key=" + certificates.writePrivateKey(directory));
		InstalledKeys keys = new InstalledKeys(new JnaSystemCalls());
		SystemCallsInitializer systemCalls = new SystemCallsInitializer(keys.systemCalls());
		WebServerFactoryCustomizer<NettyReactiveWebServerFactory> further = (factory) -> factory
			.addServerCustomizers(customizer);
		return new KernelServer(arm, RunningApplication.start(files, all, (context) -> {
			systemCalls.initialize(context);
			((GenericApplicationContext) context).registerBean("further", WebServerFactoryCustomizer.class,
					() -> further);
		}), keys);
	}

	private static Path temporaryDirectory() {
		try {
			Path directory = Files.createTempDirectory("server");
			Arrays.asList("", "certificate.pem", "key.pem")
				.forEach((name) -> directory.resolve(name).toFile().deleteOnExit());
			return directory;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Logger rootLogger() {
		return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
	}

	/**
	 * Return a client's TLS that trusts the server. It remembers sessions.
	 * @return a new context
	 */
	public static SSLContext clientContext() {
		return TlsClient.context(certificates);
	}

	/**
	 * Return what the kernel is to do.
	 * @return the arm
	 */
	public KernelArm arm() {
		return this.arm;
	}

	/**
	 * Return the port.
	 * @return the port
	 */
	public int port() {
		return this.application.port();
	}

	/**
	 * Return the application.
	 * @return the application
	 */
	public RunningApplication application() {
		return this.application;
	}

	/**
	 * Return the counters.
	 * @return the counters
	 */
	public KtlsStatistics statistics() {
		return this.application.statistics();
	}

	/**
	 * Return the kernel's counters since the start.
	 * @return the counters
	 */
	public TlsStatDelta kernel() {
		return this.kernel;
	}

	/**
	 * Start to record connections.
	 * @return a proxy in front of the application
	 */
	public RecordingProxy proxy() {
		return RecordingProxy.start(port());
	}

	/**
	 * Return the keys that the kernel was given for sending.
	 * @return the keys
	 */
	public InstalledKeys keys() {
		return this.keys;
	}

	/**
	 * Read what an offloaded connection had on the wire, from its first record under the
	 * key that the kernel was given.
	 * @param index the connection, by the order of the handovers
	 * @param recording the same connection
	 * @return the contents of its records
	 */
	public List<Plaintext> records(int index, RecordingProxy.Recording recording) {
		return this.keys.keys().get(index).decrypt(recording.fromServer());
	}

	/**
	 * Count the records under each key of a connection. A KeyUpdate is the last one under
	 * the key before.
	 * @param records the records
	 * @return the numbers, one for each key in their order
	 */
	public static List<Integer> countPerKey(List<Plaintext> records) {
		List<Integer> counts = new ArrayList<>(List.of(0));
		for (Plaintext plaintext : records) {
			int last = counts.size() - 1;
			counts.set(last, counts.get(last) + 1);
			if (plaintext.type() == ContentType.HANDSHAKE && plaintext.content()[0] == KEY_UPDATE) {
				counts.add(0);
			}
		}
		return counts;
	}

	/**
	 * Return the alerts among records.
	 * @param records the records
	 * @return level and description of each, as in {@code 1 0}
	 */
	public static List<String> alerts(List<Plaintext> records) {
		return records.stream()
			.filter((plaintext) -> plaintext.type() == ContentType.ALERT)
			.map((plaintext) -> plaintext.content()[0] + " " + plaintext.content()[1])
			.toList();
	}

	/**
	 * Return what was logged as a warning or an error since the start.
	 * @return the messages
	 */
	public List<String> warnings() {
		// A copy, as other threads may be logging.
		return Arrays.stream(this.log.list.toArray(ILoggingEvent[]::new))
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.WARN))
			.map((event) -> event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage()
					+ ((event.getThrowableProxy() != null) ? " " + event.getThrowableProxy().getMessage() : ""))
			.toList();
	}

	@Override
	public void close() {
		rootLogger().detachAppender(this.log);
		this.application.close();
	}

}
