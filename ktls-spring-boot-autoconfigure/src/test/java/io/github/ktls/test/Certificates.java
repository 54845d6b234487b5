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
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;

import javax.security.auth.x500.X500Principal;

import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A self-signed certificate with its key, in whatever form a test wants.
 */
public final class Certificates {

	/** The password of key stores. */
	public static final String PASSWORD = "secret";

	private final PrivateKey privateKey;

	private final X509Certificate certificate;

	private Certificates(PrivateKey privateKey, X509Certificate certificate) {
		this.privateKey = privateKey;
		this.certificate = certificate;
	}

	/**
	 * Make a certificate.
	 * @param algorithm {@code RSA} or {@code EC}
	 * @param commonName the subject's common name
	 * @return the certificate with its key
	 */
	public static Certificates create(String algorithm, String commonName) {
		return create(algorithm, commonName, 0);
	}

	/**
	 * Make a certificate that is large.
	 * @param algorithm {@code RSA} or {@code EC}
	 * @param commonName the subject's common name
	 * @param furtherNames how many alternative names to add, of some 30 bytes each
	 * @return the certificate with its key
	 */
	public static Certificates create(String algorithm, String commonName, int furtherNames) {
		try {
			KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
			generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
			KeyPair keys = generator.generateKeyPair();
			X500Principal name = new X500Principal("CN=" + commonName);
			Instant now = Instant.now();
			JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(name,
					BigInteger.valueOf(System.nanoTime()), Date.from(now.minus(Duration.ofDays(1))),
					Date.from(now.plus(Duration.ofDays(30))), name, keys.getPublic());
			builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
			List<GeneralName> names = new ArrayList<>(List.of(new GeneralName(GeneralName.dNSName, "localhost"),
					new GeneralName(GeneralName.dNSName, commonName),
					new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
			for (int i = 0; i < furtherNames; i++) {
				names.add(new GeneralName(GeneralName.dNSName, "number-%08d.example.com".formatted(i)));
			}
			builder.addExtension(Extension.subjectAlternativeName, false,
					new GeneralNames(names.toArray(GeneralName[]::new)));
			String signature = algorithm.equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
			X509Certificate certificate = new JcaX509CertificateConverter()
				.getCertificate(builder.build(new JcaContentSignerBuilder(signature).build(keys.getPrivate())));
			return new Certificates(keys.getPrivate(), certificate);
		}
		catch (GeneralSecurityException | OperatorCreationException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return the certificate.
	 * @return the certificate
	 */
	public X509Certificate certificate() {
		return this.certificate;
	}

	/**
	 * Write the certificate as PEM.
	 * @param directory where to
	 * @return the file
	 */
	public Path writeCertificate(Path directory) {
		try {
			return write(directory.resolve("certificate.pem"), "CERTIFICATE", this.certificate.getEncoded());
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Write the private key as PEM.
	 * @param directory where to
	 * @return the file
	 */
	public Path writePrivateKey(Path directory) {
		return write(directory.resolve("key.pem"), "PRIVATE KEY", this.privateKey.getEncoded());
	}

	/**
	 * Write certificate and key as a key store.
	 * @param directory where to
	 * @param type {@code PKCS12} or {@code JKS}
	 * @return the file
	 */
	public Path writeKeyStore(Path directory, String type) {
		return writeStore(directory.resolve("keystore." + type.toLowerCase(java.util.Locale.ROOT)), type,
				keyStore(type));
	}

	/**
	 * Return certificate and key as a key store.
	 * @param type {@code PKCS12} or {@code JKS}
	 * @return the key store
	 */
	public KeyStore keyStore(String type) {
		try {
			KeyStore store = KeyStore.getInstance(type);
			store.load(null, null);
			store.setKeyEntry("key", this.privateKey, PASSWORD.toCharArray(), new Certificate[] { this.certificate });
			return store;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return a key store that trusts the certificate.
	 * @return the trust store
	 */
	public KeyStore trustStore() {
		try {
			KeyStore store = KeyStore.getInstance("PKCS12");
			store.load(null, null);
			store.setCertificateEntry("trusted", this.certificate);
			return store;
		}
		catch (GeneralSecurityException | IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path writeStore(Path file, String type, KeyStore store) {
		try (var out = Files.newOutputStream(file)) {
			store.store(out, PASSWORD.toCharArray());
			return file;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("Cannot store " + type, ex);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Path write(Path file, String label, byte[] der) {
		String body = Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(der);
		try {
			return Files.writeString(file,
					"-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
