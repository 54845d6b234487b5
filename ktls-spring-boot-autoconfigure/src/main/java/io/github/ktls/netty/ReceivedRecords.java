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
 * What the records on their way to the TLS engine tell, although their content is hidden
 * and the engine does not talk about it. The engine has to be given one record at a time.
 * Used on the event loop.
 * <p>
 * <b>Something other than data</b>: a TLS 1.3 record has one content type (RFC 8446
 * section 5.2), so one of which the engine gives out anything was application data,
 * padded or not: the JDK's client pads every record. A KeyUpdate gives nothing for its
 * record, so it can never be missed; alerts and empty records give nothing, too.
 * <p>
 * <b>The sequence number</b> of the next record: TLS 1.2 counts from the record after the
 * client's ChangeCipherSpec, which is its Finished (RFC 5246 section 6.1); TLS 1.3 from
 * the record after the one that ended the handshake (RFC 8446 section 5.3), as there is
 * no early data.
 */
final class ReceivedRecords {

	private final RecordScanner scanner = new RecordScanner();

	/** Whether the engine is at work on what was scanned last. */
	private boolean inEngine;

	private boolean started;

	/** Whether the record that ended the handshake is known. */
	private boolean startCertain;

	private long recordsSinceStart;

	private int changeCipherSpecs;

	private long recordsSinceChangeCipherSpec;

	/** Whether nothing was given out yet for the record that ended last. */
	private boolean silent;

	private int silentRecords;

	private boolean anySilent;

	/**
	 * Scan to the end of the current record, or of the bytes. They are to be given to the
	 * engine next.
	 * @param bytes the bytes, whose indexes are not changed
	 * @param index where to begin
	 * @param end where the bytes end
	 * @return the index after the last byte scanned
	 */
	int received(ByteBuf bytes, int index, int end) {
		countSilent();
		int position = this.scanner.scan(bytes, index, end);
		this.inEngine = true;
		if (this.scanner.isAtBoundary()) {
			record(this.scanner.contentType());
		}
		return position;
	}

	private void record(int contentType) {
		boolean applicationData = contentType == ContentType.APPLICATION_DATA.value();
		if (contentType == ContentType.CHANGE_CIPHER_SPEC.value()) {
			this.changeCipherSpecs++;
			this.recordsSinceChangeCipherSpec = 0;
		}
		else {
			this.recordsSinceChangeCipherSpec++;
		}
		if (this.started) {
			this.recordsSinceStart++;
			this.startCertain &= applicationData;
			this.silent = applicationData;
		}
	}

	private void countSilent() {
		if (this.silent) {
			this.silent = false;
			this.silentRecords++;
			this.anySilent = true;
		}
	}

	/**
	 * Take note that the engine has done with what was scanned last.
	 */
	void processed() {
		this.inEngine = false;
	}

	/**
	 * Begin to count the records of a TLS 1.3 connection. To be called when the handshake
	 * is complete, from within the engine's work on the record that completed it: if it
	 * comes later, nothing is certain.
	 */
	void start() {
		this.started = true;
		this.startCertain = this.inEngine && this.scanner.isAtBoundary();
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
	 * @return whether there was nothing but data since the last call of {@link #settle}
	 */
	boolean isEven() {
		return !this.silent && this.silentRecords == 0 && !this.scanner.isMalformed();
	}

	/**
	 * Take note that what was not data is dealt with.
	 * @return the number of such records
	 */
	int settle() {
		countSilent();
		int settled = this.silentRecords;
		this.silentRecords = 0;
		return settled;
	}

	/**
	 * Return whether the peer may have changed its key.
	 * @return whether there ever was a record that was not data
	 */
	boolean mayHaveChangedKey() {
		return this.anySilent || this.silent;
	}

	/**
	 * Return whether what was received ends with a whole record.
	 * @return whether the next byte begins a record
	 */
	boolean isAtBoundary() {
		return this.scanner.isAtBoundary();
	}

	/**
	 * Return how many bytes may be read without reading any of the record after the
	 * current one.
	 * @return the number of bytes that are certain to belong to the current record, at
	 * least 1
	 */
	int bytesWithinRecord() {
		return this.scanner.bytesWithinRecord();
	}

	/**
	 * Return the sequence number of the next record.
	 * @param version the negotiated version
	 * @return the number, or empty where it is not certain
	 */
	OptionalLong nextSequenceNumber(ProtocolVersion version) {
		if (!isAtBoundary() || this.inEngine) {
			return OptionalLong.empty();
		}
		return switch (version) {
			case TLS_1_2 -> (this.changeCipherSpecs == 1 && this.recordsSinceChangeCipherSpec > 0)
					? OptionalLong.of(this.recordsSinceChangeCipherSpec) : OptionalLong.empty();
			// A KeyUpdate would have begun to count anew, and changed the key.
			case TLS_1_3 -> (this.started && this.startCertain && !mayHaveChangedKey())
					? OptionalLong.of(this.recordsSinceStart) : OptionalLong.empty();
		};
	}

}
