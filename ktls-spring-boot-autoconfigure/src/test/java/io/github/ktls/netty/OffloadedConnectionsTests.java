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

package io.github.ktls.netty;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.github.ktls.kernel.OffloadMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link OffloadedConnections}.
 */
class OffloadedConnectionsTests {

	private final OffloadedConnections connections = new OffloadedConnections();

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, OffloadedConnections.MAX_PAGE + 1 })
	void whenLimitIsNoneIsRefused(int limit) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.connections.page(0, limit));
	}

	@Test
	void whenConnectionIsClosedMeanwhileItIsLeftOut() {
		add("a");
		this.connections.add(() -> CompletableFuture.completedFuture(Optional.empty()));
		this.connections.add(() -> CompletableFuture.failedFuture(new IllegalStateException()));
		add("b");
		assertThat(this.connections.page(0, 10)).extracting(ConnectionSnapshot::remoteAddress)
			.containsExactly("a", "b");
	}

	@Test
	void whenEventLoopDoesNotAnswerConnectionIsLeftOut() {
		this.connections.add(CompletableFuture::new);
		add("b");
		assertThat(this.connections.page(0, 10)).extracting(ConnectionSnapshot::remoteAddress).containsExactly("b");
	}

	@Test
	void pagesFollowEachOther() {
		for (int i = 0; i < 5; i++) {
			add("connection-" + i);
		}
		List<ConnectionSnapshot> first = this.connections.page(0, 2);
		List<ConnectionSnapshot> second = this.connections.page(first.get(1).id(), 2);
		List<ConnectionSnapshot> third = this.connections.page(second.get(1).id(), 2);
		assertThat(first).hasSize(2);
		assertThat(second).extracting(ConnectionSnapshot::remoteAddress)
			.containsExactly("connection-2", "connection-3");
		assertThat(third).extracting(ConnectionSnapshot::remoteAddress).containsExactly("connection-4");
		assertThat(this.connections.page(third.get(0).id(), 2)).isEmpty();
	}

	@Test
	void whenThereAreMoreThanAPageHoldsTheNextOneBeginsBehindIt() {
		assertThat(this.connections.next(0, 1)).isEmpty();
		long first = add("a");
		long second = add("b");
		long third = add("c");
		assertThat(this.connections.next(0, 2)).hasValue(second);
		assertThat(this.connections.next(0, 3)).isEmpty();
		assertThat(this.connections.next(first, 1)).hasValue(second);
		assertThat(this.connections.next(second, 1)).isEmpty();
		this.connections.remove(second);
		assertThat(this.connections.next(0, 1)).hasValue(first);
		assertThat(this.connections.next(first, 1)).isEmpty();
		assertThat(this.connections.next(third, OffloadedConnections.MAX_PAGE)).isEmpty();
	}

	@Test
	void whatIsRemovedIsNotThere() {
		long id = add("a");
		add("b");
		this.connections.remove(id);
		assertThat(this.connections.page(0, 10)).extracting(ConnectionSnapshot::remoteAddress).containsExactly("b");
		assertThat(this.connections.count()).isOne();
	}

	private long add(String remoteAddress) {
		long[] id = new long[1];
		id[0] = this.connections.add(() -> CompletableFuture.completedFuture(Optional.of(new ConnectionSnapshot(id[0],
				remoteAddress, "TLSv1.3", "TLS_AES_128_GCM_SHA256", OffloadMode.SOFTWARE, null, 1L, Duration.ZERO))));
		return id[0];
	}

}
