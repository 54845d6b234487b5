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

package io.github.ktls.secrets;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PendingSecrets}.
 */
class PendingSecretsTests {

	private static final Duration LIFETIME = Duration.ofSeconds(60);

	private final AtomicLong clock = new AtomicLong();

	private final Queue<Runnable> scheduled = new ArrayDeque<>();

	private final PendingSecrets secrets = new PendingSecrets(3, LIFETIME, this.clock::get, this.scheduled::add);

	@Test
	void whenAnnouncedSecretIsHandedOutOnce() {
		this.secrets.announce(1);
		byte[] secret = secret();
		this.secrets.put(1, Side.SERVER, secret);
		assertThat(this.secrets.size()).isOne();
		assertThat(take(1)).isSameAs(secret).isEqualTo(secret());
		assertThat(this.secrets.size()).isZero();
		assertThat(take(1)).isNull();
	}

	@Test
	void secretsOfBothSidesAreHandedOutTogether() {
		this.secrets.announce(1);
		byte[] server = secret();
		byte[] client = { 5, 6, 7, 8 };
		this.secrets.put(1, Side.CLIENT, client);
		this.secrets.put(1, Side.SERVER, server);
		assertThat(this.secrets.size()).isOne();
		TrafficSecrets taken = this.secrets.take(1);
		assertThat(this.secrets.size()).isZero();
		assertThat(taken.take(Side.SERVER)).isSameAs(server).isEqualTo(secret());
		assertThat(taken.take(Side.CLIENT)).isSameAs(client).containsExactly(5, 6, 7, 8);
	}

	@Test
	void secretsOfBothSidesAreWipedTogether() {
		byte[] server = secret();
		byte[] client = { 5, 6, 7, 8 };
		for (Runnable end : List.<Runnable>of(() -> this.secrets.discard(1), () -> this.secrets.announce(1),
				() -> this.secrets.take(1).close(), this::expire)) {
			this.secrets.announce(1);
			this.secrets.put(1, Side.SERVER, server);
			this.secrets.put(1, Side.CLIENT, client);
			end.run();
			assertWiped(server);
			assertWiped(client);
			this.secrets.discard(1);
			server = secret();
			client = new byte[] { 5, 6, 7, 8 };
		}
	}

	@Test
	void whenOneSideIsTakenBeforeOtherIsPutOtherIsWiped() {
		this.secrets.announce(1);
		this.secrets.put(1, Side.SERVER, secret());
		TrafficSecrets taken = this.secrets.take(1);
		byte[] client = secret();
		this.secrets.put(1, Side.CLIENT, client);
		assertWiped(client);
		assertThat(taken.take(Side.SERVER)).isEqualTo(secret());
		assertThat(taken.take(Side.CLIENT)).isNull();
	}

	@Test
	void whenNotAnnouncedSecretIsWiped() {
		byte[] secret = secret();
		this.secrets.announce(2);
		this.secrets.put(1, Side.SERVER, secret);
		assertWiped(secret);
		assertThat(take(1)).isNull();
		assertThat(take(2)).isNull();
	}

	@Test
	void whenTakenBeforeItWasPutSecretIsWiped() {
		this.secrets.announce(1);
		assertThat(take(1)).isNull();
		byte[] secret = secret();
		this.secrets.put(1, Side.SERVER, secret);
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
	}

	@Test
	void whenDiscardedSecretIsWipedAndForgotten() {
		this.secrets.announce(1);
		byte[] secret = secret();
		this.secrets.put(1, Side.SERVER, secret);
		this.secrets.discard(1);
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
		assertThat(take(1)).isNull();
	}

	@Test
	void whenUnknownIsDiscardedOthersStay() {
		this.secrets.announce(1);
		byte[] secret = secret();
		this.secrets.put(1, Side.SERVER, secret);
		this.secrets.discard(2);
		assertThat(take(1)).isEqualTo(secret());
	}

	@Test
	void whenAddressIsUsedAgainStaleSecretIsWiped() {
		this.secrets.announce(1);
		byte[] stale = secret();
		this.secrets.put(1, Side.SERVER, stale);
		this.secrets.announce(1);
		assertWiped(stale);
		assertThat(take(1)).isNull();
	}

	@Test
	void whenSecretIsPutTwiceFirstOneIsWiped() {
		this.secrets.announce(1);
		byte[] first = secret();
		byte[] second = secret();
		this.secrets.put(1, Side.SERVER, first);
		this.secrets.put(1, Side.SERVER, second);
		assertWiped(first);
		assertThat(take(1)).isSameAs(second).isEqualTo(secret());
	}

	@Test
	void whenThereAreTooManyNextOneIsNotRemembered() {
		for (int i = 1; i <= 4; i++) {
			this.secrets.announce(i);
		}
		byte[] kept = secret();
		byte[] refused = secret();
		this.secrets.put(3, Side.SERVER, kept);
		this.secrets.put(4, Side.SERVER, refused);
		assertThat(this.secrets.size()).isEqualTo(3);
		assertThat(kept).isEqualTo(secret());
		assertWiped(refused);
		assertThat(take(4)).isNull();
	}

