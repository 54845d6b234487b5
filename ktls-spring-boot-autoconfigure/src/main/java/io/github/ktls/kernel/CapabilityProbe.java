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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.ktls.linux.NativeIoException;
import io.github.ktls.linux.SocketConstants;
import io.github.ktls.linux.SystemCalls;
import io.github.ktls.tls.Aead;
import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.RecordProtection;
import io.github.ktls.tls.TrafficKeys;

/**
 * Tries each protocol version and cipher on a pair of loopback sockets: a known text is
 * sent through the kernel, read as ciphertext at the other end, decrypted in Java and
 * compared. Nothing is believed that was not seen: not a version number, not a file in
 * {@code /proc}.
 */
final class CapabilityProbe {

	private static final byte[] KNOWN_TEXT = "A record that the kernel encrypted.".getBytes(StandardCharsets.US_ASCII);

	/** Not zero, so that a kernel that ignores it is found out. */
	private static final long SEQUENCE_NUMBER = 0x0102030405L;

	/**
	 * What the two records take at most: header, explicit nonce, text, type and tag each.
	 */
	private static final int MAX_CIPHERTEXT = 2 * (5 + 8 + KNOWN_TEXT.length + 1 + 16);

	private static final long RECEIVE_TIMEOUT_SECONDS = 2;

	private final SystemCalls systemCalls;

	CapabilityProbe(SystemCalls systemCalls) {
		this.systemCalls = systemCalls;
	}

	/**
	 * Probe everything.
	 * @return what works and, for what does not, why
	 */
	KtlsCapabilities probe() {
		Map<ProtocolVersion, Map<Aead, Optional<KtlsFallback>>> transmit = new EnumMap<>(ProtocolVersion.class);
		for (CipherSuite suite : CipherSuite.values()) {
			// Suites that differ in their key exchange alone have the same records.
			transmit.computeIfAbsent(suite.version(), (version) -> new EnumMap<>(Aead.class))
				.computeIfAbsent(suite.aead(), (aead) -> probe(suite));
		}
		return new KtlsCapabilities(transmit);
	}

	private Optional<KtlsFallback> probe(CipherSuite suite) {
		try {
			return probeTransmit(suite);
		}
		catch (NativeIoException ex) {
			return Optional.of(KtlsFallback.of(ex));
		}
		catch (IOException | GeneralSecurityException | RuntimeException ex) {
			return Optional.of(failed(suite, ex.toString()));
		}
	}

	private Optional<KtlsFallback> probeTransmit(CipherSuite suite) throws IOException, GeneralSecurityException {
		int listener = this.systemCalls.socket(SocketConstants.AF_INET,
				SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC);
		try {
			int port = this.systemCalls.listenOnLoopback(listener);
			int sender = this.systemCalls.socket(SocketConstants.AF_INET,
					SocketConstants.SOCK_STREAM | SocketConstants.SOCK_CLOEXEC);
			try {
				this.systemCalls.connectToLoopback(sender, port);
				int receiver = this.systemCalls.accept(listener);
				try {
					return exchange(suite, sender, receiver);
				}
				finally {
					this.systemCalls.close(receiver);
				}
			}
			finally {
				this.systemCalls.close(sender);
			}
		}
		finally {
			this.systemCalls.close(listener);
		}
	}

	private Optional<KtlsFallback> exchange(CipherSuite suite, int sender, int receiver)
			throws IOException, GeneralSecurityException {
		try (TrafficKeys keys = knownKeys(suite)) {
			KtlsSocket socket = new KtlsSocket(this.systemCalls, sender);
			socket.attach();
			socket.installTransmit(suite, keys, SEQUENCE_NUMBER);
			if (!socket.isTransmitInstalled()) {
				return Optional.of(failed(suite, "the key was taken but is not there"));
			}
			ByteBuffer text = ByteBuffer.allocateDirect(KNOWN_TEXT.length).put(KNOWN_TEXT).flip();
			this.systemCalls.sendmsg(sender, text, null);
			socket.sendRecord(ContentType.ALERT, text);
			List<byte[]> records = receiveRecords(receiver);
			Plaintext data = RecordProtection.unprotect(suite, keys, SEQUENCE_NUMBER, records.get(0));
			Plaintext alert = RecordProtection.unprotect(suite, keys, SEQUENCE_NUMBER + 1, records.get(1));
			boolean same = isKnownText(data, ContentType.APPLICATION_DATA) && isKnownText(alert, ContentType.ALERT);
			return same ? Optional.empty() : Optional.of(failed(suite, "the text came back changed"));
		}
	}

	// Read until two whole records are there. The socket's time limit only keeps a kernel
	// that sends nothing from blocking the start of the application.
	private List<byte[]> receiveRecords(int receiver) throws IOException {
		ByteBuffer timeval = ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
		timeval.putLong(0, RECEIVE_TIMEOUT_SECONDS);
		this.systemCalls.setsockopt(receiver, SocketConstants.SOL_SOCKET, SocketConstants.SO_RCVTIMEO, timeval,
				"SO_RCVTIMEO");
		ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_CIPHERTEXT);
		List<byte[]> records = List.of();
		while (records.size() < 2 && buffer.hasRemaining()) {
			int received = this.systemCalls.recv(receiver, buffer);
			if (received <= 0) {
				throw new IOException("only %d of 2 records arrived".formatted(records.size()));
			}
			buffer.position(buffer.position() + received);
			records = split(buffer.duplicate().flip());
		}
		return records;
	}

	private static List<byte[]> split(ByteBuffer bytes) {
		List<byte[]> records = new ArrayList<>();
		while (bytes.remaining() >= RecordHeader.LENGTH) {
			int length = RecordHeader.LENGTH + Short.toUnsignedInt(bytes.getShort(bytes.position() + 3));
			if (bytes.remaining() < length) {
				break;
			}
			byte[] record = new byte[length];
			bytes.get(record);
			records.add(record);
		}
		return records;
	}

	private static boolean isKnownText(Plaintext plaintext, ContentType type) {
		return plaintext.type() == type && Arrays.equals(plaintext.content(), KNOWN_TEXT);
	}

	private static TrafficKeys knownKeys(CipherSuite suite) {
		return new TrafficKeys(ascending(suite.aead().keyLength(), 0x01),
				ascending(suite.aead().fixedIvLength(suite.version()), 0xa0));
	}

	private static byte[] ascending(int length, int first) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) (first + i);
		}
		return bytes;
	}

	private static KtlsFallback failed(CipherSuite suite, String what) {
		return new KtlsFallback(KtlsFallbackReason.PROBE_FAILED,
				suite.version().jsseName() + " " + suite.aead() + ": " + what);
	}

}
