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
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import com.sun.management.HotSpotDiagnosticMXBean;

import io.github.ktls.autoconfigure.SystemCallsInitializer;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.JnaSystemCalls;

/**
 * A {@link TestApplication} in a process of its own, which can be watched from outside
 * and dumps its heap. Its log goes to the file that the properties name.
 */
public final class ServerProcess implements AutoCloseable {

	/**
	 * A property that has the kernel seem to have no TLS.
	 */
	public static final String WITHOUT_KERNEL_TLS = "test.kernel-tls=false";

	private static final String ANSWER = "ANSWER ";

	private static final byte MASK = 0x5a;

	/** What was planted; a static field keeps it alive. */
	private static volatile byte[] planted = {};

	private final Process process;

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	private final int port;

	private ServerProcess(Process process) {
		this.process = process;
		Thread thread = new Thread(this::readAnswers, "server-process");
		thread.setDaemon(true);
		thread.start();
		this.port = Integer.parseInt(answer());
	}

	/**
	 * Start the application.
	 * @param files the directory that it serves
	 * @param properties further properties, {@code name=value}
	 * @return the process, with the application running
	 */
	public static ServerProcess start(Path files, List<String> properties) {
		return start(files, properties, "");
	}

	/**
	 * Start the application with other classes.
	 * @param files the directory that it serves
	 * @param properties further properties, {@code name=value}
	 * @param classes a directory whose classes are in the place of others of their name
	 * @return the process, with the application running
	 */
	public static ServerProcess start(Path files, List<String> properties, String classes) {
		String classPath = System.getProperty("java.class.path");
		return launch(files, properties,
				List.of("-cp", classes.isEmpty() ? classPath : classes + File.pathSeparator + classPath,
						ServerProcess.class.getName()));
	}

	/**
	 * Start the application in a JVM that is told something.
	 * @param files the directory that it serves
	 * @param properties further properties, {@code name=value}
	 * @param jvmOptions what the JVM is told
	 * @return the process, with the application running
	 */
	public static ServerProcess start(Path files, List<String> properties, List<String> jvmOptions) {
		List<String> launcher = new ArrayList<>(jvmOptions);
		launcher.addAll(List.of("-cp", System.getProperty("java.class.path"), ServerProcess.class.getName()));
		return launch(files, properties, launcher);
	}

	/**
	 * Start the application from an archive, in which everything is that it needs.
	 * @param files the directory that it serves
	 * @param properties further properties, {@code name=value}
	 * @param archive the archive
	 * @return the process, with the application running
	 */
	public static ServerProcess start(Path files, List<String> properties, BootArchive archive) {
		return launch(files, properties, archive.launcher());
	}

	private static ServerProcess launch(Path files, List<String> properties, List<String> launcher) {
		// They take longer to start than to do what they are for.
		List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
				"-Xmx256m", "-XX:ActiveProcessorCount=2", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
		command.addAll(launcher);
		command.addAll(List.of(files.toString(), "logging.threshold.console=OFF"));
		command.addAll(properties);
		try {
			return new ServerProcess(
					new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Run in the other process.
	 * @param arguments the directory to serve, and properties
	 * @throws IOException if standard input cannot be read
	 */
	public static void main(String[] arguments) throws IOException {
		PrintStream out = System.out;
		List<String> properties = Arrays.asList(arguments).subList(1, arguments.length);
		try (RunningApplication application = RunningApplication.start(Path.of(arguments[0]), properties,
				properties.contains(WITHOUT_KERNEL_TLS) ? withoutKernelTls() : (context) -> {
				}); BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
			out.println(ANSWER + application.port());
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				String[] words = line.split(" ", 2);
				if (words[0].equals("plant")) {
					planted = masked(HexFormat.of().parseHex(words[1]));
				}
				else {
					ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(words[1], true);
				}
				out.println(ANSWER + "done " + planted.length);
			}
		}
	}

	private static SystemCallsInitializer withoutKernelTls() {
		FaultySystemCalls systemCalls = new FaultySystemCalls(new JnaSystemCalls());
		systemCalls.refuse("setsockopt(TCP_ULP)", Errno.ENOENT);
		return new SystemCallsInitializer(systemCalls);
	}

	private static byte[] masked(byte[] bytes) {
		byte[] masked = new byte[bytes.length];
		for (int i = 0; i < bytes.length; i++) {
			masked[i] = (byte) (bytes[i] ^ MASK);
		}
		return masked;
	}

	private void readAnswers() {
		try (BufferedReader reader = this.process.inputReader(StandardCharsets.UTF_8)) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				if (line.startsWith(ANSWER)) {
					this.answers.add(line.substring(ANSWER.length()));
				}
			}
		}
		catch (IOException ex) {
			// The process is being ended.
		}
		this.answers.add("ended");
	}

	private String answer() {
		try {
			return this.answers.take();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private void command(String line) {
		try {
			this.process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
			this.process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		String answer = answer();
		if (!answer.startsWith("done")) {
			throw new IllegalStateException("The server " + answer);
		}
	}

	/**
	 * Return the port.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Return the process id.
	 * @return the id
	 */
	public long pid() {
		return this.process.pid();
	}

	/**
	 * Have the server keep bytes on its heap, which reach it in another form.
	 * @param bytes the bytes
	 */
	public void plant(byte[] bytes) {
		command("plant " + HexFormat.of().formatHex(masked(bytes)));
	}

	/**
	 * Have the server dump the objects of its heap that can be reached.
	 * @param file the file, which must not exist; its name ends with {@code .hprof}
	 * @return the file
	 */
	public Path dumpHeap(Path file) {
		command("dump " + file);
		return file;
	}

	@Override
	public void close() {
		this.process.destroy();
		this.process.onExit().join();
	}

}
