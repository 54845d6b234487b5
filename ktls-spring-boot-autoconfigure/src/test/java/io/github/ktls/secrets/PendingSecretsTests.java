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
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;

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
		this.secrets.put(1, secret);
		assertThat(this.secrets.size()).isOne();
		assertThat(this.secrets.take(1)).isSameAs(secret).isEqualTo(secret());
		assertThat(this.secrets.size()).isZero();
		assertThat(this.secrets.take(1)).isNull();
	}

	@Test
	void whenNotAnnouncedSecretIsWiped() {
		byte[] secret = secret();
		this.secrets.announce(2);
		this.secrets.put(1, secret);
		assertWiped(secret);
		assertThat(this.secrets.take(1)).isNull();
		assertThat(this.secrets.take(2)).isNull();
	}

	@Test
	void whenTakenBeforeItWasPutSecretIsWiped() {
		this.secrets.announce(1);
		assertThat(this.secrets.take(1)).isNull();
		byte[] secret = secret();
		this.secrets.put(1, secret);
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
	}

	@Test
	void whenDiscardedSecretIsWipedAndForgotten() {
		this.secrets.announce(1);
		byte[] secret = secret();
		this.secrets.put(1, secret);
		this.secrets.discard(1);
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
		assertThat(this.secrets.take(1)).isNull();
	}

	@Test
	void whenUnknownIsDiscardedOthersStay() {
		this.secrets.announce(1);
		byte[] secret = secret();
		this.secrets.put(1, secret);
		this.secrets.discard(2);
		assertThat(this.secrets.take(1)).isEqualTo(secret());
	}

	@Test
	void whenAddressIsUsedAgainStaleSecretIsWiped() {
		this.secrets.announce(1);
		byte[] stale = secret();
		this.secrets.put(1, stale);
		this.secrets.announce(1);
		assertWiped(stale);
		assertThat(this.secrets.take(1)).isNull();
	}

	@Test
	void whenSecretIsPutTwiceFirstOneIsWiped() {
		this.secrets.announce(1);
		byte[] first = secret();
		byte[] second = secret();
		this.secrets.put(1, first);
		this.secrets.put(1, second);
		assertWiped(first);
		assertThat(this.secrets.take(1)).isSameAs(second).isEqualTo(secret());
	}

	@Test
	void whenThereAreTooManyNextOneIsNotRemembered() {
		for (int i = 1; i <= 4; i++) {
			this.secrets.announce(i);
		}
		byte[] kept = secret();
		byte[] refused = secret();
		this.secrets.put(3, kept);
		this.secrets.put(4, refused);
		assertThat(this.secrets.size()).isEqualTo(3);
		assertThat(kept).isEqualTo(secret());
		assertWiped(refused);
		assertThat(this.secrets.take(4)).isNull();
	}

	@Test
	void whenThereAreTooManyOneThatIsAnnouncedAgainIsStillRemembered() {
		for (int i = 1; i <= 3; i++) {
			this.secrets.announce(i);
		}
		this.secrets.announce(2);
		this.secrets.put(2, secret());
		assertThat(this.secrets.take(2)).isEqualTo(secret());
	}

	@Test
	void whenThereAreTooManyExpiredOnesMakeRoom() {
		this.secrets.announce(1);
		byte[] expired = secret();
		this.secrets.put(1, expired);
		this.clock.addAndGet(LIFETIME.toNanos() - 1);
		this.secrets.announce(2);
		this.secrets.announce(3);
		this.secrets.announce(4);
		assertThat(expired).isEqualTo(secret());
		this.clock.addAndGet(1);
		this.secrets.announce(4);
		assertWiped(expired);
		this.secrets.put(4, secret());
		assertThat(this.secrets.take(4)).isEqualTo(secret());
		assertThat(this.secrets.size()).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, Long.MAX_VALUE - 5, Long.MIN_VALUE, -5 })
	void whenTimeIsOverSecretIsWiped(long start) {
		this.clock.set(start);
		this.secrets.announce(1);
		byte[] secret = secret();
		this.secrets.put(1, secret);
		this.clock.addAndGet(LIFETIME.toNanos() - 1);
		this.scheduled.remove().run();
		assertThat(secret).isEqualTo(secret());
		assertThat(this.secrets.size()).isOne();
		this.clock.addAndGet(1);
		this.scheduled.remove().run();
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
		assertThat(this.secrets.take(1)).isNull();
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
		real.put(1, secret);
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
		putWhile(secret, () -> assertThat(this.secrets.take(1)).isNull());
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
		this.secrets.put(1, secret());
		assertThat(this.secrets.take(1)).isEqualTo(secret());
	}

	@Test
	void whenHandshakeIsDiscardedAfterItsAddressWasUsedAgainNextOneStays() {
		PendingSecrets.Entry gone = announced(1);
		this.secrets.announce(1);
		this.secrets.put(1, secret());
		this.secrets.discard(gone);
		assertThat(this.secrets.take(1)).isEqualTo(secret());
	}

	@Test
	void whenHandshakeIsDiscardedItsSecretIsWiped() {
		PendingSecrets.Entry handshake = announced(1);
		byte[] secret = secret();
		this.secrets.put(1, secret);
		this.secrets.discard(handshake);
		assertWiped(secret);
		assertThat(this.secrets.size()).isZero();
	}

	// Have another thread find the handshake and then wait for its lock, which this one
	// holds, so that the event comes between the two.
	private void putWhile(byte[] secret, Runnable event) throws InterruptedException {
		PendingSecrets.Entry handshake = announced(1);
		Thread putting = new Thread(() -> this.secrets.put(1, secret));
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

	private static byte[] secret() {
		return new byte[] { 1, 2, 3, 4 };
	}

	private static void assertWiped(byte[] secret) {
		assertThat(secret).containsOnly(0);
	}

}
