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

import java.util.OptionalLong;

import io.netty.buffer.ByteBuf;

import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;

/**
 * Knows the sequence number of the next record that the server sends under its
 * application keys, from nothing but the records on their way to the socket. Used on the
 * event loop.
 * <p>
 * <b>TLS 1.2</b> (RFC 5246 section 6.1): the number starts at zero with the first record
 * after the server's ChangeCipherSpec, which is its Finished.
 * <p>
 * <b>TLS 1.3</b> (RFC 8446 section 5.3): the number starts at zero with the first record
 * after the server's Finished, but on the wire both kinds of record look alike. What
 * tells them apart is the client's Finished: it is a function of the server's, so when it
 * arrives all of the server's handshake has left, and as there is no early data, nothing
 * else has. Records that leave after the input that completed the handshake are therefore
 * exactly those under the application keys: session tickets, and then data.
 */
final class SentRecordCounter {

	private final RecordScanner scanner = new RecordScanner();

	private boolean anySent;

	private int changeCipherSpecs;

	private long recordsSinceChangeCipherSpec;

	private long recordsSinceHandshakeInput;

	private boolean plainRecordSinceHandshakeInput;

	private boolean handshakeCompleted;

	/**
	 * Count what is being sent.
	 * @param bytes the bytes, whose indexes are not changed
	 */
	void sent(ByteBuf bytes) {
		int end = bytes.writerIndex();
		for (int index = bytes.readerIndex(); index < end;) {
			index = this.scanner.scan(bytes, index, end);
			this.anySent = true;
			if (this.scanner.isAtBoundary()) {
				record(this.scanner.contentType());
			}
		}
	}

	private void record(int contentType) {
		if (contentType == ContentType.CHANGE_CIPHER_SPEC.value()) {
			this.changeCipherSpecs++;
			this.recordsSinceChangeCipherSpec = 0;
		}
		else {
			this.recordsSinceChangeCipherSpec++;
		}
		if (contentType == ContentType.APPLICATION_DATA.value()) {
			this.recordsSinceHandshakeInput++;
		}
		else {
			this.plainRecordSinceHandshakeInput = true;
		}
	}

	/**
	 * Take note that bytes from the peer are about to be given to the TLS engine.
	 */
	void handshakeInput() {
		if (!this.handshakeCompleted) {
			this.recordsSinceHandshakeInput = 0;
			this.plainRecordSinceHandshakeInput = false;
		}
	}

	/**
	 * Take note that the handshake is complete. The input before was the one that
	 * completed it.
	 */
	void handshakeCompleted() {
		this.handshakeCompleted = true;
	}

	/**
	 * Return the sequence number of the next record.
	 * @param version the negotiated version
	 * @return the number, or empty where it is not certain
	 */
	OptionalLong nextSequenceNumber(ProtocolVersion version) {
		if (!this.handshakeCompleted || !this.anySent || !this.scanner.isAtBoundary()) {
			return OptionalLong.empty();
		}
		return switch (version) {
			case TLS_1_2 -> (this.changeCipherSpecs == 1) ? OptionalLong.of(this.recordsSinceChangeCipherSpec)
					: OptionalLong.empty();
			case TLS_1_3 -> (!this.plainRecordSinceHandshakeInput) ? OptionalLong.of(this.recordsSinceHandshakeInput)
					: OptionalLong.empty();
		};
	}

}
