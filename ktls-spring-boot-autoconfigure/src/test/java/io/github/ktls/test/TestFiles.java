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

package io.github.ktls.test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;

/**
 * Files with contents that cannot be guessed, and hashes.
 */
public final class TestFiles {

	private TestFiles() {
	}

	/**
	 * Make a file of random bytes.
	 * @param file the file
	 * @param size its size in bytes
	 * @return the file
	 */
	public static Path random(Path file, long size) {
		Random random = new Random(size);
		byte[] block = new byte[64 * 1024];
		try (OutputStream out = Files.newOutputStream(file)) {
			for (long left = size; left > 0; left -= block.length) {
				random.nextBytes(block);
				out.write(block, 0, (int) Math.min(left, block.length));
			}
			return file;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Make a file that is long, but takes no room.
	 * @param file the file
	 * @param size its size in bytes
	 * @return the file
	 */
	public static Path sparse(Path file, long size) {
		try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
			out.setLength(size);
			out.seek(size / 2);
			out.write(new byte[] { 1, 2, 3, 4, 5 });
			return file;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Hash a file.
	 * @param file the file
	 * @return its SHA-256 in hexadecimal
	 */
	public static String sha256(Path file) {
		try (InputStream in = Files.newInputStream(file)) {
			return sha256(in);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Hash bytes.
	 * @param bytes the bytes
	 * @return their SHA-256 in hexadecimal
	 */
	public static String sha256(byte[] bytes) {
		return HexFormat.of().formatHex(messageDigest().digest(bytes));
	}

	/**
	 * Hash a stream to its end.
	 * @param in the stream
	 * @return the SHA-256 in hexadecimal
	 * @throws IOException if the stream cannot be read
	 */
	public static String sha256(InputStream in) throws IOException {
		DigestInputStream digest = new DigestInputStream(in, messageDigest());
		byte[] buffer = new byte[256 * 1024];
		int read;
		do {
			read = digest.read(buffer);
		}
		while (read >= 0);
		return HexFormat.of().formatHex(digest.getMessageDigest().digest());
	}

	/**
	 * Begin to hash what comes in pieces.
	 * @return a digest
	 */
	public static MessageDigest hasher() {
		return messageDigest();
	}

	/**
	 * Return the hash of all pieces.
	 * @param hasher the digest
	 * @return the SHA-256 in hexadecimal
	 */
	public static String hash(MessageDigest hasher) {
		return HexFormat.of().formatHex(hasher.digest());
	}

	static MessageDigest messageDigest() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
