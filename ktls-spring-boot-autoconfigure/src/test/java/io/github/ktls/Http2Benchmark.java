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

package io.github.ktls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.ktls.kernel.TlsStat;
import io.github.ktls.test.Certificates;
import io.github.ktls.test.Curl;
import io.github.ktls.test.Http2Connection;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;
import io.github.ktls.test.WhoAmI;

/**
 * Measures files over HTTP/2, each kind of server in a process of its own, in turn, and
 * prints how they compare, round by round. To be run by hand: the build has no use for
 * it. A kernel with TLS encrypts only where {@code Handover.decline} lets HTTP/2 pass:
 * classes changed so are given as the first argument, a directory.
 */
public final class Http2Benchmark {

	private static final int ROUNDS = 7;

	/** What a tick of {@code /proc/PID/stat} is, in milliseconds. */
	private static final int TICK = 10;

	private static final long LARGE = 100L * 1024 * 1024;

	private static final String CIPHER = "TLS_AES_128_GCM_SHA256";

	private static final Path TLS_STAT = Path.of("/proc/net/tls_stat");

	private static final int SMALL = 1000;

	private Http2Benchmark() {
	}

	/**
	 * Run the measurement.
	 * @param arguments a directory of classes for the kernel's arm, or nothing
	 * @throws IOException if the test files cannot be written
	 */
	public static void main(String[] arguments) throws IOException {
		Path files = Files.createTempDirectory("http2-benchmark");
		TestFiles.random(files.resolve("large"), LARGE);
		TestFiles.random(files.resolve("medium"), LARGE / 10);
		Certificates certificates = Certificates.create("EC", "localhost");
		String[] properties = { "server.ssl.certificate=" + certificates.writeCertificate(files),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(files),
				"server.http2.enabled=true", "server.ssl.enabled-protocols=TLSv1.3", "logging.level.root=WARN" };
		List<Arm> arms = new ArrayList<>();
		try {
			arms.add(new Arm("stock", ServerProcess.start(files, Variant.STOCK.propertiesAnd(properties))));
			arms.add(new Arm("user space", ServerProcess.start(files, Variant.USER_SPACE.propertiesAnd(properties))));
			if (arguments.length > 0) {
				arms.add(new Arm("kernel",
						ServerProcess.start(files, Variant.ON_HANDSHAKE.propertiesAnd(properties), arguments[0])));
			}
			for (Arm arm : arms) {
				System.out.println(arm.name + ": " + arm.whoami());
			}
			measure("1 x 100 MiB", arms, (arm) -> arm.download("/static/large", 1));
			measure("10 x 10 MiB at once", arms, (arm) -> arm.download("/static/medium", 10));
			measure(SMALL + " x 1 KiB, 10 at once", arms, Arm::getSmall);
		}
		finally {
			arms.forEach((arm) -> arm.server.close());
			for (String name : List.of("large", "medium")) {
				Files.delete(files.resolve(name));
			}
		}
	}

	private static void measure(String name, List<Arm> arms, Work work) throws IOException {
		for (int round = -2; round < ROUNDS; round++) {
			if (round == 0) {
				// What came before was to warm up.
				arms.forEach(Arm::forget);
			}
			for (int i = 0; i < arms.size(); i++) {
				arms.get(Math.floorMod(i + round, arms.size())).run(work);
			}
		}
		System.out.println(name);
		for (Arm arm : arms) {
			System.out.printf(Locale.ROOT, "  %-10s", arm.name);
			for (Arm other : arms.subList(0, Math.max(arms.indexOf(arm), 1))) {
				System.out.printf(Locale.ROOT, "  to %s: server CPU %s, wall time %s", other.name,
						ratios(arm.cpuMillis, other.cpuMillis), ratios(arm.wallMillis, other.wallMillis));
			}
			System.out.printf("  connections that the kernel encrypted: %d of %d%n", arm.encryptedByKernel,
					arm.connections);
		}
	}

	// The median of the rounds' ratios, and the smallest and the largest of them.
	private static String ratios(List<Long> values, List<Long> others) {
		double[] ratios = IntStream.range(0, values.size())
			.mapToDouble((i) -> (double) values.get(i) / Math.max(others.get(i), 1))
			.sorted()
			.toArray();
		return "%.2f (%.2f - %.2f)".formatted(ratios[ratios.length / 2], ratios[0], ratios[ratios.length - 1]);
	}

	/**
	 * A kind of server.
	 */
	private static final class Arm {

		private final String name;

		private final ServerProcess server;

		private final Curl curl = new Curl("--http2", "--tls13-ciphers", CIPHER, "--no-progress-meter", "--parallel",
				"--parallel-max", "10");

		private final List<Long> cpuMillis = new ArrayList<>();

		private final List<Long> wallMillis = new ArrayList<>();

		private long encryptedByKernel;

		private int connections;

		Arm(String name, ServerProcess server) {
			this.name = name;
			this.server = server;
		}

		WhoAmI whoami() {
			return WhoAmI.parse(new Curl("--http2", "--tls13-ciphers", CIPHER).text(url("/whoami")));
		}

		private String url(String path) {
			return "https://localhost:" + this.server.port() + path;
		}

		// By curl, which costs least.
		void download(String path, int count) {
			List<String> arguments = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				arguments.addAll(List.of("--output", "/dev/null", url(path)));
			}
			this.curl.bytes(arguments.toArray(String[]::new));
		}

		// Not by curl, which takes its time between one and the next.
		void getSmall() throws IOException {
			try (Http2Connection connection = Http2Connection.open(this.server.port(), Map.of())) {
				connection.openWindow(null, Integer.MAX_VALUE / 2);
				for (int i = 0; i < SMALL; i += 10) {
					connection.receive(connection.get(Collections.nCopies(10, "/text?size=1024")));
				}
			}
		}

		void run(Work work) throws IOException {
			long encrypted = encryptedByKernel();
			long cpu = cpu();
			long begin = System.nanoTime();
			work.doWith(this);
			this.wallMillis.add((System.nanoTime() - begin) / 1_000_000);
			this.cpuMillis.add(cpu() - cpu);
			// All servers are of the same kernel, but only one of them works at a time.
			this.encryptedByKernel += encryptedByKernel() - encrypted;
			this.connections++;
		}

		void forget() {
			this.cpuMillis.clear();
			this.wallMillis.clear();
			this.encryptedByKernel = 0;
			this.connections = 0;
		}

		private static long encryptedByKernel() throws IOException {
			return Files.exists(TLS_STAT) ? TlsStat.read().getOrDefault("TlsTxSw", 0L) : 0;
		}

		// User and system time; proc(5).
		private long cpu() throws IOException {
			String stat = Files.readString(Path.of("/proc/" + this.server.pid() + "/stat"));
			String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
			return Arrays.stream(fields, 11, 13).mapToLong(Long::parseLong).sum() * TICK;
		}

	}

	/**
	 * What is measured.
	 */
	private interface Work {

		void doWith(Arm arm) throws IOException;

	}

}
