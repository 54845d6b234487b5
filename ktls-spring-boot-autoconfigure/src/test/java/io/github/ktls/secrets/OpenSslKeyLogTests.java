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

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OpenSslKeyLog}.
 */
class OpenSslKeyLogTests {

	private static final String RANDOM = "0123456789abcdef".repeat(4);

	private final PendingSecrets secrets = new PendingSecrets(10, Duration.ofSeconds(60));

	private final KeyLogRecipient recipient = new KeyLogRecipient(this.secrets, EnumSet.of(Side.SERVER));

	private final OpenSslKeyLog keyLog = keyLog(this.recipient);

	@Test
	void whenServerTrafficSecretIsLoggedItIsKeptAndTheLineIsWiped() {
		this.secrets.announce(1);
		byte[] line = line("SERVER_TRAFFIC_SECRET_0 " + RANDOM + " 0102ff");
		this.keyLog.handle(1, line);
		assertThat(line).containsOnly(0);
		assertThat(this.secrets.take(1).take(Side.SERVER)).containsExactly(1, 2, 0xff);
	}

	@Test
	void whenBothSidesAreWantedBothAreKeptAndTheLinesAreWiped() {
		KeyLogRecipient wantsBoth = new KeyLogRecipient(this.secrets, EnumSet.allOf(Side.class));
		OpenSslKeyLog both = keyLog(wantsBoth);
		this.secrets.announce(1);
		byte[] client = line("CLIENT_TRAFFIC_SECRET_0 " + RANDOM + " 03040506");
		byte[] server = line("SERVER_TRAFFIC_SECRET_0 " + RANDOM + " 0102ff");
		both.handle(1, client);
		both.handle(1, server);
		assertThat(client).containsOnly(0);
		assertThat(server).containsOnly(0);
		TrafficSecrets taken = this.secrets.take(1);
		assertThat(taken.take(Side.SERVER)).containsExactly(1, 2, 0xff);
		assertThat(taken.take(Side.CLIENT)).containsExactly(3, 4, 5, 6);
	}

	@Test
	void whenHandshakeWasNotAnnouncedNothingIsKeptAndTheLineIsWiped() {
		byte[] line = line("SERVER_TRAFFIC_SECRET_0 " + RANDOM + " 0102ff");
		this.keyLog.handle(1, line);
		assertThat(line).containsOnly(0);
		assertThat(this.secrets.size()).isZero();
		assertThat(this.secrets.take(1)).hasToString("TrafficSecrets[]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "CLIENT_RANDOM", "CLIENT_TRAFFIC_SECRET_0", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "nonsense",
			"SERVER_TRAFFIC_SECRET_0 0g" })
	void whenAnotherSecretIsLoggedNothingIsKeptAndTheLineIsWiped(String label) {
		this.secrets.announce(1);
		byte[] line = line(label + " " + RANDOM + " 0102ff");
		this.keyLog.handle(1, line);
		assertThat(line).containsOnly(0);
		assertThat(this.secrets.take(1)).hasToString("TrafficSecrets[]");
	}

	@Test
	void whenThereAreSeveralRecipientsEachReadsTheLineBeforeItIsWiped() {
		PendingSecrets others = new PendingSecrets(10, Duration.ofSeconds(60));
		KeyLogRecipient other = new KeyLogRecipient(others, EnumSet.of(Side.SERVER));
		this.keyLog.add(other);
		this.keyLog.add(other);
		this.secrets.announce(1);
		others.announce(1);
		byte[] line = line("SERVER_TRAFFIC_SECRET_0 " + RANDOM + " 0102ff");
		this.keyLog.handle(1, line);
		assertThat(line).containsOnly(0);
		assertThat(this.secrets.take(1).take(Side.SERVER)).containsExactly(1, 2, 0xff);
		assertThat(others.take(1).take(Side.SERVER)).containsExactly(1, 2, 0xff);
	}

	private static OpenSslKeyLog keyLog(KeyLogRecipient recipient) {
		OpenSslKeyLog keyLog = new OpenSslKeyLog();
		keyLog.add(recipient);
		return keyLog;
	}

	private static byte[] line(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
