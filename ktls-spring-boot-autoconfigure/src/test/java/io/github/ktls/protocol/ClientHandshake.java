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

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;

import javax.crypto.KeyAgreement;

import org.jspecify.annotations.Nullable;

import io.github.ktls.tls.CipherSuite;
import io.github.ktls.tls.ContentType;
import io.github.ktls.tls.HashAlgorithm;
import io.github.ktls.tls.KeyDerivation;
import io.github.ktls.tls.KeySchedule;
import io.github.ktls.tls.Plaintext;
import io.github.ktls.tls.ProtocolVersion;
import io.github.ktls.tls.RecordHeader;
import io.github.ktls.tls.Tls12KeyBlock;

/**
 * The client's side of a full handshake with P-256 and AES-128-GCM, in either version.
 * There are TLS clients that do it better; but none lets its user have the keys and then
 * send any record he likes. It checks of the server only that both have the same keys.
 */
final class ClientHandshake {

	static final int CLIENT_HELLO = 1;

	static final int SERVER_HELLO = 2;

	static final int CERTIFICATE = 11;

	static final int SERVER_KEY_EXCHANGE = 12;

	static final int SERVER_HELLO_DONE = 14;

	static final int CLIENT_KEY_EXCHANGE = 16;

	static final int FINISHED = 20;

	private static final HashAlgorithm HASH = HashAlgorithm.SHA256;

	private static final byte[] NOTHING = {};

	private static final int RANDOM_LENGTH = 32;

	private static final int VERIFY_DATA_LENGTH = 12;

	private static final int COORDINATE_LENGTH = 32;

	private static final int KEY_SHARE = 51;

	private final ProtocolVersion version;

	private final CipherSuite suite;

	private final InputStream in;

	private final OutputStream out;

	private final ByteArrayOutputStream transcript = new ByteArrayOutputStream();

	private final ByteArrayOutputStream unread = new ByteArrayOutputStream();

	private final KeyPair keyPair;

	private final byte[] random = new byte[RANDOM_LENGTH];

	private @Nullable Direction incoming;

	ClientHandshake(ProtocolVersion version, Socket socket) throws IOException, GeneralSecurityException {
		this.version = version;
		this.suite = (version == ProtocolVersion.TLS_1_3) ? CipherSuite.TLS_AES_128_GCM_SHA256
				: CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
		this.in = socket.getInputStream();
		this.out = socket.getOutputStream();
		KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
		generator.initialize(new ECGenParameterSpec("secp256r1"));
		this.keyPair = generator.generateKeyPair();
		new SecureRandom().nextBytes(this.random);
	}

	/**
	 * Do the handshake.
	 * @return the keys, and the client's last flight if it is not sent yet
	 * @throws IOException if the connection fails
	 * @throws GeneralSecurityException if the server has other keys
	 */
	Result perform() throws IOException, GeneralSecurityException {
		byte[] hello = clientHello();
		this.transcript.writeBytes(hello);
		this.out.write(plain(ContentType.HANDSHAKE, hello));
		return (this.version == ProtocolVersion.TLS_1_3) ? perform13() : perform12();
	}

	// RFC 8446 section 7.1

	private Result perform13() throws IOException, GeneralSecurityException {
		byte[] shared = agree(keyShare(receive(SERVER_HELLO)));
		byte[] early = KeyDerivation.extract(HASH, new byte[HASH.length()], new byte[HASH.length()]);
		byte[] handshake = KeyDerivation.extract(HASH, derived(early), shared);
		byte[] clientSecret = secret(handshake, "c hs traffic");
		byte[] serverSecret = secret(handshake, "s hs traffic");
		this.incoming = Direction.tls13(this.suite, serverSecret);
		byte[] expected = NOTHING;
		byte[] message;
		do {
			expected = finished13(serverSecret);
			message = receive();
		}
		while (message[0] != FINISHED);
		check(expected, message);
		byte[] master = KeyDerivation.extract(HASH, derived(handshake), new byte[HASH.length()]);
		Direction write = Direction.tls13(this.suite, secret(master, "c ap traffic"));
		Direction read = Direction.tls13(this.suite, secret(master, "s ap traffic"));
		byte[] finished = message(FINISHED, finished13(clientSecret));
		byte[] flight = Direction.tls13(this.suite, clientSecret).seal(ContentType.HANDSHAKE.value(), finished);
		return new Result(this.suite, write, read, flight);
	}

	private byte[] finished13(byte[] trafficSecret) throws GeneralSecurityException {
		return KeyDerivation.hmac(HASH, KeyDerivation.expandLabel(HASH, trafficSecret, "finished", NOTHING),
				transcriptHash());
	}

	private static byte[] derived(byte[] secret) throws GeneralSecurityException {
		return KeyDerivation.expandLabel(HASH, secret, "derived", MessageDigest.getInstance("SHA-256").digest(NOTHING));
	}

	private byte[] secret(byte[] secret, String label) throws GeneralSecurityException {
		return KeyDerivation.expandLabel(HASH, secret, label, transcriptHash());
	}

