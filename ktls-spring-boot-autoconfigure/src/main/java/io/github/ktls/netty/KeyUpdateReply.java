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

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Finds out whether BoringSSL, which reads for an offloaded connection, owes the peer a
 * KeyUpdate. BoringSSL puts its reply in front of the next data that it is given to send
 * ({@code ssl/tls13_both.cc}, {@code tls13_receive_key_update}); so it is given one byte,
 * and if two records come out, the first one is the reply. What comes out is overwritten
 * here and goes nowhere.
 */
final class KeyUpdateReply {

	private static final int OUTPUT_CAPACITY = 1024;

	/** Room for two session tickets, which hold the client's certificates. */
	private static final int UNSENT_CAPACITY = 64 * 1024;

	private KeyUpdateReply() {
	}

	static boolean isOwed(ByteBufAllocator alloc, SSLEngine engine) {
		return countRecords(alloc, engine, OUTPUT_CAPACITY) > 1;
	}

	/**
	 * Take away what else BoringSSL has put in front of the next data: session tickets,
	 * if it was given nothing to send since the handshake. They would pass for a reply.
	 * @param alloc makes buffers
	 * @param engine the engine of a connection that was handed over
	 */
	static void discardUnsent(ByteBufAllocator alloc, SSLEngine engine) {
		countRecords(alloc, engine, UNSENT_CAPACITY);
	}

	private static int countRecords(ByteBufAllocator alloc, SSLEngine engine, int capacity) {
		if (engine.isInboundDone() || engine.isOutboundDone()) {
			return 0;
		}
		ByteBuf input = alloc.directBuffer(1).writeByte(0);
		ByteBuf output = alloc.directBuffer(capacity);
		try {
			return countRecords(engine, input, output, capacity);
		}
		catch (SSLException ex) {
			return 0;
		}
		finally {
			input.release();
			output.setZero(0, capacity);
			output.release();
		}
	}

	private static int countRecords(SSLEngine engine, ByteBuf input, ByteBuf output, int capacity) throws SSLException {
		int produced = engine.wrap(input.internalNioBuffer(0, 1), output.internalNioBuffer(0, capacity))
			.bytesProduced();
		RecordScanner scanner = new RecordScanner();
		int records = 0;
		for (int index = 0; index < produced;) {
			index = scanner.scan(output, index, produced);
			records += scanner.isAtBoundary() ? 1 : 0;
		}
		return records;
	}

}