	@Test
	void whenThereAreTooManyOneThatIsAnnouncedAgainIsStillRemembered() {
		for (int i = 1; i <= 3; i++) {
			this.secrets.announce(i);
		}
		this.secrets.announce(2);
		this.secrets.put(2, Side.SERVER, secret());
		assertThat(take(2)).isEqualTo(secret());
	}

	@Test
	void whenThereAreTooManyExpiredOnesMakeRoom() {
		this.secrets.announce(1);
		byte[] expired = secret();
		this.secrets.put(1, Side.SERVER, expired);
		this.clock.addAndGet(LIFETIME.toNanos() - 1);
		this.secrets.announce(2);
		this.secrets.announce(3);
		this.secrets.announce(4);
		assertThat(expired).isEqualTo(secret());
		this.clock.addAndGet(1);
		this.secrets.announce(4);
		assertWiped(expired);
		this.secrets.put(4, Side.SERVER, secret());
		assertThat(take(4)).isEqualTo(secret());
		assertThat(this.secrets.size()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE - 5, Long.MIN_VALUE, -5 })
	void whenTimeIsOverSecretIsWiped(long start) {
		this.clock.set(start);
		this.secrets.announce(1);
		byte[] secret = secret();
		this.secrets.put(1, Side.SERVER, secret);
		this.clock.addAndGet(LIFETIME.toNanos() - 1);
		this.scheduled.remove().run();
		assertThat(secret).isEqualTo(secret());
		assertThat(this.secrets.size()).isOne();
		this.clock.addAndGet(1);
		this.scheduled.remove().run();
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
		assertThat(take(1)).isNull();
	}

	@Test
	void expiryIsScheduledOnceAtATimeAndWhileThereIsSomethingToExpire() {
		assertThat(this.scheduled).isEmpty();
		this.secrets.announce(1);
		this.secrets.announce(2);
		assertThat(this.scheduled).hasSize(1);
		this.scheduled.remove().run();
		assertThat(this.scheduled).hasSize(1);
		this.secrets.discard(1);
		this.secrets.discard(2);
		this.scheduled.remove().run();
		assertThat(this.scheduled).isEmpty();
		this.secrets.announce(3);
		assertThat(this.scheduled).hasSize(1);
	}

	@Test
	void secretsExpireWithoutAnythingElseHappening() {
		PendingSecrets real = new PendingSecrets(3, Duration.ofMillis(20));
		byte[] secret = secret();
		real.announce(1);
		real.put(1, Side.SERVER, secret);
		await().untilAsserted(() -> assertThat(real.size()).isZero());
		await().untilAsserted(() -> assertWiped(secret));
	}

	@Test
	void whenDiscardedWhileItIsPutSecretIsWiped() throws InterruptedException {
		byte[] secret = secret();
		putWhile(secret, () -> this.secrets.discard(1));
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
	}

	@Test
	void whenTakenWhileItIsPutSecretIsWiped() throws InterruptedException {
		byte[] secret = secret();
		putWhile(secret, () -> assertThat(take(1)).isNull());
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
	}

	@Test
	void whenExpiredWhileItIsPutSecretIsWiped() throws InterruptedException {
		byte[] secret = secret();
		putWhile(secret, () -> {
			this.clock.addAndGet(LIFETIME.toNanos());
			this.scheduled.remove().run();
		});
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
	}

	@Test
	void whenAddressIsUsedAgainWhileItIsPutSecretIsWipedAndNextHandshakeIsNot() throws InterruptedException {
		byte[] secret = secret();
		putWhile(secret, () -> this.secrets.announce(1));
		assertWiped(secret);
		this.secrets.put(1, Side.SERVER, secret());
		assertThat(take(1)).isEqualTo(secret());
	}

	@Test
	void whenHandshakeIsDiscardedAfterItsAddressWasUsedAgainNextOneStays() {
		PendingSecrets.Entry gone = announced(1);
		this.secrets.announce(1);
		this.secrets.put(1, Side.SERVER, secret());
		this.secrets.discard(gone);
		assertThat(take(1)).isEqualTo(secret());
	}

	@Test
	void whenHandshakeIsDiscardedItsSecretIsWiped() {
		PendingSecrets.Entry handshake = announced(1);
		byte[] secret = secret();
		this.secrets.put(1, Side.SERVER, secret);
		this.secrets.discard(handshake);
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
	}

	private void expire() {
		this.clock.addAndGet(LIFETIME.toNanos());
		this.scheduled.remove().run();
	}

	// Have another thread find the handshake and then wait for its lock, which this one
	// holds, so that the event comes between the two.
	private void putWhile(byte[] secret, Runnable event) throws InterruptedException {
		PendingSecrets.Entry handshake = announced(1);
		Thread putting = new Thread(() -> this.secrets.put(1, Side.SERVER, secret));
		synchronized (handshake) {
			putting.start();
			await().until(() -> putting.getState() == Thread.State.BLOCKED);
			event.run();
		}
		putting.join();
	}

	private PendingSecrets.Entry announced(long ssl) {
		return Objects.requireNonNull(this.secrets.announce(ssl));
	}

	private byte @Nullable [] take(long ssl) {
		return this.secrets.take(ssl).take(Side.SERVER);
	}

	private static byte[] secret() {
		return new byte[] { 1, 2, 3, 4 };
	}

	private static void assertWiped(byte[] secret) {
		assertThat(secret).containsOnly(0);
	}

}
