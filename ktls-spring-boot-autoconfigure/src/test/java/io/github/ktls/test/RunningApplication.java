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

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

import io.github.ktls.netty.KtlsStatistics;

/**
 * A started {@link TestApplication} on a free port of the loopback interface.
 */
public final class RunningApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private RunningApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start the application.
	 * @param files the directory that it serves
	 * @param properties further properties, {@code name=value}
	 * @return the application
	 */
	public static RunningApplication start(Path files, List<String> properties) {
		return start(files, properties, (context) -> {
		});
	}

	/**
	 * Start the application.
	 * @param files the directory that it serves
	 * @param properties further properties, {@code name=value}
	 * @param initializer may add beans
	 * @return the application
	 */
	public static RunningApplication start(Path files, List<String> properties,
			ApplicationContextInitializer<ConfigurableApplicationContext> initializer) {
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--server.address=127.0.0.1",
				"--spring.main.banner-mode=off", "--spring.jmx.enabled=false", "--test.files=" + files));
		properties.forEach((property) -> arguments.add("--" + property));
		return new RunningApplication(
				new SpringApplicationBuilder(TestApplication.class).web(WebApplicationType.REACTIVE)
					.initializers(initializer)
					.run(arguments.toArray(String[]::new)));
	}

	/**
	 * Return the port.
	 * @return the port
	 */
	public int port() {
		return ((WebServerApplicationContext) this.context).getWebServer().getPort();
	}

	/**
	 * Return the address of a path.
	 * @param path the path, with its slash
	 * @return the address
	 */
	public String url(String path) {
		return "https://localhost:" + port() + path;
	}

	/**
	 * Return the counters.
	 * @return the counters
	 */
	public KtlsStatistics statistics() {
		return this.context.getBean(KtlsStatistics.class);
	}

	/**
	 * Return the application context.
	 * @return the context
	 */
	public ConfigurableApplicationContext context() {
		return this.context;
	}

	@Override
	public void close() {
		this.context.close();
	}

}
