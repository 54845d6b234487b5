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
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.github.ktls.kernel.FakeKernel.Fault;
import io.github.ktls.linux.Errno;
import io.github.ktls.linux.NativeIoException;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

/**
 * The receiving side of a {@link FakeSocket} that has a key, as {@code tls_sw_recvmsg} in
 * {@code net/tls/tls_sw.c} does it.
 */
final class FakeReceive {

	private static final byte KEY_UPDATE = 24;

	private final boolean rekeys;

	private FakeCryptoInfo info;

	private long records;

	/** Records that are decrypted and not received as a whole: the kernel's rx_list. */
	private final List<Held> list = new ArrayList<>();

	private boolean keyUpdatePending;

	private int failure;

	FakeReceive(FakeCryptoInfo info, boolean rekeys) {
		this.info = info;
		this.rekeys = rekeys;
	}

	FakeCryptoInfo info() {
		return this.info;
	}

	byte[] describe() {
		return this.info.describe(this.info.sequenceNumber() + this.records);
	}

	void rekey(FakeCryptoInfo next) {
		this.info = next;
		this.records = 0;
		this.keyUpdatePending = false;
	}

	/**
	 * Receive what one call gives.
	 * @param inbound what has arrived; whole records are taken out of it
	 * @param atEnd whether no more will arrive
	 * @param limit how much there may be
	 * @param peek whether to leave it where it is
	 * @param fault how to get it wrong
	 * @return what was received, or {@code null} if that would block
	 * @throws NativeIoException if a record is wrong
	 */
	@Nullable Received receive(ByteArrayOutputStream inbound, boolean atEnd, int limit, boolean peek, Fault fault)
			throws NativeIoException {
		ByteArrayOutputStream content = new ByteArrayOutputStream();
		ContentType type = null;
		int errno = 0;
		int index = 0;
		while (content.size() < limit) {
			if (index == this.list.size()) {
				errno = unreadable(inbound, atEnd && content.size() == 0);
				Held decrypted = (errno == 0) ? decrypt(inbound, fault) : null;
				if (decrypted == null) {
					break;
				}
				this.list.add(decrypted);
			}
			Held next = this.list.get(index);
			if (type != null && next.type() != type) {
				break;
			}
			type = next.type();
			ByteBuffer rest = peek ? next.content().duplicate() : next.content();
			byte[] taken = new byte[Math.min(limit - content.size(), rest.remaining())];
			rest.get(taken);
			content.writeBytes(taken);
			if (rest.hasRemaining()) {
				break;
			}
			if (peek) {
				index++;
			}
			else {
				this.list.remove(0);
			}
			if (type != ContentType.APPLICATION_DATA) {
				break;
			}
		}
		if (content.size() == 0 && errno == Errno.EAGAIN) {
			// Also if a record without content was there: the kernel then forgets it.
			return null;
		}
		if (content.size() == 0 && errno != 0) {
			throw new NativeIoException("recvmsg", errno);
		}
		return new Received(content.toByteArray(), type);
	}

	private int unreadable(ByteArrayOutputStream inbound, boolean atEnd) {
		if (this.keyUpdatePending) {
			return Errno.EKEYEXPIRED;
		}
		if (this.failure == 0) {
			this.failure = check(inbound.toByteArray());
		}
		if (this.failure != 0) {
			return this.failure;
		}
		boolean whole = recordLength(inbound.toByteArray()) > 0;
		return (whole || atEnd) ? 0 : Errno.EAGAIN;
	}

	// tls_rx_msg_size
	private int check(byte[] bytes) {
		if (bytes.length < RecordHeader.LENGTH) {
			return 0;
		}
		ByteBuffer header = ByteBuffer.wrap(bytes);
		CipherSuite suite = this.info.suite();
		int overhead = suite.aead().explicitNonceLength(suite.version()) + 16;
		int tail = (suite.version() == ProtocolVersion.TLS_1_3) ? 1 : 0;
		int length = Short.toUnsignedInt(header.getShort(3));
		if (length > RecordHeader.MAX_CONTENT_LENGTH + overhead + tail) {
			return Errno.EMSGSIZE;
		}
		if (length < overhead) {
			return Errno.EBADMSG;
		}
		return (header.getShort(1) != RecordHeader.LEGACY_VERSION) ? Errno.EINVAL : 0;
	}

	private static int recordLength(byte[] bytes) {
		if (bytes.length < RecordHeader.LENGTH) {
			return 0;
		}
		int length = RecordHeader.LENGTH + Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(3));
		return (bytes.length >= length) ? length : 0;
	}

	private @Nullable Held decrypt(ByteArrayOutputStream inbound, Fault fault) throws NativeIoException {
		byte[] bytes = inbound.toByteArray();
		int length = recordLength(bytes);
		if (length == 0) {
			return null;
		}
		try {
			Plaintext plaintext = unprotect(Arrays.copyOf(bytes, length), fault);
			inbound.reset();
			inbound.write(bytes, length, bytes.length - length);
			this.records++;
			byte[] content = plaintext.content();
			if (this.rekeys && this.info.suite().version() == ProtocolVersion.TLS_1_3
					&& plaintext.type() == ContentType.HANDSHAKE && content.length > 0 && content[0] == KEY_UPDATE) {
				this.keyUpdatePending = true;
			}
			if (fault == Fault.RECEIVES_CHANGED_CONTENT && content.length > 0) {
				content[0] ^= 1;
			}
			boolean forget = fault == Fault.RECEIVES_WITHOUT_CONTENT_TYPE;
			return new Held(forget ? ContentType.APPLICATION_DATA : plaintext.type(), ByteBuffer.wrap(content));
		}
		catch (GeneralSecurityException ex) {
			this.failure = Errno.EBADMSG;
			throw new NativeIoException("recvmsg", this.failure);
		}
	}

	private Plaintext unprotect(byte[] record, Fault fault) throws GeneralSecurityException {
		long first = (fault == Fault.RECEIVES_FROM_ZERO) ? 0 : this.info.sequenceNumber();
		TrafficKeys keys = this.info.keys();
		return RecordProtection.unprotect(this.info.suite(), keys, first + this.records, record);
	}

	/**
	 * A record of which not all was received yet.
	 *
	 * @param type its type
	 * @param content the rest of its content
	 */
	private record Held(ContentType type, ByteBuffer content) {

	}

	/**
	 * What one call gave.
	 */
	static final class Received {

		private final byte[] content;

		private final @Nullable ContentType type;

		Received(byte[] content, @Nullable ContentType type) {
			this.content = content;
			this.type = type;
		}

		byte[] content() {
			return this.content;
		}

		@Nullable ContentType type() {
			return this.type;
		}

	}

}
