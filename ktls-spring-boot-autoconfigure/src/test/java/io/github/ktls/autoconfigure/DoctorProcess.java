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

package io.github.ktls.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/**
 * An application in a process of its own that is asked for the doctor's report, and is
 * that application.
 *
 * @param status the exit status
 * @param output all that was printed
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
record DoctorProcess(int status, String output) {

	/**
	 * Run in the other process.
	 * @param arguments of the command line
	 */
	public static void main(String[] arguments) {
		SpringApplication.run(DoctorProcess.class, arguments);
	}

	/**
	 * Run the application without some of its libraries.
	 * @param missing a regular expression of file names
	 * @param arguments of the command line
	 * @return what came of it
	 */
	static DoctorProcess runWithout(String missing, String... arguments) {
		Pattern names = Pattern.compile(missing);
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
			.filter((entry) -> !names.matcher(Path.of(entry).getFileName().toString()).matches())
			.collect(Collectors.joining(File.pathSeparator));
		return launch(List.of("-cp", classPath, DoctorProcess.class.getName()), arguments);
	}

	/**
	 * Run the application.
	 * @param arguments of the command line
	 * @return what came of it
	 */
	static DoctorProcess run(String... arguments) {
		return runWithout("", arguments);
	}

	static DoctorProcess launch(List<String> launcher, String... arguments) {
		List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString(),
				"-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
		command.addAll(launcher);
		command.addAll(Arrays.asList(arguments));
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			return new DoctorProcess(process.waitFor(), output);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
