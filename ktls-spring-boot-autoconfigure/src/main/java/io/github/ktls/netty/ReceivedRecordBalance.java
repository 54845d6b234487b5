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

import io.github.ktls.tls.ContentType;

/**
 * Notices that a TLS 1.3 client may have sent something other than application data, for
 * example a KeyUpdate, although the engine reads the records and does not tell.
 * <p>
 * A record has one content type (RFC 8446 section 5.2), so one of which the engine gives
 * out anything was application data, padded or not: the JDK's client pads every record. A
 * KeyUpdate gives nothing for its record, so it can never be missed; alerts and empty
 * records give nothing, too. The engine has to be given one record at a time. Used on the
 * event loop.
 */
final class ReceivedRecordBalance {

	private final RecordScanner scanner = new RecordScanner();

	private boolean counting;

	/** Whether nothing was given out yet for the record that ended last. */
	private boolean silent;

	/** Whether nothing was given out for a record before. */
	private boolean uneven;

	/**
	 * Scan to the end of the current record, or of the bytes.
	 * @param bytes the bytes, whose indexes are not changed
	 * @param index where to begin
	 * @param end where the bytes end
	 * @return the index after the last byte scanned
	 */
	int received(ByteBuf bytes, int index, int end) {
		this.uneven |= this.silent;
		this.silent = false;
		int position = this.scanner.scan(bytes, index, end);
		this.silent = this.counting && this.scanner.isAtBoundary()
				&& this.scanner.contentType() == ContentType.APPLICATION_DATA.value();
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
		if (bytes > 0) {
			this.silent = false;
		}
	}

	/**
	 * Return whether every record was application data. Only meaningful while the engine
	 * holds no complete record back.
	 * @return whether the account is even
	 */
	boolean isEven() {
		return !this.silent && !this.uneven && !this.scanner.isMalformed();
	}

	/**
	 * Forget what was uneven so far.
	 */
	void settle() {
		this.silent = false;
		this.uneven = false;
	}

}
