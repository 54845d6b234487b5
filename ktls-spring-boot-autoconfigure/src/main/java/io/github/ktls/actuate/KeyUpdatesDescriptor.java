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

import io.github.ktls.netty.KtlsStatistics;

/**
 * How often keys were changed, since the start.
 *
 * @param sent the number of times that a sending key was replaced
 * @param received the number of times that a client changed its key on a connection that
 * the kernel receives for
 * @param floods the number of connections that were closed because of too many of them
 */
record KeyUpdatesDescriptor(long sent, long received, long floods) {

	static KeyUpdatesDescriptor of(KtlsStatistics statistics) {
		return new KeyUpdatesDescriptor(statistics.getKeyUpdatesSent(), statistics.getKeyUpdatesReceived(),
				statistics.getKeyUpdateFloods());
	}

}
