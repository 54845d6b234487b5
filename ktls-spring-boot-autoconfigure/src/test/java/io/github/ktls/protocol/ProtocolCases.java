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

package io.github.ktls.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

import io.github.ktls.test.TlsClient;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.RecordHeader;

/**
 * The cases, with what the peer of an application without the starter sees.
 */
final class ProtocolCases {

	private static final int WARNING = 1;

	private static final int FATAL = 2;

	private static final int UNEXPECTED_MESSAGE = 10;

	private static final int BAD_RECORD_MAC = 20;

	private static final int INTERNAL_ERROR = 80;

	private static final int USER_CANCELED = 90;

	private static final int NO_RENEGOTIATION = 100;

	private static final int VERSION = RecordHeader.LEGACY_VERSION;

	private static final int MAX_CONTENT = RecordHeader.MAX_CONTENT_LENGTH;

	private static final byte[] EMPTY = {};

	/** A further request is answered, and the server answers our close_notify. */
	private static final String USABLE = "usable, close_notify, end";

	private static final byte[] REQUEST = TlsClient.request("/hello?name=peer").getBytes(StandardCharsets.ISO_8859_1);

	private static final int HALF = REQUEST.length / 2;

	private static final String ONE_ERROR = "the kernel does not tell why a record cannot be read";

	private static final String ANSWERED_AT_ONCE = "a record is answered before the next one is read";

	private static final String HALF_CLOSE = "the peer only says that it sends no more: the response completes";

	private final List<ProtocolCase> cases = new ArrayList<>();

	private ProtocolCases() {
	}

	static List<ProtocolCase> all() {
		ProtocolCases cases = new ProtocolCases();
		cases.addRecordSizes();
		cases.addMalformedRecords();
		cases.addKeyUpdates(false);
		cases.addKeyUpdates(true);
		cases.addMalformedKeyUpdates();
		cases.addAlerts();
		cases.addHandshakeMessages();
		cases.addEnds();
		return cases.cases;
	}

	private ProtocolCase add(String name, ProtocolCase.Script script) {
		ProtocolCase added = new ProtocolCase(name, script);
		this.cases.add(added);
		return added;
	}

	private void addRecordSizes() {
		add("request in records of one byte", (it) -> {
			it.peer()
				.send(records(REQUEST.length, (i) -> it.peer().keys().seal(TlsPeer.DATA, new byte[] { REQUEST[i] })));
			it.receiveHello();
		}).both("hello, " + USABLE);
		add("request byte by byte", (it) -> {
			it.peer().sendByteByByte(it.peer().request());
			it.receiveHello();
		}).both("hello, " + USABLE);
		add("records of maximum size", (it) -> it.upload(() -> {
		})).both("upload, " + USABLE);
		for (int padding : new int[] { 1, 255, 16_000 }) {
			add("request padded with " + padding, (it) -> {
				it.peer().send(it.peer().keys().seal(TlsPeer.DATA, REQUEST, padding));
				it.receiveHello();
			}).tls13("hello, " + USABLE);
		}
		add("request padded to the maximum", (it) -> {
			it.peer().send(it.peer().keys().seal(TlsPeer.DATA, REQUEST, MAX_CONTENT - REQUEST.length));
			it.receiveHello();
		}).tls13("hello, " + USABLE);
		add("padding one too long",
				(it) -> it.peer().send(it.peer().keys().seal(TlsPeer.DATA, REQUEST, MAX_CONTENT - REQUEST.length + 1)))
			.tls13(fatal("record_overflow"));
		add("empty record", (it) -> {
			it.peer().send(empty(it, 1));
			it.hello();
		}).both("hello, " + USABLE);
		add("empty record in the middle of a request", (it) -> {
			Direction keys = it.peer().keys();
			it.peer()
				.send(keys.seal(TlsPeer.DATA, Arrays.copyOf(REQUEST, HALF)), empty(it, 1),
						keys.seal(TlsPeer.DATA, Arrays.copyOfRange(REQUEST, HALF, REQUEST.length)));
			it.receiveHello();
		}).both("hello, " + USABLE);
		add("32 empty records", (it) -> it.peer().send(empty(it, 32))).both(USABLE);
		add("33 empty records", (it) -> it.peer().send(empty(it, 33))).both(fatal("unexpected_message"))
			.butReceiving(USABLE, "the kernel does not count empty records");
		add("20 empty records twice, data in between", (it) -> {
			it.peer().send(empty(it, 20));
			it.hello();
			it.peer().send(empty(it, 20));
			it.hello();
		}).both("hello, hello, " + USABLE);
		add("empty padded record", (it) -> {
			it.peer().send(it.peer().keys().seal(TlsPeer.DATA, EMPTY, 100));
			it.hello();
		}).tls13("hello, " + USABLE);
		add("empty record during a download", (it) -> it.download(() -> it.peer().send(empty(it, 1))))
			.both("file, " + USABLE);
		add("explicit nonce of the peer's own choice", (it) -> {
			it.peer().send(it.peer().keys().sealWithNonce(TlsPeer.DATA, REQUEST, 0x0123456789abcdefL));
			it.receiveHello();
		}).tls12("hello, " + USABLE);
	}

