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
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

import io.github.ktls.kernel.OffloadMode;
import io.github.ktls.netty.ConnectionSnapshot;
import io.github.ktls.netty.OffloadedConnections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verifyNoInteractions;

/**
 * Tests for {@link ConnectionsDescriptor}.
 */
class ConnectionsDescriptorTests {

	private final OffloadedConnections connections = mock(OffloadedConnections.class);

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`', value = { "-1,,'after' must not be negative", ",0,'limit' must be from 1 to 1000",
			",1001,'limit' must be from 1 to 1000", ",-5,'limit' must be from 1 to 1000" })
	void whenThereCanBeNoSuchPageThenItIsRefused(@Nullable Long after, @Nullable Integer limit, String message) {
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> ConnectionsDescriptor.page(this.connections, after, limit))
			.withMessage(message);
		verifyNoInteractions(this.connections);
	}

	@Test
	void whenNothingIsSaidThenItIsTheFirstPageOfAHundred() {
		given(this.connections.next(0, 100)).willReturn(OptionalLong.empty());
		given(this.connections.page(0, 100)).willReturn(snapshots(1, 2));
		ConnectionsDescriptor page = ConnectionsDescriptor.page(this.connections, null, null);
		assertThat(page.connections()).extracting(ConnectionDescriptor::id).containsExactly(1L, 2L);
		assertThat(page.next()).isNull();
	}

	@Test
	void whenThereAreMoreThenThePageTellsWhereTheNextBegins() {
		given(this.connections.next(5, 2)).willReturn(OptionalLong.of(9));
		given(this.connections.page(5, 2)).willReturn(snapshots(7, 9));
		ConnectionsDescriptor page = ConnectionsDescriptor.page(this.connections, 5L, 2);
		assertThat(page.connections()).extracting(ConnectionDescriptor::id).containsExactly(7L, 9L);
		assertThat(page.next()).isEqualTo(9);
	}

	@Test
	void whenConnectionsEndMeanwhileThenThePageDoesNotReachIntoTheNext() {
		given(this.connections.next(0, 3)).willReturn(OptionalLong.of(3));
		given(this.connections.page(0, 3)).willReturn(snapshots(2, 4, 5));
		ConnectionsDescriptor page = ConnectionsDescriptor.page(this.connections, 0L, 3);
		assertThat(page.connections()).extracting(ConnectionDescriptor::id).containsExactly(2L);
		assertThat(page.next()).isEqualTo(3);
	}

	@ParameterizedTest
	@CsvSource({ "/127.0.0.1:4711,127.0.0.1:4711", "host.example/192.0.2.1:1,192.0.2.1:1",
			"/[2001:db8:0:0:0:0:0:1%eth0]:1,[2001:db8:0:0:0:0:0:1%eth0]:1", "unknown,unknown" })
	void peerIsAsTheSocketHasIt(String address, String peer) {
		ConnectionDescriptor connection = ConnectionDescriptor.of(new ConnectionSnapshot(1, address, "TLSv1.3",
				"TLS_AES_128_GCM_SHA256", OffloadMode.DEVICE, OffloadMode.SOFTWARE, 17L, Duration.ofNanos(1_234_567)));
		assertThat(connection).isEqualTo(new ConnectionDescriptor(1, peer, "TLSv1.3", "TLS_AES_128_GCM_SHA256",
				OffloadMode.DEVICE, OffloadMode.SOFTWARE, 17L, Duration.ofMillis(1)));
	}

	private static List<ConnectionSnapshot> snapshots(long... ids) {
		return LongStream.of(ids)
			.mapToObj((id) -> new ConnectionSnapshot(id, "/127.0.0.1:" + id, "TLSv1.3", "TLS_AES_128_GCM_SHA256",
					OffloadMode.SOFTWARE, null, null, Duration.ZERO))
			.toList();
	}

}
