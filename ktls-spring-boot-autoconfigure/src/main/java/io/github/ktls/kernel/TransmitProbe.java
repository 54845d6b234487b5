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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.RecordProtection;

/**
 * Has the kernel send known records and decrypts them in Java.
 */
final class TransmitProbe {

	private final ProbeKeys keys;

	private final LoopbackPair pair;

	private final KtlsSocket socket;

	TransmitProbe(ProbeKeys keys, LoopbackPair pair, KtlsSocket socket) {
		this.keys = keys;
		this.pair = pair;
		this.socket = socket;
	}

	/**
	 * Send under the first key.
	 * @return what is wrong, or {@code null} if all is well
	 * @throws IOException if a call fails
	 * @throws GeneralSecurityException if what arrives is no record under that key
	 */
	@Nullable String probe() throws IOException, GeneralSecurityException {
		this.socket.installTransmit(this.keys.suite(), this.keys.first(), ProbeKeys.SEQUENCE_NUMBER);
		if (!this.socket.isTransmitInstalled()) {
			return "the key was taken but is not there";
		}
		this.pair.send(ProbeKeys.knownText());
		this.socket.sendRecord(ContentType.ALERT, direct(ProbeKeys.knownText()));
		List<byte[]> records = this.pair.receiveAtFar(2);
		Plaintext data = unprotect(ProbeKeys.SEQUENCE_NUMBER, records.get(0));
		Plaintext alert = unprotect(ProbeKeys.SEQUENCE_NUMBER + 1, records.get(1));
		boolean same = ProbeKeys.isKnownText(data, ContentType.APPLICATION_DATA)
				&& ProbeKeys.isKnownText(alert, ContentType.ALERT);
		return same ? null : "the text came back changed";
	}

	/**
	 * Return whether the kernel tells that it has sent the records of {@link #probe}.
	 * @return whether its number is right
	 */
	boolean tellsSequenceNumber() {
		try {
			return this.socket.transmitSequenceNumber(this.keys.suite()) == ProbeKeys.SEQUENCE_NUMBER + 2;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Change to the second key. What refuses that, or does it wrongly, is no failure.
	 * @return whether it works
	 */
	boolean canRekey() {
		try {
			this.socket.sendRecord(ContentType.HANDSHAKE, direct(ProbeKeys.keyUpdate()));
			this.socket.rekeyTransmit(this.keys.suite(), this.keys.second());
			this.pair.send(ProbeKeys.knownText());
			List<byte[]> records = this.pair.receiveAtFar(2);
			Plaintext keyUpdate = unprotect(ProbeKeys.SEQUENCE_NUMBER + 2, records.get(0));
			Plaintext data = RecordProtection.unprotect(this.keys.suite(), this.keys.second(), 0, records.get(1));
			return keyUpdate.type() == ContentType.HANDSHAKE
					&& ProbeKeys.isKnownText(data, ContentType.APPLICATION_DATA);
		}
		catch (IOException | GeneralSecurityException | RuntimeException ex) {
			return false;
		}
	}

	private Plaintext unprotect(long sequenceNumber, byte[] record) throws GeneralSecurityException {
		return RecordProtection.unprotect(this.keys.suite(), this.keys.first(), sequenceNumber, record);
	}

	private static ByteBuffer direct(byte[] bytes) {
		return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
	}

}
