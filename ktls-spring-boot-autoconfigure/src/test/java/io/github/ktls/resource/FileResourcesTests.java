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

package io.github.ktls.resource;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.UrlResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link FileResources}: which resources have a file, and whose bytes are in
 * it.
 */
class FileResourcesTests {

	private static final String NAME = "web/file.txt";

	private static final FileTime LATER = FileTime.fromMillis(1_900_000_000_000L);

	@TempDir
	Path directory;

	private final FileResources files = new FileResources(10, 8192, 1_000_000, new LongAdder()::add);

	private Path jar = Path.of("");

	private URLClassLoader loader = new URLClassLoader(new URL[0]);

	@BeforeEach
	void createJar() throws IOException {
		this.jar = createJar("web.jar", "content");
		this.loader = new URLClassLoader(new URL[] { this.jar.toUri().toURL() }, null);
	}

	@AfterEach
	void close() throws IOException {
		this.files.close();
		this.loader.close();
		assertThat(this.files.openFiles()).isZero();
	}

	private Path createJar(String name, String content) throws IOException {
		Path created = this.directory.resolve(name);
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(created))) {
			out.putNextEntry(new JarEntry(NAME));
			out.write(content.getBytes(StandardCharsets.US_ASCII));
			out.closeEntry();
		}
		return created;
	}

	private ClassPathResource inJar() {
		return new ClassPathResource(NAME, this.loader);
	}

	private static String text(@Nullable FileBody file) {
		return new String(SentFile.all(Objects.requireNonNull(file)), StandardCharsets.US_ASCII);
	}

	@Test
	void whatIsInsideAJarHasAFile() throws IOException {
		assertThat(text(this.files.open(inJar()))).isEqualTo("content");
	}

	@Test
	void urlHasNoFile() throws IOException {
		assertThat(this.files.open(new UrlResource(inJar().getURL()))).isNull();
	}

	// Its bytes are not those of whatever else is at its place.
	@Test
	void resourceWithContentOfItsOwnHasNoFile() throws IOException {
		assertThat(text(this.files.open(inJar()))).isEqualTo("content");
		assertThat(this.files.open(new UpperCaseResource(this.loader))).isNull();
		assertThat(text(this.files.open(inJar()))).isEqualTo("content");
	}

	@Test
	void whatHasNoAddressHasNoFile() throws IOException {
		ClassPathResource resource = new ClassPathResource(NAME, new ClassLoader(null) {

			@Override
			public InputStream getResourceAsStream(String name) {
				return new ByteArrayInputStream(new byte[3]);
			}

		});
		assertThat(resource.getInputStream()).hasBinaryContent(new byte[3]);
		assertThat(this.files.open(resource)).isNull();
	}

	// Nobody could tell that it has changed.
	@ParameterizedTest
	@ValueSource(longs = { 0, 1000 })
	void whatIsMadeByAClassLoaderHasNoFile(long lastModified) throws IOException {
		GeneratingClassLoader generating = new GeneratingClassLoader(lastModified);
		ClassPathResource resource = new ClassPathResource(NAME, generating);
		assertThat(resource.contentLength()).isEqualTo(7);
		assertThat(this.files.open(resource)).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "changed, true", "longer content, true", "short, true", "longer content, false" })
	void whenJarIsReplacedFileIsWhatTheClassLoaderReads(String content, boolean readBefore) throws IOException {
		assertThat(inJar().exists()).isTrue();
		if (readBefore) {
			assertThat(text(this.files.open(inJar()))).isEqualTo("content");
		}
		Path changed = createJar("changed.jar", content);
		Files.setLastModifiedTime(changed, LATER);
		Files.move(changed, this.jar, StandardCopyOption.ATOMIC_MOVE);
		try (InputStream stream = inJar().getInputStream()) {
			byte[] read = stream.readAllBytes();
			FileBody file = Objects.requireNonNull(this.files.open(inJar()));
			assertThat(file.size()).isEqualTo(read.length);
			assertThat(text(file)).isEqualTo(new String(read, StandardCharsets.US_ASCII));
		}
	}

	@Test
	void whenAThreadIsInterruptedOthersGetTheirBytes() throws IOException {
		Path path = Files.writeString(this.directory.resolve("file"), "in a file");
		for (int i = 0; i < 2; i++) {
			FileBody underWay = Objects.requireNonNull(this.files.open(new FileSystemResource(path)));
			for (FileBody body : new FileBody[] { Objects.requireNonNull(this.files.open(inJar())),
					Objects.requireNonNull(this.files.open(new FileSystemResource(path))) }) {
				Thread.currentThread().interrupt();
				SentFile sent = SentFile.send(body.content(0, body.size()), (chunk) -> {
				});
				body.done();
				assertThat(Thread.interrupted()).isTrue();
				assertThat(sent.future().isSuccess()).isFalse();
			}
			assertThat(text(this.files.open(inJar()))).isEqualTo("content");
			assertThat(text(this.files.open(new FileSystemResource(path)))).isEqualTo("in a file");
			underWay.done();
		}
	}

	/**
	 * A resource that is not what is at its place.
	 */
	private static final class UpperCaseResource extends ClassPathResource {

		UpperCaseResource(ClassLoader loader) {
			super(NAME, loader);
		}

		@Override
		public InputStream getInputStream() throws IOException {
			try (InputStream content = super.getInputStream()) {
				return new ByteArrayInputStream(
						new String(content.readAllBytes(), StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT)
							.getBytes(StandardCharsets.US_ASCII));
			}
		}

	}

	/**
	 * A class loader with a content that is nowhere else.
	 */
	private static final class GeneratingClassLoader extends ClassLoader {

		private final long lastModified;

		GeneratingClassLoader(long lastModified) {
			super(null);
			this.lastModified = lastModified;
		}

		@Override
		protected URL findResource(String name) {
			try {
				return new URL(null, "generated:" + name, new URLStreamHandler() {

					@Override
					protected URLConnection openConnection(URL url) {
						return new GeneratedConnection(url);
					}

				});
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

		/**
		 * A connection to it.
		 */
		private final class GeneratedConnection extends URLConnection {

			GeneratedConnection(URL url) {
				super(url);
			}

			@Override
			public void connect() {
			}

			@Override
			public long getContentLengthLong() {
				return 7;
			}

			@Override
			public long getLastModified() {
				return GeneratingClassLoader.this.lastModified;
			}

			@Override
			public InputStream getInputStream() {
				return new ByteArrayInputStream(new byte[7]);
			}

		}

	}

}
