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
import java.util.List;

import io.netty.util.internal.PlatformDependent;

import io.github.ktls.kernel.KernelTls;
import io.github.ktls.test.ServerProcess;
import io.github.ktls.test.TestFiles;
import io.github.ktls.test.Variant;

/**
 * Measures what it costs to send files. To be run by hand: the build has no use for it.
 */
public final class FileBenchmark {

	private static final long MEBIBYTE = 1024 * 1024;

	private FileBenchmark() {
	}

	/**
	 * Run the measurement.
	 * @param arguments none
	 * @throws IOException if the test files cannot be written
	 */
	public static void main(String[] arguments) throws IOException {
		Path files = Files.createTempDirectory("file-benchmark");
		Path large = TestFiles.random(files.resolve("large"), 100 * MEBIBYTE);
		Path sparse = TestFiles.sparse(files.resolve("sparse"), 1024 * MEBIBYTE);
		try (Benchmark benchmark = new Benchmark(files)) {
			benchmark.start("stock", Variant.STOCK);
			benchmark.start("user space", Variant.USER_SPACE, ServerProcess.WITHOUT_KERNEL_TLS);
			if (KernelTls.get().isAvailable()) {
				benchmark.start("kernel", Variant.ON_HANDSHAKE);
			}
			String library = "/library/libnetty_tcnative_linux_" + PlatformDependent.normalizedArch() + ".so";
			benchmark.measure("200 x 1 MiB, class path, HTTP/1.1", List.of("--http1.1", "--range", "0-1048575"), 200,
					library);
			benchmark.measure("4 ranges of 64 MiB, HTTP/1.1", List.of("--http1.1", "--range", ranges()), 1,
					"/resource/sparse");
			benchmark.measure("100 MiB, HTTP/1.1", List.of("--http1.1"), 1, "/static/large");
			benchmark.measure("100 MiB, HTTP/2", List.of("--http2"), 1, "/static/large");
		}
		finally {
			Files.delete(large);
			Files.delete(sparse);
		}
	}

	private static String ranges() {
		StringBuilder ranges = new StringBuilder();
		for (int i = 0; i < 4; i++) {
			long from = 200L * i * MEBIBYTE;
			ranges.append((i == 0) ? "" : ",").append(from).append('-').append(from + 64 * MEBIBYTE - 1);
		}
		return ranges.toString();
	}

}
