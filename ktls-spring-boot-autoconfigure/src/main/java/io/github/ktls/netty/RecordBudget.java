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

/**
 * How many records may still be sent under a key (RFC 8446 section 5.5, RFC 9325 section
 * 4.4). What is about to be written is charged before it is written, with more records
 * than the kernel will make of it; what it really made can be put in later. So the limit
 * is never crossed, and never believed to be closer than it can be. Used on the event
 * loop.
 */
final class RecordBudget {

	/**
	 * Least number of bytes that the kernel puts into each record of a file but the last
	 * two: it fills them from whole pages ({@code net/tls/tls_sw.c},
	 * {@code tls_sw_sendmsg}), 16 KiB unless memory is short.
	 */
	private static final int FILE_BYTES_PER_RECORD = 4096;

	/**
	 * The same for buffers. A record ends with each call, and there is a call whenever a
	 * part of the socket's buffer has become free, which is no less than this.
	 */
	private static final int BUFFER_BYTES_PER_RECORD = 1024;

	/** What a control record and its like may need on top. */
	private static final int RESERVE = 4;

	private final long limit;

	private long spent;

	/**
	 * Create a budget.
	 * @param limit the number of records that one key may protect
	 * @param sequenceNumber how many it has protected
	 */
	RecordBudget(long limit, long sequenceNumber) {
		this.limit = limit;
		this.spent = sequenceNumber;
	}

	/**
	 * Return how many records the key has protected, as far as is known. Called before
	 * anything is charged it is what the budget was created with.
	 * @return the number of records
	 */
	long sequenceNumber() {
		return this.spent;
	}

	/**
	 * Return what a write may cost at most.
	 * @param bytes the length of a buffer
	 * @return the number of records
	 */
	static long ofBuffer(long bytes) {
		return bytes / BUFFER_BYTES_PER_RECORD + 1;
	}

	/**
	 * Return what a region of a file may cost at most.
	 * @param bytes the length of the region
	 * @return the number of records
	 */
	static long ofFile(long bytes) {
		return bytes / FILE_BYTES_PER_RECORD + 2;
	}

	/**
	 * Return how long a region of a file may be that can be afforded.
	 * @param besides what is to be charged together with it
	 * @return the length in bytes, 0 if none can
	 */
	long affordableFileBytes(long besides) {
		long records = left() - 2 - besides;
		return (records <= 0) ? 0
				: (records > Long.MAX_VALUE / FILE_BYTES_PER_RECORD) ? Long.MAX_VALUE : records * FILE_BYTES_PER_RECORD;
	}

	/**
	 * Return how long a buffer may be that a new key can afford.
	 * @return the length in bytes
	 */
	long maxBufferBytes() {
		long records = Math.min(this.limit / 4, Integer.MAX_VALUE / BUFFER_BYTES_PER_RECORD);
		return Math.max(records, 1) * BUFFER_BYTES_PER_RECORD;
	}

	/**
	 * Charge a write, if it can be afforded.
	 * @param records what it may cost
	 * @return whether it can
	 */
	boolean spend(long records) {
		if (records > left()) {
			return false;
		}
		this.spent += records;
		return true;
	}

	private long left() {
		return this.limit - RESERVE - this.spent;
	}

	/**
	 * Return whether the key should be replaced, if it can be.
	 * @return whether more than half is spent
	 */
	boolean isHalfSpent() {
		return this.spent > this.limit / 2;
	}

	/**
	 * Put in how many records have really been made. Everything charged must be in the
	 * kernel by now.
	 * @param sequenceNumber the number that the next record will have
	 */
	void learned(long sequenceNumber) {
		this.spent = sequenceNumber;
	}

}