	private static byte[] keyShare(byte[] serverHello) {
		ByteBuffer hello = ByteBuffer.wrap(serverHello, Integer.BYTES, serverHello.length - Integer.BYTES);
		hello.position(hello.position() + Short.BYTES + RANDOM_LENGTH);
		hello.position(hello.position() + 1 + hello.get(hello.position()));
		hello.position(hello.position() + Short.BYTES + 1);
		hello.getShort();
		while (hello.hasRemaining()) {
			int type = hello.getShort();
			byte[] extension = new byte[hello.getShort()];
			hello.get(extension);
			if (type == KEY_SHARE) {
				return Arrays.copyOfRange(extension, 2 * Short.BYTES, extension.length);
			}
		}
		throw new IllegalStateException("The server has sent no key share");
	}

	// RFC 5246 sections 6.3, 7.4.9 and 8.1

	private Result perform12() throws IOException, GeneralSecurityException {
		byte[] serverRandom = Arrays.copyOfRange(receive(SERVER_HELLO), Integer.BYTES + Short.BYTES,
				Integer.BYTES + Short.BYTES + RANDOM_LENGTH);
		receive(CERTIFICATE);
		byte[] keyExchange = receive(SERVER_KEY_EXCHANGE);
		receive(SERVER_HELLO_DONE);
		// The type of curve, the curve, and the length of the point come first.
		int start = Integer.BYTES + 1 + Short.BYTES + 1;
		byte[] shared = agree(Arrays.copyOfRange(keyExchange, start, start + keyExchange[start - 1]));
		byte[] point = point();
		byte[] clientKeyExchange = message(CLIENT_KEY_EXCHANGE,
				ByteBuffer.allocate(1 + point.length).put((byte) point.length).put(point).array());
		this.transcript.writeBytes(clientKeyExchange);
		byte[] master = KeyDerivation.prf(HASH, shared, "master secret", concat(this.random, serverRandom), 48);
		Tls12KeyBlock keys = KeySchedule.tls12(this.suite, master, this.random, serverRandom);
		Direction write = Direction.tls12(this.suite, keys.clientWrite());
		byte[] finished = message(FINISHED, finished12(master, "client finished"));
		this.transcript.writeBytes(finished);
		this.out.write(concat(plain(ContentType.HANDSHAKE, clientKeyExchange),
				plain(ContentType.CHANGE_CIPHER_SPEC, new byte[] { 1 }),
				write.seal(ContentType.HANDSHAKE.value(), finished)));
		Direction read = Direction.tls12(this.suite, keys.serverWrite());
		byte[] expected = finished12(master, "server finished");
		byte[] changeCipherSpec = readRecord(this.in);
		if (changeCipherSpec[0] != ContentType.CHANGE_CIPHER_SPEC.value()) {
			throw new IllegalStateException("No ChangeCipherSpec");
		}
		this.incoming = read;
		check(expected, receive(FINISHED));
		return new Result(this.suite, write, read, NOTHING);
	}

	private byte[] finished12(byte[] master, String label) throws GeneralSecurityException {
		return KeyDerivation.prf(HASH, master, label, transcriptHash(), VERIFY_DATA_LENGTH);
	}

	// Messages

	/**
	 * Return a ClientHello, which another handshake may begin with, too.
	 * @return the message
	 */
	byte[] clientHello() {
		boolean tls13 = this.version == ProtocolVersion.TLS_1_3;
		ByteBuffer extensions = ByteBuffer.allocate(512);
		// supported_groups: secp256r1; ec_point_formats: uncompressed
		extension(extensions, 10, 0, 2, 0, 23);
		extension(extensions, 11, 1, 0);
		// signature_algorithms: ecdsa_secp256r1_sha256
		extension(extensions, 13, 0, 2, 4, 3);
		if (tls13) {
			extension(extensions, 43, 2, 3, 4);
			byte[] point = point();
			extensions.putShort((short) KEY_SHARE).putShort((short) (point.length + 6));
			extensions.putShort((short) (point.length + 4)).putShort((short) 23);
			extensions.putShort((short) point.length).put(point);
		}
		else {
			// renegotiation_info
			extension(extensions, 0xff01, 0);
		}
		extensions.flip();
		ByteBuffer hello = ByteBuffer.allocate(1024);
		hello.putShort((short) RecordHeader.LEGACY_VERSION).put(this.random).put((byte) 0);
		hello.putShort((short) 2).putShort((short) (tls13 ? 0x1301 : 0xc02b));
		hello.put((byte) 1).put((byte) 0);
		hello.putShort((short) extensions.remaining()).put(extensions);
		return message(CLIENT_HELLO, Arrays.copyOf(hello.array(), hello.position()));
	}

	private static void extension(ByteBuffer target, int type, int... content) {
		target.putShort((short) type).putShort((short) content.length);
		for (int value : content) {
			target.put((byte) value);
		}
	}

