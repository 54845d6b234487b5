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

package io.github.ktls.sample;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import io.github.ktls.sample.SampleProperties.KeyAlgorithm;

/**
 * A self-signed certificate with its key, made by the Java runtime's keytool at the first
 * start and used again at later ones.
 *
 * @param keyStore a PKCS12 file with both
 * @param certificate a PEM file with the certificate alone, for clients to trust
 */
record SelfSignedCertificate(Path keyStore, Path certificate) {

	/** Not a secret: it is the file's mode that protects the key. */
	static final String PASSWORD = "ktls-sample";

	private SelfSignedCertificate(Path directory) {
		this(directory.resolve("key-store.p12"), directory.resolve("certificate.pem"));
	}

	/**
	 * Return the certificate of a directory, which is made if it does not exist.
	 * @param directory the directory
	 * @param commonName the subject's common name
	 * @param algorithm the key's algorithm
	 * @return the certificate
	 * @throws IOException if the directory can't be made
	 */
	static SelfSignedCertificate in(Path directory, String commonName, KeyAlgorithm algorithm) throws IOException {
		CompleteDirectory.make(directory,
				(unfinished) -> new SelfSignedCertificate(unfinished).generate(commonName, algorithm));
		return new SelfSignedCertificate(directory);
	}

	private void generate(String commonName, KeyAlgorithm algorithm) throws IOException {
		List<String> key = switch (algorithm) {
			case EC -> List.of("-keyalg", "EC", "-groupname", "secp256r1");
			case RSA -> List.of("-keyalg", "RSA", "-keysize", "2048");
		};
		keytool("-genkeypair", key, "-storetype", "PKCS12", "-dname", "CN=" + commonName, "-validity", "3650", "-ext",
				"san=dns:localhost,ip:127.0.0.1,ip:::1");
		PosixFileAttributeView posix = Files.getFileAttributeView(this.keyStore, PosixFileAttributeView.class);
		if (posix != null) {
			posix.setPermissions(PosixFilePermissions.fromString("rw-------"));
		}
		keytool("-exportcert", List.of("-rfc"), "-file", this.certificate.toString());
	}

	private void keytool(String command, List<String> options, String... moreOptions) throws IOException {
		List<String> line = new ArrayList<>();
		line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		line.add(command);
		line.addAll(options);
		line.addAll(List.of(moreOptions));
		line.addAll(List.of("-alias", "sample", "-keystore", this.keyStore.toString(), "-storepass", PASSWORD));
		Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (process.onExit().join().exitValue() != 0) {
			throw new IOException("keytool " + command + " failed: " + output.strip());
		}
	}

}
