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

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.support.EnvironmentPostProcessorApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.PropertySources;
import org.springframework.core.env.StandardEnvironment;

import io.github.ktls.doctor.Doctor;
import io.github.ktls.doctor.DoctorReport;
import io.github.ktls.doctor.ServerConfiguration;

/**
 * Runs the doctor instead of the application where {@code ktls.doctor} is set on the
 * command line, as by {@code java -jar app.jar --ktls.doctor}, as a system property or in
 * the process environment. Comes as soon as the configuration files have been read, when
 * there is no log yet, so that the report is all that is printed.
 */
class KtlsDoctorListener implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

	/** The value of the property is none that is known; {@code EX_USAGE}. */
	static final int MISUSE = 64;

	/** The doctor itself failed; {@code EX_SOFTWARE}. */
	static final int DEFECT = 70;

	private static final String PROPERTY = "ktls.doctor";

	/** The only ones that are asked, in this order. */
	private static final List<String> ASKING = List.of(CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME,
			StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME,
			StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);

	/**
	 * In the environment of Spring Cloud's bootstrap context, which comes before the
	 * application's and has other configuration files.
	 */
	private static final String BOOTSTRAP = "bootstrap";

	private final Consumer<String> output;

	private final IntConsumer exit;

	private final Function<ServerConfiguration, DoctorReport> doctor;

	KtlsDoctorListener() {
		this(KtlsDoctorListener::print, System::exit, Doctor::examine);
	}

	KtlsDoctorListener(Consumer<String> output, IntConsumer exit, Function<ServerConfiguration, DoctorReport> doctor) {
		this.output = output;
		this.exit = exit;
		this.doctor = doctor;
	}

	private static void print(String text) {
		System.out.print(text);
		System.out.flush();
	}

	@Override
	public int getOrder() {
		return EnvironmentPostProcessorApplicationListener.DEFAULT_ORDER + 1;
	}

	@Override
	public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
		ConfigurableEnvironment environment = event.getEnvironment();
		String value = requested(environment.getPropertySources());
		if (value == null || value.equalsIgnoreCase("false")) {
			return;
		}
		this.exit.accept(run(value, event.getSpringApplication(), environment));
		// Not come to, but in tests.
		throw new SpringApplication.AbandonedRunException();
	}

	// Whoever starts the application asks, and no file does that is deployed with it: it
	// would end each time.
	private static @Nullable String requested(PropertySources sources) {
		if (sources.contains(BOOTSTRAP)) {
			return null;
		}
		for (String name : ASKING) {
			PropertySource<?> source = sources.get(name);
			Object value = (source != null) ? source.getProperty(PROPERTY) : null;
			if (value != null && !isLeftEmpty(name, value)) {
				return value.toString().strip();
			}
		}
		return null;
	}

	// As Compose and Kubernetes set a variable that has no value where they run.
	private static boolean isLeftEmpty(String source, Object value) {
		return source.equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME) && value.toString().isBlank();
	}

	private int run(String value, SpringApplication application, ConfigurableEnvironment environment) {
		Format format = Format.of(value);
		if (format == null) {
			this.output.accept("'%s' is no format of the doctor's; use --%s or --%s=json%n"
				.formatted(value.replaceAll("\\W", "?"), PROPERTY, PROPERTY));
			return MISUSE;
		}
		DoctorReport report;
		try {
			report = this.doctor.apply(ConfiguredServer.read(environment, application.getWebApplicationType()));
		}
		catch (RuntimeException | LinkageError ex) {
			this.output.accept("The doctor failed; please report this: %s%n".formatted(ex));
			return DEFECT;
		}
		this.output.accept((format == Format.JSON) ? report.toJson() : report.toText());
		return report.exitStatus();
	}

	/**
	 * How the report is written.
	 */
	private enum Format {

		/** For people. */
		TEXT,

		/** For programs. */
		JSON;

		static @Nullable Format of(String value) {
			return switch (value.toLowerCase(Locale.ROOT)) {
				case "", "true", "text" -> TEXT;
				case "json" -> JSON;
				default -> null;
			};
		}

	}

}
