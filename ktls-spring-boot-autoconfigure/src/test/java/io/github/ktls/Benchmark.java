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
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import io.github.ktls.test.Certificates;
import io.github.ktls.test.Curl;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.Variant;

/**
 * Servers of each kind, each in a process of its own, that do the same work in turn, and
 * how they compare with the first one. The client is curl; all speak TLS 1.3 with
 * AES-128-GCM.
 */
final class Benchmark implements AutoCloseable {

	private static final int ROUNDS = 5;

	private static final int WARM_UP_ROUNDS = 2;

	/** What a tick of {@code /proc/PID/stat} is, in milliseconds. */
	private static final int TICK = 10;

	private final Path files;

	private final String[] properties;

	private final List<Arm> arms = new ArrayList<>();

	/**
	 * Create servers to be compared.
	 * @param files the directory that they serve
	 */
	Benchmark(Path files) {
		this.files = files;
		Certificates certificates = Certificates.create("EC", "localhost");
		this.properties = new String[] { "server.ssl.certificate=" + certificates.writeCertificate(files),
				"server.ssl.certificate-private-key=" + certificates.writePrivateKey(files),
				"server.http2.enabled=true", "server.ssl.enabled-protocols=TLSv1.3",
				"server.ssl.ciphers=TLS_AES_128_GCM_SHA256", "logging.level.root=WARN" };
	}

	/**
	 * Start a server.
	 * @param name its name in what is printed
	 * @param variant how it does its TLS
	 * @param others further properties, {@code name=value}
	 */
	void start(String name, Variant variant, String... others) {
		List<String> all = variant.propertiesAnd(this.properties);
		all.addAll(Arrays.asList(others));
		this.arms.add(new Arm(name, ServerProcess.start(this.files, all)));
	}

	/**
	 * Have each server do the same work in turn, and print how they compare.
	 * @param name the name of the work
	 * @param options the options of the client
	 * @param count how many requests a client makes
	 * @param path what it requests
	 */
	void measure(String name, List<String> options, int count, String path) {
		Curl curl = new Curl(options.toArray(String[]::new));
		for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
			if (round == 0) {
				this.arms.forEach(Arm::forget);
			}
			for (int i = 0; i < this.arms.size(); i++) {
				this.arms.get(Math.floorMod(i + round, this.arms.size())).run(curl, count, path);
			}
		}
		Arm first = this.arms.get(0);
		for (Arm arm : this.arms) {
			System.out.printf(Locale.ROOT,
					"%-40s %-10s server CPU %.2f, wall time %.2f (medians of %d: %d ms, %d ms)%n", name, arm.name,
					ratio(arm.cpuMillis, first.cpuMillis), ratio(arm.wallMillis, first.wallMillis), ROUNDS,
					median(arm.cpuMillis), median(arm.wallMillis));
		}
	}

	private static double ratio(List<Long> values, List<Long> first) {
		return (double) median(values) / Math.max(median(first), 1);
	}

	private static long median(List<Long> values) {
		return values.stream().sorted().toList().get(values.size() / 2);
	}

	@Override
	public void close() {
		this.arms.forEach((arm) -> arm.server.close());
	}

	/**
	 * A kind of server.
	 */
	private static final class Arm {

		private final String name;

		private final ServerProcess server;

		private final List<Long> cpuMillis = new ArrayList<>();

		private final List<Long> wallMillis = new ArrayList<>();

		Arm(String name, ServerProcess server) {
			this.name = name;
			this.server = server;
		}

		void run(Curl curl, int count, String path) {
			List<String> arguments = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				arguments.addAll(List.of("--output", "/dev/null", "https://localhost:" + this.server.port() + path));
			}
			long cpu = cpu();
			long begin = System.nanoTime();
			curl.bytes(arguments.toArray(String[]::new));
			this.wallMillis.add((System.nanoTime() - begin) / 1_000_000);
			this.cpuMillis.add(cpu() - cpu);
		}

		void forget() {
			this.cpuMillis.clear();
			this.wallMillis.clear();
		}

		// User and system time; proc(5).
		private long cpu() {
			try {
				String stat = Files.readString(Path.of("/proc/" + this.server.pid() + "/stat"));
				String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
				return Arrays.stream(fields, 11, 13).mapToLong(Long::parseLong).sum() * TICK;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
