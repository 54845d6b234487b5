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

import java.nio.ByteBuffer;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.AlertDescription;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.ProtocolVersion;

/**
 * Reads what a client may send besides application data once the handshake is over: it
 * accepts and refuses what BoringSSL does ({@code ssl/s3_pkt.cc},
 * {@code ssl/tls13_both.cc}, {@code ssl/ssl_lib.cc}), so that a client cannot tell which
 * of them reads. Only the number of KeyUpdates is not limited to 32 here, but elsewhere
 * to those of a second: the JDK's client sends one for each record that it receives
 * beyond its limit, until it has the answer. Used on the event loop.
 */
final class PeerMessages {

	/** As BoringSSL has it: without any other record between them. */
	private static final int MAX_WARNINGS = 4;

	/**
	 * As BoringSSL has it, for a message that is not complete: the longest one that a
	 * client may send is a KeyUpdate.
	 */
	private static final int MAX_INCOMPLETE_LENGTH = 1;

	private static final int HEADER_LENGTH = 4;

	private static final byte LEVEL_WARNING = 1;

	private static final byte LEVEL_FATAL = 2;

	private final ProtocolVersion version;

	/** What came of a handshake message that is not complete. */
	private byte[] partial = {};

	private int warnings;

	PeerMessages(ProtocolVersion version) {
		this.version = version;
	}

	/**
	 * Take note that application data came.
	 */
	void dataReceived() {
		this.warnings = 0;
	}

	/**
	 * Return whether a handshake message has begun that is not complete.
	 * @return whether more of it has to come
	 */
	boolean isIncomplete() {
		return this.partial.length > 0;
	}

	/**
	 * Read the content of one record.
	 * @param contentType its type, any but application data
	 * @param content its content
	 * @return what is to be done
	 */
	Message read(int contentType, ByteBuffer content) {
		if (contentType == ContentType.ALERT.value()) {
			return alert(content);
		}
		if (contentType == ContentType.HANDSHAKE.value()) {
			return handshake(content);
		}
		return Message.refused(AlertDescription.UNEXPECTED_MESSAGE);
	}

	private Message alert(ByteBuffer content) {
		if (content.remaining() != 2) {
			return Message.refused(AlertDescription.DECODE_ERROR);
		}
		byte level = content.get();
		int description = Byte.toUnsignedInt(content.get());
		if (level == LEVEL_FATAL) {
			return Message.FATAL_ALERT;
		}
		if (level != LEVEL_WARNING) {
			return Message.refused(AlertDescription.ILLEGAL_PARAMETER);
		}
		if (description == AlertDescription.CLOSE_NOTIFY.value()) {
			return Message.CLOSE_NOTIFY;
		}
		if (this.version == ProtocolVersion.TLS_1_3 && description != AlertDescription.USER_CANCELED.value()) {
			return Message.refused(AlertDescription.DECODE_ERROR);
		}
		return (++this.warnings > MAX_WARNINGS) ? Message.refused(AlertDescription.UNEXPECTED_MESSAGE) : Message.NONE;
	}

	private Message handshake(ByteBuffer content) {
		if (this.version != ProtocolVersion.TLS_1_3) {
			// RFC 5246 section 7.2.2: whatever it is, it could only begin a handshake.
			return Message.refused(AlertDescription.NO_RENEGOTIATION);
		}
		this.warnings = 0;
		int before = this.partial.length;
		byte[] bytes = Arrays.copyOf(this.partial, before + content.remaining());
		content.get(bytes, before, content.remaining());
		this.partial = bytes;
		if (bytes.length < HEADER_LENGTH) {
			return Message.NONE;
		}
		int length = ByteBuffer.wrap(bytes).getInt() & 0xffffff;
		if (bytes.length < HEADER_LENGTH + length) {
			return (length > MAX_INCOMPLETE_LENGTH) ? Message.refused(AlertDescription.ILLEGAL_PARAMETER)
					: Message.NONE;
		}
		this.partial = new byte[0];
		if (bytes[0] != KeyUpdates.TYPE) {
			return Message.refused(AlertDescription.UNEXPECTED_MESSAGE);
		}
		return keyUpdate(bytes, length);
	}

	private Message keyUpdate(byte[] bytes, int length) {
		byte request = (length == 1) ? bytes[HEADER_LENGTH] : -1;
		if (request != KeyUpdates.UPDATE_REQUESTED && request != KeyUpdates.UPDATE_NOT_REQUESTED) {
			return Message.refused(AlertDescription.DECODE_ERROR);
		}
		// RFC 8446 section 5.1: nothing may follow in the same record, as it would belong
		// to the next key.
		if (bytes.length > HEADER_LENGTH + length) {
			return Message.refused(AlertDescription.UNEXPECTED_MESSAGE);
		}
		return (request == KeyUpdates.UPDATE_REQUESTED) ? Message.KEY_UPDATE_REQUESTED : Message.KEY_UPDATE;
	}

	/**
	 * What is to be done about a record.
	 *
	 * @param kind the kind
	 * @param alert the alert to refuse it with
	 */
	record Message(Kind kind, @Nullable AlertDescription alert) {

		static final Message NONE = new Message(Kind.NONE, null);

		static final Message CLOSE_NOTIFY = new Message(Kind.CLOSE_NOTIFY, null);

		static final Message FATAL_ALERT = new Message(Kind.FATAL_ALERT, null);

		static final Message KEY_UPDATE = new Message(Kind.KEY_UPDATE, null);

		static final Message KEY_UPDATE_REQUESTED = new Message(Kind.KEY_UPDATE_REQUESTED, null);

		static Message refused(AlertDescription alert) {
			return new Message(Kind.REFUSED, alert);
		}

	}

	/**
	 * Kind of a record, by what is to be done about it.
	 */
	enum Kind {

		/** Nothing, or nothing yet. */
		NONE,

		/** The peer will send nothing more. */
		CLOSE_NOTIFY,

		/** The peer has given the connection up. */
		FATAL_ALERT,

		/** The peer's next record has the next key. */
		KEY_UPDATE,

		/** The same, and the peer asks for a KeyUpdate in return. */
		KEY_UPDATE_REQUESTED,

		/** It has no place here. */
		REFUSED

	}

}
