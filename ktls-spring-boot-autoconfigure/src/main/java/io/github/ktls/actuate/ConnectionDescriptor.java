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

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.netty.ConnectionSnapshot;

/**
 * An offloaded connection.
 *
 * @param id a number that no other connection of this process has; later connections have
 * larger ones
 * @param peer the client's address and port, as the socket has them
 * @param protocol the protocol version, for example {@code TLSv1.3}
 * @param cipherSuite the cipher suite, by its standard name
 * @param transmit who encrypts what is sent
 * @param receive who decrypts what is received, or {@code null} where the TLS engine does
 * @param recordsSent the number of records that the kernel has sent, or {@code null}
 * where it does not tell
 * @param age the time since the handover, in whole milliseconds
 */
record ConnectionDescriptor(long id, String peer, String protocol, String cipherSuite, OffloadMode transmit,
		@Nullable OffloadMode receive, @Nullable Long recordsSent, Duration age) {

	static ConnectionDescriptor of(ConnectionSnapshot connection) {
		// InetSocketAddress writes a slash before the numbers.
		String peer = connection.remoteAddress().substring(connection.remoteAddress().lastIndexOf('/') + 1);
		return new ConnectionDescriptor(connection.id(), peer, connection.protocol(), connection.cipherSuite(),
				connection.transmit(), connection.receive(), connection.recordsSent(),
				connection.age().truncatedTo(ChronoUnit.MILLIS));
	}

}
