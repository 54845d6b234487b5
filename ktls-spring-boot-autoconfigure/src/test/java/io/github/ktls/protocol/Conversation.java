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
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import io.github.ktls.test.TestFiles;
import io.github.ktls.test.TlsClient;
import io.github.ktls.tls.ProtocolVersion;

/**
 * What a peer does in one connection beside what the case is about.
 */
final class Conversation {

	private static final int BLOCK = 16 * 1024;

	private static final int UPLOAD_BLOCKS = 64;

	private final Resources resources;

	private final TlsPeer peer;

	private final ServerSide.Connection server;

	Conversation(Resources resources, TlsPeer peer, ServerSide.Connection server) {
		this.resources = resources;
		this.peer = peer;
		this.server = server;
	}

	TlsPeer peer() {
		return this.peer;
	}

	boolean isTls13() {
		return this.peer.version() == ProtocolVersion.TLS_1_3;
	}

	/**
	 * Request a short response.
	 */
	void hello() {
		this.peer.send(this.peer.request());
		receiveHello();
	}

	/**
	 * Receive the response to a request sent before.
	 */
	void receiveHello() {
		this.peer.receive("hello", this.resources.hello, () -> {
		});
	}

	/**
	 * Request a file larger than all buffers on its way.
	 * @param during is called when the first part has come
	 */
	void download(Runnable during) {
		// The file does not fit into the buffers, so the server is not done with it
		// before it has read what is sent now.
		downloadOn(() -> {
			during.run();
			this.server.awaitRead();
		});
	}

	/**
	 * Request a file larger than all buffers on its way, and receive the rest as soon as
	 * the server has seen, but not necessarily read, what is sent meanwhile.
	 * @param during is called when the first bytes have come
	 */
	void downloadOn(Runnable during) {
		this.peer.send(this.peer.data(TlsClient.request("/static/large")));
		this.peer.receive("file", this.resources.large, () -> {
			during.run();
			this.server.awaitSeen();
		});
	}

	/**
	 * Send a body in many records.
	 * @param during is called when half of it is sent
	 */
	void upload(Runnable during) {
		this.peer.send(this.peer.data("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
				+ "application/octet-stream\r\nContent-Length: " + BLOCK * UPLOAD_BLOCKS + "\r\n\r\n"));
		byte[] block = new byte[BLOCK];
		for (int i = 0; i < UPLOAD_BLOCKS; i++) {
			if (i == UPLOAD_BLOCKS / 2) {
				during.run();
				this.server.awaitRead();
			}
			Arrays.fill(block, (byte) i);
			this.peer.send(this.peer.keys().seal(TlsPeer.DATA, block));
		}
		this.peer.receive("upload", Resources.upload(BLOCK, UPLOAD_BLOCKS), () -> {
		});
	}

	/**
	 * Fetch a file that is large enough to have the connection handed over, if there is
	 * somebody to hand it to.
	 */
	void begin() {
		this.peer.send(this.peer.data(TlsClient.request("/static/file")));
		this.peer.receive("file", this.resources.file, () -> {
		});
	}

	/**
	 * Wait until the server has worked on all that was sent.
	 */
	void awaitRead() {
		this.server.awaitRead();
	}

	/**
	 * Find out whether the connection is still good, unless this peer has ended it, and
	 * see it end.
	 */
	void end() {
		if (!this.peer.hasEnded() && !this.peer.isFinishing()) {
			this.peer.send(this.peer.request());
			this.peer.receive("usable", this.resources.hello, () -> {
			});
			this.peer.send(this.peer.closeNotify());
		}
		if (!this.peer.hasEnded()) {
			this.peer.receiveEnd();
		}
	}

	/**
	 * Return what the server's handlers were told.
	 * @return the messages
	 */
	List<String> serverMessages() {
		this.server.awaitClosed();
		return this.server.messages();
	}

	/**
	 * The hashes of all that is served.
	 */
	static final class Resources {

		private static final int FILE_SIZE = 100_000;

		private static final int LARGE_SIZE = 8 * 1024 * 1024;

		private final String hello = TestFiles.sha256("{\"hello\":\"peer\"}".getBytes(StandardCharsets.UTF_8));

		private final String file;

		private final String large;

		Resources(Path files) {
			this.file = TestFiles.sha256(TestFiles.random(files.resolve("file"), FILE_SIZE));
			this.large = TestFiles.sha256(TestFiles.random(files.resolve("large"), LARGE_SIZE));
		}

		// What the application answers: length and hash.
		private static String upload(int block, int blocks) {
			byte[] body = new byte[block * blocks];
			for (int i = 0; i < body.length; i++) {
				body[i] = (byte) (i / block);
			}
			return TestFiles.sha256((body.length + ":" + TestFiles.sha256(body)).getBytes(StandardCharsets.UTF_8));
		}

	}

}