	/**
	 * Return a handshake message.
	 * @param type its type
	 * @param body its body
	 * @return the message with its header
	 */
	static byte[] message(int type, byte[] body) {
		return ByteBuffer.allocate(Integer.BYTES + body.length).putInt((type << 24) | body.length).put(body).array();
	}

	static byte[] plain(ContentType type, byte[] content) {
		return concat(new RecordHeader(type, RecordHeader.LEGACY_VERSION, content.length).encode(), content);
	}

	static byte[] concat(byte[]... parts) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			all.writeBytes(part);
		}
		return all.toByteArray();
	}

	private byte[] receive(int type) throws IOException, GeneralSecurityException {
		byte[] message = receive();
		if (message[0] != type) {
			throw new IllegalStateException("Handshake message " + message[0] + " instead of " + type);
		}
		return message;
	}

	private byte[] receive() throws IOException, GeneralSecurityException {
		while (true) {
			byte[] bytes = this.unread.toByteArray();
			int length = (bytes.length < Integer.BYTES) ? Integer.MAX_VALUE
					: Integer.BYTES + (ByteBuffer.wrap(bytes).getInt() & 0xffffff);
			if (bytes.length >= length) {
				this.unread.reset();
				this.unread.write(bytes, length, bytes.length - length);
				byte[] message = Arrays.copyOf(bytes, length);
				this.transcript.writeBytes(message);
				return message;
			}
			byte[] received = readRecord(this.in);
			Direction direction = this.incoming;
			ContentType type = ContentType.of(received[0]).orElseThrow();
			byte[] content = Arrays.copyOfRange(received, RecordHeader.LENGTH, received.length);
			if (direction != null && type != ContentType.CHANGE_CIPHER_SPEC) {
				Plaintext plaintext = direction.open(received);
				type = plaintext.type();
				content = plaintext.content();
			}
			if (type == ContentType.HANDSHAKE) {
				this.unread.writeBytes(content);
			}
			else if (type != ContentType.CHANGE_CIPHER_SPEC) {
				throw new IllegalStateException(type + " in the handshake: " + Arrays.toString(content));
			}
		}
	}

	/**
	 * Read one record.
	 * @param in where from
	 * @return the record with its header
	 * @throws EOFException if the connection ends before or in it
	 * @throws IOException if the connection fails
	 */
	static byte[] readRecord(InputStream in) throws IOException {
		byte[] header = in.readNBytes(RecordHeader.LENGTH);
		if (header.length < RecordHeader.LENGTH) {
			throw new EOFException("The connection ended");
		}
		int length = Short.toUnsignedInt(ByteBuffer.wrap(header).getShort(3));
		byte[] whole = Arrays.copyOf(header, RecordHeader.LENGTH + length);
		if (in.readNBytes(whole, RecordHeader.LENGTH, length) < length) {
			throw new EOFException("The connection ended in a record");
		}
		return whole;
	}

	// Cryptography

	private byte[] point() {
		ECPoint point = ((ECPublicKey) this.keyPair.getPublic()).getW();
		return concat(new byte[] { 4 }, coordinate(point.getAffineX()), coordinate(point.getAffineY()));
	}

	private static byte[] coordinate(BigInteger value) {
		byte[] bytes = value.toByteArray();
		byte[] fixed = new byte[COORDINATE_LENGTH];
		int length = Math.min(bytes.length, fixed.length);
		System.arraycopy(bytes, bytes.length - length, fixed, fixed.length - length, length);
		return fixed;
	}

	private byte[] agree(byte[] point) throws GeneralSecurityException {
		AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
		parameters.init(new ECGenParameterSpec("secp256r1"));
		BigInteger x = new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + COORDINATE_LENGTH));
		BigInteger y = new BigInteger(1, Arrays.copyOfRange(point, 1 + COORDINATE_LENGTH, point.length));
		KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
		agreement.init(this.keyPair.getPrivate());
		agreement.doPhase(KeyFactory.getInstance("EC")
			.generatePublic(new ECPublicKeySpec(new ECPoint(x, y), parameters.getParameterSpec(ECParameterSpec.class))),
				true);
		return agreement.generateSecret();
	}

	private byte[] transcriptHash() throws GeneralSecurityException {
		return MessageDigest.getInstance("SHA-256").digest(this.transcript.toByteArray());
	}

	private static void check(byte[] expected, byte[] finished) throws GeneralSecurityException {
		if (!Arrays.equals(message(FINISHED, expected), finished)) {
			throw new GeneralSecurityException("The server's Finished is wrong");
		}
	}

	/**
	 * What a handshake ends with.
	 */
	static final class Result {

		final CipherSuite suite;

		final Direction write;

		final Direction read;

		/** What is still to be sent, so that data can go in the same segment. */
		final byte[] flight;

		Result(CipherSuite suite, Direction write, Direction read, byte[] flight) {
			this.suite = suite;
			this.write = write;
			this.read = read;
			this.flight = flight;
		}

	}

}