	private void addMalformedRecords() {
		add("content one byte too long",
				(it) -> it.peer().send(it.peer().keys().seal(TlsPeer.DATA, new byte[MAX_CONTENT + 1])))
			.both(fatal("record_overflow"));
		add("ciphertext longer than allowed", (it) -> {
			int length = RecordHeader.maxLength(it.peer().version()) + 1;
			it.peer().send(header(TlsPeer.DATA, VERSION, length), new byte[length]);
		}).tls13(fatal("bad_record_mac"))
			.tls12("fatal record_overflow, end")
			.butReceiving("fatal record_overflow, end", "the kernel knows the limit of TLS 1.3 (RFC 8446 section 5.2)");
		add("ciphertext of 65535 bytes, only the header sent",
				(it) -> it.peer().send(header(TlsPeer.DATA, VERSION, 0xffff)))
			.both(fatal("record_overflow"));
		add("ciphertext shorter than a tag", (it) -> it.peer().send(header(TlsPeer.DATA, VERSION, 15), new byte[15]))
			.both(fatal("bad_record_mac"));
		add("ciphertext of no bytes", (it) -> it.peer().send(header(TlsPeer.DATA, VERSION, 0)))
			.both(fatal("bad_record_mac"));
		add("wrong tag", (it) -> it.peer().send(broken(it.peer().request()))).both(fatal("bad_record_mac"));
		add("wrong tag behind a request", (it) -> {
			it.peer().send(it.peer().request());
			it.receiveHello();
			it.peer().send(broken(it.peer().request()));
		}).both("hello, fatal bad_record_mac, end");
		add("wrong tag during a download", (it) -> it.downloadOn(() -> it.peer().send(broken(it.peer().request()))))
			.both("fatal bad_record_mac, file cut, end");
		add("request and a wrong tag in one segment", (it) -> {
			it.peer().send(it.peer().request(), broken(it.peer().request()));
			it.receiveHello();
		}).both("fatal bad_record_mac, end").butInKernel("hello, fatal bad_record_mac, end", ANSWERED_AT_ONCE);
		add("request and a header of 65535 bytes in one segment", (it) -> {
			it.peer().send(it.peer().request(), header(TlsPeer.DATA, VERSION, 0xffff));
			it.receiveHello();
		}).both("fatal record_overflow, end").butInKernel("hello, fatal record_overflow, end", ANSWERED_AT_ONCE);
		add("wrong tag during an upload", (it) -> it.upload(() -> it.peer().send(broken(it.peer().request()))))
			.both("fatal bad_record_mac, end");
		add("record sent twice", (it) -> {
			byte[] request = it.peer().request();
			it.peer().send(request);
			it.receiveHello();
			it.peer().send(request);
		}).both("hello, fatal bad_record_mac, end");
		add("record left out", (it) -> {
			it.peer().request();
			it.peer().send(it.peer().request());
		}).both(fatal("bad_record_mac"));
		add("padding without a content type",
				(it) -> it.peer().send(it.peer().keys().sealAs(TlsPeer.DATA, VERSION, new byte[100])))
			.tls13(fatal("decrypt_error"))
			.butReceiving(fatal("bad_record_mac"), ONE_ERROR);
		add("nothing but a tag", (it) -> it.peer().send(it.peer().keys().sealAs(TlsPeer.DATA, VERSION, EMPTY)))
			.tls13(fatal("decrypt_error"))
			.butReceiving(fatal("bad_record_mac"), ONE_ERROR);
		add("unknown content type", (it) -> it.peer().send(it.peer().keys().seal(99, new byte[10])))
			.both(fatal("unexpected_message"));
		add("content type 0", (it) -> it.peer().send(it.peer().keys().sealAs(0, VERSION, new byte[10])))
			.tls13(fatal("decode_error"))
			.tls12(fatal("unexpected_message"))
			.butReceiving(fatal("bad_record_mac"), ONE_ERROR);
		add("content type heartbeat", (it) -> it.peer().send(it.peer().keys().seal(24, new byte[10])))
			.both(fatal("unexpected_message"));
		add("outer type handshake",
				(it) -> it.peer()
					.send(it.peer().keys().sealAs(TlsPeer.HANDSHAKE, VERSION, withType(REQUEST, TlsPeer.DATA))))
			.tls13(fatal("decode_error"))
			.butReceiving(fatal("bad_record_mac"), ONE_ERROR);
		add("outer type alert",
				(it) -> it.peer()
					.send(it.peer().keys().sealAs(TlsPeer.ALERT, VERSION, withType(REQUEST, TlsPeer.DATA))))
			.tls13(fatal("decode_error"))
			.butReceiving(fatal("bad_record_mac"), ONE_ERROR);
		for (int version : new int[] { 0x0301, 0x0302, 0x0304, 0x0300, 0x0403 }) {
			add("version %04x in a header".formatted(version),
					(it) -> it.peer()
						.send(it.peer()
							.keys()
							.sealAs(TlsPeer.DATA, version, it.isTls13() ? withType(REQUEST, TlsPeer.DATA) : REQUEST)))
				.both(fatal("protocol_version"));
		}
		add("HTTP without TLS", (it) -> it.peer().send(REQUEST)).both(fatal("protocol_version"));
		add("plain alert", (it) -> it.peer().send(ClientHandshake.plain(ContentType.ALERT, new byte[] { 2, 80 })))
			.both(fatal("bad_record_mac"));
		add("plain close_notify", (it) -> it.peer().send(ClientHandshake.plain(ContentType.ALERT, new byte[] { 1, 0 })))
			.both(fatal("bad_record_mac"));
	}

