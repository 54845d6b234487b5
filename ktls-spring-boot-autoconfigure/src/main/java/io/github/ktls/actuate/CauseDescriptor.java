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

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.KtlsFallback;
import io.github.ktls.kernel.KtlsFallbackReason;

/**
 * Why something is not done.
 *
 * @param reason the reason, by the name that it has everywhere
 * @param detail what happened, for example the system call with its error number, or
 * {@code null} where the reason says it all; paths of files are left out
 * @param advice what an operator can do about it, a full sentence
 */
record CauseDescriptor(KtlsFallbackReason reason, @Nullable String detail, String advice) {

	/** Up to where a message goes on, as a name may have spaces. */
	private static final Pattern PATH = Pattern.compile("(?<![\\w/])(?:[A-Za-z]:\\\\|/)[^:;,'\"()\\n]*");

	static @Nullable CauseDescriptor of(@Nullable KtlsFallback fallback) {
		return (fallback != null)
				? new CauseDescriptor(fallback.reason(), withoutPaths(fallback.detail()), fallback.reason().getAdvice())
				: null;
	}

	private static @Nullable String withoutPaths(@Nullable String detail) {
		return (detail != null) ? PATH.matcher(detail).replaceAll("(a file)") : null;
	}

}
