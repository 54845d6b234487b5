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
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.github.ktls.sample.SampleProperties.KeyAlgorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

/**
 * Tests for {@link SelfSignedCertificate}.
 */
class SelfSignedCertificateTests {

	@TempDir
	private Path temp;

	@ParameterizedTest
	@EnumSource
	void certificateIsForLocalhostAndItsKeyOfTheAlgorithm(KeyAlgorithm algorithm) throws Exception {
		SelfSignedCertificate made = SelfSignedCertificate.in(this.temp.resolve("new/certificate"), "me", algorithm);
		X509Certificate certificate = load(made.certificate());
		assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=me");
		assertThat(certificate.getSubjectAlternativeNames()).asString().contains("localhost", "127.0.0.1");
		assertThat(certificate.getPublicKey().getAlgorithm()).isEqualTo(algorithm.name());
		KeyStore keyStore = KeyStore.getInstance(made.keyStore().toFile(),
				SelfSignedCertificate.PASSWORD.toCharArray());
		assertThat(keyStore.getCertificate("sample")).isEqualTo(certificate);
	}

	@Test
	void whenDirectoryExistsItsCertificateIsUsedAgain() throws IOException {
		SelfSignedCertificate first = SelfSignedCertificate.in(this.temp.resolve("certificate"), "me", KeyAlgorithm.EC);
		byte[] bytes = Files.readAllBytes(first.keyStore());
		SelfSignedCertificate second = SelfSignedCertificate.in(this.temp.resolve("certificate"), "other",
				KeyAlgorithm.RSA);
		assertThat(second).isEqualTo(first);
		assertThat(second.keyStore()).hasBinaryContent(bytes);
	}

	@Test
	void onlyItsOwnerCanReadTheKey() throws IOException {
		assumeThat(FileSystems.getDefault().supportedFileAttributeViews()).contains("posix");
		SelfSignedCertificate made = SelfSignedCertificate.in(this.temp.resolve("certificate"), "me", KeyAlgorithm.EC);
		assertThat(Files.getPosixFilePermissions(made.keyStore()))
			.isEqualTo(PosixFilePermissions.fromString("rw-------"));
		assertThat(Files.getPosixFilePermissions(made.keyStore().getParent()))
			.isEqualTo(PosixFilePermissions.fromString("rwx------"));
	}

	@Test
	void whenKeytoolFailsItsMessageIsToldAndNoDirectoryIsLeft() {
		Path directory = this.temp.resolve("certificate");
		assertThatIOException().isThrownBy(() -> SelfSignedCertificate.in(directory, ",", KeyAlgorithm.EC))
			.withMessageStartingWith("keytool -genkeypair failed: keytool error");
		assertThat(directory).doesNotExist();
	}

	private static X509Certificate load(Path file) throws IOException, GeneralSecurityException {
		try (InputStream in = Files.newInputStream(file)) {
			return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
		}
	}

}
