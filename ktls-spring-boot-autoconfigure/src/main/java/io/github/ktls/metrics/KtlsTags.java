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

package io.github.ktls.metrics;

import java.util.Locale;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;

import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.metrics.KtlsMeters.Keys;

/**
 * Tags of meters. Values are in lower case, but for names that are also to be found
 * elsewhere: a reason is called as in the log, and a counter as the kernel calls it.
 */
final class KtlsTags {

	static final Tags TRANSMIT = of(Keys.DIRECTION, "transmit");

	static final Tags RECEIVE = of(Keys.DIRECTION, "receive");

	static final Tags SENDFILE = of(Keys.PATH, "sendfile");

	static final Tags CHUNKS = of(Keys.PATH, "chunks");

	private KtlsTags() {
	}

	static Tag crypto(OffloadMode mode) {
		return Tag.of(Keys.CRYPTO.asString(), lowerCase(mode));
	}

	static Tags reason(Enum<?> reason) {
		return of(Keys.REASON, reason.name());
	}

	static Tags counter(String name) {
		return of(Keys.COUNTER, name);
	}

	private static Tags of(Keys key, String value) {
		return Tags.of(key.asString(), value);
	}

	static String lowerCase(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT);
	}

}
