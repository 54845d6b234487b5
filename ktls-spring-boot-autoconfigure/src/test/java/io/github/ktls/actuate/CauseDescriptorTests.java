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

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CauseDescriptor}.
 */
class CauseDescriptorTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					UnsatisfiedLinkError: /tmp/jna-1/jna 2.tmp: /tmp/x: failed to map | UnsatisfiedLinkError: (a file): (a file): failed to map
					Can't load library: /home/user/app data/libx.so                   | Can't load library: (a file)
					not found in resource path (/app/classes:/app/lib.jar)            | not found in resource path ((a file):(a file))
					java.nio.file.AccessDeniedException: /root                        | java.nio.file.AccessDeniedException: (a file)
					no C:\\Users\\me\\x.dll; sorry                                     | no (a file); sorry
					'/a b' is not there                                               | '(a file)' is not there
					""")
	void pathsAreLeftOut(String detail, String expected) {
		assertThat(detail(detail)).isEqualTo(expected);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			setsockopt(TCP_ULP) failed with ENOENT
			Native library (com/sun/jna/linux-x86-64/libjnidispatch.so) not found
			CVE-2025-39682, CVE-2025-39946
			NioServerSocketChannel
			""")
	void whatIsNoPathStays(String detail) {
		assertThat(detail(detail)).isEqualTo(detail);
	}

	@Test
	void whatIsNotThereIsNotDescribed() {
		assertThat(CauseDescriptor.of(null)).isNull();
		assertThat(CauseDescriptor.of(KtlsFallback.of(KtlsFallbackReason.MODULE_MISSING)))
			.isEqualTo(new CauseDescriptor(KtlsFallbackReason.MODULE_MISSING, null,
					KtlsFallbackReason.MODULE_MISSING.getAdvice()));
	}

	private static String detail(String detail) {
		CauseDescriptor cause = CauseDescriptor.of(new KtlsFallback(KtlsFallbackReason.PROBE_FAILED, detail));
		return (cause != null) ? String.valueOf(cause.detail()) : "";
	}

}