	private void addKeyUpdates(boolean requested) {
		String name = requested ? "KeyUpdate that requests one" : "KeyUpdate";
		String reply = requested ? "key_update, " : "";
		byte[] message = TlsPeer.keyUpdateMessage(requested ? 1 : 0);
		add(name, (it) -> {
			it.peer().send(it.peer().keyUpdate(requested));
			it.awaitRead();
			it.hello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithoutRekey(requested ? "close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " at once", (it) -> {
			it.peer().send(it.peer().keyUpdate(requested));
			it.awaitRead();
			it.hello();
		}).atOnce().tls13(reply + "hello, " + USABLE);
		add(name + " and a request in one segment", (it) -> {
			it.peer().send(it.peer().keyUpdate(requested), it.peer().request());
			it.receiveHello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithoutRekey(requested ? "hello, close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add("request and " + name + " in one segment", (it) -> {
			it.peer().send(it.peer().request(), it.peer().keyUpdate(requested));
			it.receiveHello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithRekey("hello, " + reply + USABLE, ANSWERED_AT_ONCE)
			.butWithoutRekey(requested ? "hello, close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("hello, close_notify, end");
		add(name + " in the middle of a request", (it) -> {
			byte[] first = it.peer().keys().seal(TlsPeer.DATA, Arrays.copyOf(REQUEST, HALF));
			byte[] update = it.peer().keyUpdate(requested);
			it.peer()
				.send(first, update,
						it.peer().keys().seal(TlsPeer.DATA, Arrays.copyOfRange(REQUEST, HALF, REQUEST.length)));
			it.receiveHello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithoutRekey(requested ? "hello, close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " byte by byte", (it) -> {
			it.peer().sendByteByByte(it.peer().keyUpdate(requested));
			it.awaitRead();
			it.hello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithoutRekey(requested ? "close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " five times in one segment", (it) -> {
			it.peer().send(keyUpdates(it, 5, requested));
			it.awaitRead();
			it.hello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithoutRekey(requested ? "close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " twenty times, each before a request", (it) -> {
			for (int i = 0; i < 20; i++) {
				it.peer().send(it.peer().keyUpdate(requested));
				it.awaitRead();
				it.hello();
			}
		}).tls13((reply + "hello, ").repeat(20) + USABLE)
			.butWithoutRekey(requested ? "close_notify, end" : "hello, ".repeat(20) + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " 32 times", (it) -> {
			it.peer().send(keyUpdates(it, 32, requested));
			it.awaitRead();
			it.hello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithoutRekey(requested ? "close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " 33 times", (it) -> it.peer().send(keyUpdates(it, 33, requested)))
			.tls13(reply + fatal("unexpected_message"))
			.butWithRekey(fatal("unexpected_message"), "the first is answered with what is known after the last")
			.butReceivingWithRekey(reply + USABLE, "not limited to 32 in a row but to those of a second")
			.butWithoutRekey(requested ? "fatal unexpected_message, end" : fatal("unexpected_message"))
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " during a download", (it) -> it.download(() -> it.peer().send(it.peer().keyUpdate(requested))))
			.tls13(reply + "file, " + USABLE)
			.butWithoutRekey(requested ? "file, close_notify, end" : "file, " + USABLE)
			.butReceivingWithoutRekey("file, close_notify, end");
		add(name + " five times during a download",
				(it) -> it.download(() -> it.peer().send(keyUpdates(it, 5, requested))))
			.tls13(reply + "file, " + USABLE)
			.butWithoutRekey(requested ? "file, close_notify, end" : "file, " + USABLE)
			.notReceivingWithoutRekey();
		add(name + " and a request during a download", (it) -> {
			it.download(() -> it.peer().send(it.peer().keyUpdate(requested), it.peer().request()));
			it.receiveHello();
		}).tls13(reply + "file, hello, " + USABLE)
			.butWithoutRekey(requested ? "file, close_notify, end" : "file, hello, " + USABLE)
			.notReceivingWithoutRekey();
		add(name + " during an upload", (it) -> it.upload(() -> it.peer().send(it.peer().keyUpdate(requested))))
			.tls13(reply + "upload, " + USABLE)
			.butWithoutRekey(requested ? "upload, close_notify, end" : "upload, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " padded", (it) -> {
			it.peer().send(it.peer().keys().seal(TlsPeer.HANDSHAKE, message, 200));
			it.peer().keys().update();
			it.awaitRead();
			it.hello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithoutRekey(requested ? "close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " fragmented over two records", (it) -> {
			it.peer()
				.send(it.peer().keys().seal(TlsPeer.HANDSHAKE, Arrays.copyOf(message, 2)),
						it.peer().keys().seal(TlsPeer.HANDSHAKE, Arrays.copyOfRange(message, 2, message.length)));
			it.peer().keys().update();
			it.awaitRead();
			it.hello();
		}).tls13(reply + "hello, " + USABLE)
			.butWithoutRekey(requested ? "close_notify, end" : "hello, " + USABLE)
			.butReceivingWithoutRekey("close_notify, end");
		add(name + " then close_notify",
				(it) -> it.peer().send(it.peer().keyUpdate(requested), it.peer().closeNotify()))
			.tls13(reply + "close_notify, end")
			.butInKernel("close_notify, end", "nothing follows that would need the next key");
		add(name + " then FIN", (it) -> {
			it.peer().send(it.peer().keyUpdate(requested));
			it.awaitRead();
			it.peer().fin();
		}).tls13("end")
			.butWithRekey(reply + "end", "the kernel answers at once")
			.butWithoutRekey(requested ? "close_notify, end" : "end")
			.butReceivingWithoutRekey("close_notify, end");
	}

	private void addMalformedKeyUpdates() {
		add("data under the old key after a KeyUpdate",
				(it) -> it.peer()
					.send(it.peer().keys().seal(TlsPeer.HANDSHAKE, TlsPeer.keyUpdateMessage(0)), it.peer().request()))
			.tls13(fatal("bad_record_mac"))
			.butReceivingWithoutRekey("close_notify, end");
		addHandshake13("KeyUpdate with value 2", TlsPeer.keyUpdateMessage(2), fatal("decode_error"));
		addHandshake13("KeyUpdate with value 255", TlsPeer.keyUpdateMessage(255), fatal("decode_error"));
		addHandshake13("KeyUpdate without a value", ClientHandshake.message(TlsPeer.KEY_UPDATE, EMPTY),
				fatal("decode_error"));
		addHandshake13("KeyUpdate with a byte too many", ClientHandshake.message(TlsPeer.KEY_UPDATE, new byte[2]),
				fatal("decode_error"));
		addHandshake13("two KeyUpdates in one record",
				ClientHandshake.concat(TlsPeer.keyUpdateMessage(0), TlsPeer.keyUpdateMessage(0)),
				fatal("unexpected_message"));
		addHandshake13("KeyUpdate with the beginning of another message",
				ClientHandshake.concat(TlsPeer.keyUpdateMessage(0), new byte[] { TlsPeer.KEY_UPDATE, 0 }),
				fatal("unexpected_message"));
		addHandshake13("KeyUpdate and Finished in one record", ClientHandshake.concat(TlsPeer.keyUpdateMessage(0),
				ClientHandshake.message(ClientHandshake.FINISHED, new byte[32])), fatal("unexpected_message"));
		add("data between the fragments of a KeyUpdate", (it) -> {
			byte[] message = TlsPeer.keyUpdateMessage(0);
			it.peer()
				.send(it.peer().keys().seal(TlsPeer.HANDSHAKE, Arrays.copyOf(message, 2)), it.peer().request(),
						it.peer().keys().seal(TlsPeer.HANDSHAKE, Arrays.copyOfRange(message, 2, message.length)));
		}).tls13(fatal("unexpected_message"));
		add("first half of a KeyUpdate, then FIN", (it) -> {
			it.peer().send(it.peer().keys().seal(TlsPeer.HANDSHAKE, new byte[] { TlsPeer.KEY_UPDATE, 0 }));
			it.peer().fin();
		}).tls13("end");
		add("KeyUpdate with TLS 1.2",
				(it) -> it.peer().send(it.peer().keys().seal(TlsPeer.HANDSHAKE, TlsPeer.keyUpdateMessage(1))))
			.tls12(fatal("no_renegotiation"));
		add("invalid KeyUpdate during a download",
				(it) -> it.download(
						() -> it.peer().send(it.peer().keys().seal(TlsPeer.HANDSHAKE, TlsPeer.keyUpdateMessage(2)))))
			.tls13("fatal decode_error, file cut, end");
	}

	private void addHandshake13(String name, byte[] content, String verdict) {
		add(name, (it) -> it.peer().send(it.peer().keys().seal(TlsPeer.HANDSHAKE, content))).tls13(verdict);
	}

	private void addAlerts() {
		add("close_notify", (it) -> it.peer().send(it.peer().closeNotify())).both("close_notify, end");
		add("close_notify at once", (it) -> it.peer().send(it.peer().closeNotify())).atOnce().both("close_notify, end");
		add("close_notify as a fatal alert", (it) -> it.peer().send(it.peer().alert(FATAL, 0))).both("end");
		add("request and close_notify in one segment", (it) -> {
			it.peer().send(it.peer().request(), it.peer().closeNotify());
			it.receiveHello();
		}).both("close_notify, end").butInKernel("hello, close_notify, end", HALF_CLOSE);
		add("close_notify during a download", (it) -> it.download(() -> it.peer().send(it.peer().closeNotify())))
			.both("close_notify, file cut, end")
			.butInKernel("file, close_notify, end", HALF_CLOSE);
		add("close_notify and FIN during a download", (it) -> it.download(() -> {
			it.peer().send(it.peer().closeNotify());
			it.peer().fin();
		})).both("file cut, end")
			.orInUserSpace("close_notify, file cut, end")
			.butInKernel("file, close_notify, end", HALF_CLOSE);
		add("close_notify during an upload", (it) -> it.upload(() -> it.peer().send(it.peer().closeNotify())))
			.both("close_notify, end");
		add("close_notify and then data", (it) -> it.peer().send(it.peer().closeNotify(), it.peer().request()))
			.both("close_notify, end");
		add("warning user_canceled", (it) -> {
			it.peer().send(it.peer().alert(WARNING, USER_CANCELED));
			it.hello();
		}).both("hello, " + USABLE);
		add("warning user_canceled, then close_notify",
				(it) -> it.peer().send(it.peer().alert(WARNING, USER_CANCELED), it.peer().closeNotify()))
			.both("close_notify, end");
		add("warning user_canceled during a download",
				(it) -> it.download(() -> it.peer().send(it.peer().alert(WARNING, USER_CANCELED))))
			.both("file, " + USABLE);
		add("warning no_renegotiation", (it) -> it.peer().send(it.peer().alert(WARNING, NO_RENEGOTIATION)))
			.tls13(fatal("decode_error"))
			.tls12(USABLE);
		add("warning unexpected_message", (it) -> it.peer().send(it.peer().alert(WARNING, UNEXPECTED_MESSAGE)))
			.tls13(fatal("decode_error"))
			.tls12(USABLE);
		add("four warnings", (it) -> it.peer().send(records(4, (i) -> it.peer().alert(WARNING, USER_CANCELED))))
			.both(USABLE);
		add("five warnings", (it) -> it.peer().send(records(5, (i) -> it.peer().alert(WARNING, USER_CANCELED))))
			.both(fatal("unexpected_message"));
		for (int description : new int[] { UNEXPECTED_MESSAGE, BAD_RECORD_MAC, INTERNAL_ERROR, 200 }) {
			add("fatal alert " + description, (it) -> it.peer().send(it.peer().alert(FATAL, description))).both("end");
		}
		add("fatal alert during a download",
				(it) -> it.download(() -> it.peer().send(it.peer().alert(FATAL, INTERNAL_ERROR))))
			.both("file cut, end");
		add("fatal alert during an upload",
				(it) -> it.upload(() -> it.peer().send(it.peer().alert(FATAL, INTERNAL_ERROR))))
			.both("end");
		add("alert of level 3", (it) -> it.peer().send(it.peer().alert(3, INTERNAL_ERROR)))
			.both(fatal("illegal_parameter"));
		add("alert of level 0", (it) -> it.peer().send(it.peer().alert(0, 0))).both(fatal("illegal_parameter"));
		add("unknown alert 255 as a warning", (it) -> it.peer().send(it.peer().alert(WARNING, 255)))
			.tls13(fatal("decode_error"))
			.tls12(USABLE);
		add("alert of no bytes", (it) -> it.peer().send(it.peer().keys().seal(TlsPeer.ALERT, EMPTY)))
			.both(fatal("decode_error"));
		add("alert of one byte", (it) -> it.peer().send(it.peer().keys().seal(TlsPeer.ALERT, new byte[] { 1 })))
			.both(fatal("decode_error"));
		add("alert of three bytes",
				(it) -> it.peer().send(it.peer().keys().seal(TlsPeer.ALERT, new byte[] { 1, 0, 0 })))
			.both(fatal("decode_error"));
		add("two alerts in one record",
				(it) -> it.peer().send(it.peer().keys().seal(TlsPeer.ALERT, new byte[] { 1, USER_CANCELED, 1, 0 })))
			.both(fatal("decode_error"));
		add("alert over two records",
				(it) -> it.peer()
					.send(it.peer().keys().seal(TlsPeer.ALERT, new byte[] { 1 }),
							it.peer().keys().seal(TlsPeer.ALERT, new byte[] { 0 })))
			.both(fatal("decode_error"));
		add("alert inside a request", (it) -> {
			it.peer()
				.send(it.peer().keys().seal(TlsPeer.DATA, Arrays.copyOf(REQUEST, HALF)),
						it.peer().alert(WARNING, USER_CANCELED),
						it.peer().keys().seal(TlsPeer.DATA, Arrays.copyOfRange(REQUEST, HALF, REQUEST.length)));
			it.receiveHello();
		}).both("hello, " + USABLE);
	}

	private void addHandshakeMessages() {
		add("ClientHello", (it) -> it.peer().send(it.peer().keys().seal(TlsPeer.HANDSHAKE, it.peer().clientHello())))
			.tls13(fatal("unexpected_message"))
			.tls12(fatal("no_renegotiation"));
		add("ClientHello during a download",
				(it) -> it
					.download(() -> it.peer().send(it.peer().keys().seal(TlsPeer.HANDSHAKE, it.peer().clientHello()))))
			.tls13("fatal unexpected_message, file cut, end")
			.tls12("fatal no_renegotiation, file cut, end");
		add("plain ClientHello",
				(it) -> it.peer().send(ClientHandshake.plain(ContentType.HANDSHAKE, it.peer().clientHello())))
			.both(fatal("bad_record_mac"));
		addHandshake("HelloRequest", ClientHandshake.message(0, EMPTY), fatal("unexpected_message"),
				fatal("no_renegotiation"));
		addHandshake("NewSessionTicket", ClientHandshake.message(4, new byte[30]), fatal("unexpected_message"),
				fatal("no_renegotiation"));
		addHandshake("EndOfEarlyData", ClientHandshake.message(5, EMPTY), fatal("unexpected_message"),
				fatal("no_renegotiation"));
		addHandshake("Certificate", ClientHandshake.message(ClientHandshake.CERTIFICATE, new byte[4]),
				fatal("unexpected_message"), fatal("no_renegotiation"));
		addHandshake("CertificateRequest", ClientHandshake.message(13, new byte[3]), fatal("unexpected_message"),
				fatal("no_renegotiation"));
		addHandshake("CertificateVerify", ClientHandshake.message(15, new byte[70]), fatal("unexpected_message"),
				fatal("no_renegotiation"));
		addHandshake("Finished", ClientHandshake.message(ClientHandshake.FINISHED, new byte[32]),
				fatal("unexpected_message"), fatal("no_renegotiation"));
		addHandshake("message of unknown type", ClientHandshake.message(200, new byte[10]), fatal("unexpected_message"),
				fatal("no_renegotiation"));
		addHandshake("message that is too long", new byte[] { 20, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0 },
				fatal("illegal_parameter"), fatal("no_renegotiation"));
		addHandshake("handshake record of no bytes", EMPTY, USABLE, fatal("no_renegotiation"));
		add("first half of a message, then data", (it) -> it.peer()
			.send(it.peer().keys().seal(TlsPeer.HANDSHAKE, new byte[] { 20, 0, 0, 32, 0 }), it.peer().request()))
			.tls13(fatal("illegal_parameter"))
			.tls12(fatal("no_renegotiation"));
		add("protected ChangeCipherSpec",
				(it) -> it.peer().send(it.peer().keys().seal(TlsPeer.CHANGE_CIPHER_SPEC, new byte[] { 1 })))
			.both(fatal("unexpected_message"));
		add("plain ChangeCipherSpec",
				(it) -> it.peer().send(ClientHandshake.plain(ContentType.CHANGE_CIPHER_SPEC, new byte[] { 1 })))
			.both(fatal("bad_record_mac"));
		add("plain ChangeCipherSpec at once",
				(it) -> it.peer().send(ClientHandshake.plain(ContentType.CHANGE_CIPHER_SPEC, new byte[] { 1 })))
			.atOnce()
			.both(fatal("bad_record_mac"));
	}

	private void addHandshake(String name, byte[] content, String tls13, String tls12) {
		add(name, (it) -> it.peer().send(it.peer().keys().seal(TlsPeer.HANDSHAKE, content))).tls13(tls13).tls12(tls12);
	}

	private void addEnds() {
		add("Connection: close", (it) -> {
			it.peer()
				.send(it.peer().data("GET /hello?name=peer HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
			it.receiveHello();
			it.peer().receiveEnd();
		}).both("hello, close_notify, end");
		add("no HTTP", (it) -> {
			it.peer().send(it.peer().data("\0\0\0\0\r\n\r\n"));
			it.peer().receiveEnd();
		}).both("data, close_notify, end");
		add("FIN", (it) -> it.peer().fin()).both("end");
		add("FIN at once", (it) -> {
			it.peer().send(EMPTY);
			it.peer().fin();
		}).atOnce().both("end");
		add("FIN behind a request", (it) -> {
			it.peer().send(it.peer().request());
			it.peer().fin();
			it.receiveHello();
		}).both("hello, end");
		add("FIN during a download", (it) -> it.download(() -> it.peer().fin())).both("file cut, end");
		add("FIN during an upload", (it) -> it.upload(() -> it.peer().fin())).both("end");
		add("FIN in the middle of a record", (it) -> {
			byte[] request = it.peer().request();
			it.peer().send(Arrays.copyOf(request, request.length / 2));
			it.peer().fin();
		}).both("end");
		add("FIN in the middle of a header", (it) -> {
			it.peer().send(Arrays.copyOf(it.peer().request(), 3));
			it.peer().fin();
		}).both("end");
		add("RST", (it) -> it.peer().reset()).both("");
		add("RST during a download", (it) -> it.download(() -> it.peer().reset())).both("file cut");
	}

	private static String fatal(String alert) {
		return "fatal " + alert + ", end";
	}

	private static byte[] withType(byte[] content, int type) {
		byte[] inner = Arrays.copyOf(content, content.length + 1);
		inner[content.length] = (byte) type;
		return inner;
	}

	private static byte[] empty(Conversation it, int count) {
		return records(count, (i) -> it.peer().keys().seal(TlsPeer.DATA, EMPTY));
	}

	private static byte[] keyUpdates(Conversation it, int count, boolean requested) {
		return records(count, (i) -> it.peer().keyUpdate(requested));
	}

	private static byte[] records(int count, IntFunction<byte[]> record) {
		byte[][] all = new byte[count][];
		for (int i = 0; i < count; i++) {
			all[i] = record.apply(i);
		}
		return ClientHandshake.concat(all);
	}

	private static byte[] broken(byte[] sealed) {
		sealed[sealed.length - 1] ^= 1;
		return sealed;
	}

	private static byte[] header(int type, int version, int length) {
		return new byte[] { (byte) type, (byte) (version >> 8), (byte) version, (byte) (length >> 8), (byte) length };
	}

}
