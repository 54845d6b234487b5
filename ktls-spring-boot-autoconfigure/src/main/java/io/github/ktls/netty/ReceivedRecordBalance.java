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

import io.netty.buffer.ByteBuf;

import io.github.ktls.tls.Aead;
import io.github.ktls.tls.ContentType;

/**
 * Notices that a TLS 1.3 client may have sent something other than application data, for
 * example a KeyUpdate, although the engine reads the records and does not tell.
 * <p>
 * A record of {@code n} bytes carries at most {@code n - 17} bytes of data: one byte is
 * the content type and 16 are the tag (RFC 8446 section 5.2). As long as the engine gives
 * out exactly that much for every record there was nothing else in them. A KeyUpdate
 * gives nothing for its record, so it can never be missed; padding and empty records
 * unbalance the account, too. Used on the event loop.
 */
final class ReceivedRecordBalance {

	private static final int OVERHEAD = 1 + Aead.TAG_LENGTH;

	private final RecordScanner scanner = new RecordScanner();

	private boolean counting;

	private long balance;

	/**
	 * Scan to the end of the current record, or of the bytes.
	 * @param bytes the bytes, whose indexes are not changed
	 * @param index where to begin
	 * @param end where the bytes end
	 * @return the index after the last byte scanned
	 */
	int received(ByteBuf bytes, int index, int end) {
		int position = this.scanner.scan(bytes, index, end);
		if (this.counting && this.scanner.isAtBoundary()
				&& this.scanner.contentType() == ContentType.APPLICATION_DATA.value()) {
			this.balance += this.scanner.length() - OVERHEAD;
		}
		return position;
	}

	/**
	 * Begin to count, with the record after the one that was just given to the engine.
	 */
	void start() {
		this.counting = true;
	}

	/**
	 * Take note of data that the engine gave out.
	 * @param bytes the number of bytes
	 */
	void delivered(int bytes) {
		if (this.counting) {
			this.balance -= bytes;
		}
	}

	/**
	 * Return whether every record was application data, in full. Only meaningful while
	 * the engine holds no complete record back.
	 * @return whether the account is even
	 */
	boolean isEven() {
		return this.balance == 0 && !this.scanner.isMalformed();
	}

	/**
	 * Forget what was uneven so far.
	 */
	void settle() {
		this.balance = 0;
	}

}
