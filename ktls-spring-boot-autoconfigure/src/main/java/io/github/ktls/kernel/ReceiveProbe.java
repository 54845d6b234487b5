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

package io.github.ktls.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

/**
 * Has the kernel receive known records that were protected in Java.
 */
final class ReceiveProbe {

	private static final byte[] NOTHING = {};

	private static final long PAUSE_NANOS = 20_000;

	private final ProbeKeys keys;

	private final LoopbackPair pair;

	private final KtlsSocket socket;

	private final long timeoutNanos;

	private final ByteBuffer target = ByteBuffer.allocateDirect(1024);

	ReceiveProbe(ProbeKeys keys, LoopbackPair pair, KtlsSocket socket, Duration timeout) {
		this.keys = keys;
		this.pair = pair;
		this.socket = socket;
		this.timeoutNanos = timeout.toNanos();
	}

	/**
	 * Receive under the first key: a record without content, an alert and data.
	 * @return what is wrong, or {@code null} if all is well
	 * @throws IOException if a call fails
	 * @throws GeneralSecurityException if the Java runtime lacks the cipher
	 */
	@Nullable String probe() throws IOException, GeneralSecurityException {
		this.socket.installReceive(this.keys.suite(), this.keys.first(), ProbeKeys.SEQUENCE_NUMBER);
		if (!this.socket.isReceiveInstalled()) {
			return "the receiving key was taken but is not there";
		}
		ByteArrayOutputStream records = new ByteArrayOutputStream();
		records.writeBytes(record(0, ContentType.APPLICATION_DATA, NOTHING));
		records.writeBytes(record(1, ContentType.ALERT, ProbeKeys.knownText()));
		records.writeBytes(record(2, ContentType.APPLICATION_DATA, ProbeKeys.knownText()));
		this.pair.sendToNear(records.toByteArray());
		boolean same = receives(ContentType.APPLICATION_DATA, NOTHING)
				&& receives(ContentType.ALERT, ProbeKeys.knownText())
				&& receives(ContentType.APPLICATION_DATA, ProbeKeys.knownText());
		return same ? null : "the text was received changed";
	}

	/**
	 * Change to the second key. What refuses that, or does it wrongly, is no failure. A
	 * kernel that does not know it goes on as if nothing had been received.
	 * @return whether it works
	 */
	boolean canRekey() {
		try {
			this.pair.sendToNear(record(3, ContentType.HANDSHAKE, ProbeKeys.keyUpdate()));
			if (!receives(ContentType.HANDSHAKE, ProbeKeys.keyUpdate())
					|| this.socket.receive(this.target) != KtlsSocket.KEY_EXPIRED) {
				return false;
			}
			this.socket.rekeyReceive(this.keys.suite(), this.keys.second());
			this.pair.sendToNear(protect(this.keys.second(), 0, ContentType.APPLICATION_DATA, ProbeKeys.knownText()));
			return receives(ContentType.APPLICATION_DATA, ProbeKeys.knownText());
		}
		catch (IOException | GeneralSecurityException | RuntimeException ex) {
			return false;
		}
	}

	private boolean receives(ContentType type, byte[] content) throws IOException {
		long start = System.nanoTime();
		int received = this.socket.receive(this.target.clear());
		while (received == KtlsSocket.WOULD_BLOCK && System.nanoTime() - start < this.timeoutNanos) {
			LockSupport.parkNanos(PAUSE_NANOS);
			received = this.socket.receive(this.target);
		}
		return received == content.length && this.socket.contentType() == type.value()
				&& this.target.limit(received).equals(ByteBuffer.wrap(content));
	}

	private byte[] record(int index, ContentType type, byte[] content) throws GeneralSecurityException {
		return protect(this.keys.first(), ProbeKeys.SEQUENCE_NUMBER + index, type, content);
	}

	private byte[] protect(TrafficKeys keys, long sequenceNumber, ContentType type, byte[] content)
			throws GeneralSecurityException {
		return RecordProtection.protect(this.keys.suite(), keys, sequenceNumber, type, content);
	}

}
