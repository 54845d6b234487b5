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

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.springframework.boot.loader.tools.Library;
import org.springframework.boot.loader.tools.LibraryScope;
import org.springframework.boot.loader.tools.Repackager;

/**
 * The application as Spring Boot's build plugins package it: a jar with its libraries
 * inside, or the same unpacked.
 *
 * @param path the jar, or the directory
 */
public record BootArchive(Path path) {

	/** What only tests need, and no server. */
	private static final Predicate<String> UNNEEDED = Pattern.compile(
			"junit|assertj|mockito|byte-buddy|archunit|bcp|bcutil|-test|awaitility|json|xmlunit|actuator|micrometer-m|"
					+ "loader-tools|commons-compress|commons-io|commons-lang3|quic|http3|macos|aarch_64")
		.asPredicate();

	private static final String LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";

	/**
	 * Make a jar of what is on the class path.
	 * @param directory where to make it
	 * @param content a directory with further resources of the application
	 * @param library a directory with what is in one further library
	 * @return the jar
	 */
	public static BootArchive create(Path directory, Path content, Path library) {
		try {
			Path tests = Path.of(BootArchive.class.getProtectionDomain().getCodeSource().getLocation().toURI());
			List<Path> libraries = new ArrayList<>(List.of(jar(directory.resolve("library.jar"), library)));
			for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
				Path path = Path.of(entry);
				if (Files.isDirectory(path) && !path.toAbsolutePath().equals(tests)) {
					libraries.add(jar(directory.resolve("classes-" + libraries.size() + ".jar"), path));
				}
				else if (Files.isRegularFile(path) && !UNNEEDED.test(path.getFileName().toString())) {
					libraries.add(path);
				}
			}
			Repackager repackager = new Repackager(jar(directory.resolve("application.jar"), tests, content).toFile());
			repackager.setMainClass(ServerProcess.class.getName());
			Path archive = directory.resolve("boot.jar");
			repackager.repackage(archive.toFile(), (callback) -> {
				for (Path path : libraries) {
					callback.library(new Library(path.toFile(), LibraryScope.RUNTIME));
				}
			});
			return new BootArchive(archive);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Path jar(Path jar, Path... directories) throws IOException {
		try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
			for (Path directory : directories) {
				for (Path file : files(directory)) {
					out.putNextEntry(new JarEntry(directory.relativize(file).toString()));
					Files.copy(file, out);
					out.closeEntry();
				}
			}
		}
		return jar;
	}

	private static List<Path> files(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			return files.filter(Files::isRegularFile).toList();
		}
	}

	/**
	 * Unpack the jar.
	 * @param directory where to
	 * @return the application in that directory
	 */
	public BootArchive explode(Path directory) {
		try (JarFile jar = new JarFile(this.path.toFile())) {
			for (JarEntry entry : jar.stream().filter((candidate) -> !candidate.isDirectory()).toList()) {
				Path file = directory.resolve(entry.getName());
				Files.createDirectories(file.getParent());
				Files.copy(jar.getInputStream(entry), file);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return new BootArchive(directory);
	}

	/**
	 * Return what follows the name of the JVM's command.
	 * @return the arguments
	 */
	public List<String> launcher() {
		// It is gone before a better compiler would pay.
		List<String> arguments = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
		arguments.addAll(Files.isDirectory(this.path) ? List.of("-cp", this.path.toString(), LAUNCHER)
				: List.of("-jar", this.path.toString()));
		return arguments;
	}

}
