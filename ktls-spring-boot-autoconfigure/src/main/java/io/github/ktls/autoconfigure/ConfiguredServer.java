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

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.PlaceholderResolutionException;

import io.github.ktls.doctor.ServerConfiguration;
import io.github.ktls.doctor.ServerConfiguration.InvalidProperty;
import io.github.ktls.doctor.ServerConfiguration.TlsSelection;
import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.server.KtlsStatus;

/**
 * Reads what is configured for the server, before there is an application context.
 */
final class ConfiguredServer {

	private static final String PREFIX = "server.ssl.ktls";

	private final Binder binder;

	private @Nullable InvalidProperty invalid;

	private ConfiguredServer(Binder binder) {
		this.binder = binder;
	}

	/**
	 * Read the configuration.
	 * @param environment the environment, with its configuration files
	 * @param type the application's type, unless a property says another one
	 * @return the configuration
	 */
	static ServerConfiguration read(Environment environment, @Nullable WebApplicationType type) {
		return new ConfiguredServer(Binder.get(environment))
			.read(Objects.requireNonNullElse(type, WebApplicationType.NONE));
	}

	private ServerConfiguration read(WebApplicationType type) {
		String obstacle = obstacle(bind("spring.main.web-application-type", WebApplicationType.class, type));
		KtlsProperties properties = bind(PREFIX, KtlsProperties.class, new KtlsProperties());
		List<TlsSelection> selections = isPresent("org.springframework.boot.web.server.Ssl") ? selections() : List.of();
		Boolean tls = (selections != null) ? !selections.isEmpty() : null;
		boolean http2 = bind("server.http2.enabled", Boolean.class, false);
		if (obstacle == null && this.invalid == null) {
			validate(properties);
		}
		return new ServerConfiguration(obstacle, properties.isEnabled(),
				properties.getMode() == KtlsProperties.Mode.REQUIRED, properties.isReceive(),
				properties.isReceiveDespiteAdvisories(), properties.getRolloutPercentage(), settings(properties),
				this.invalid, tls, http2, (selections != null) ? selections : List.of());
	}

	private @Nullable List<TlsSelection> selections() {
		try {
			return ConfiguredTls.read(this.binder);
		}
		catch (BindException ex) {
			invalid(ex);
			return null;
		}
	}

	private <T> T bind(String name, Class<T> type, T otherwise) {
		try {
			return this.binder.bind(name, type).orElse(otherwise);
		}
		catch (BindException ex) {
			invalid(ex);
			return otherwise;
		}
	}

	private void invalid(BindException ex) {
		String name = ((ex.getProperty() != null) ? ex.getProperty().getName() : ex.getName()).toString();
		this.invalid = new InvalidProperty(name, reason(ex));
	}

	// Messages of exceptions quote values, which may be passwords.
	private static String reason(BindException ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			if (cause instanceof PlaceholderResolutionException) {
				return "a placeholder in it cannot be resolved";
			}
		}
		Class<?> type = ex.getTarget().getType().toClass();
		if (type.isEnum()) {
			return Arrays.stream(type.getEnumConstants())
				.map((constant) -> spelled((Enum<?>) constant))
				.collect(Collectors.joining(", ", "it is none of ", ""));
		}
		return "it is no " + type.getSimpleName();
	}

	private void validate(KtlsProperties properties) {
		try {
			KtlsStatistics statistics = new KtlsStatistics();
			properties.toOptions(properties.toRollout(), statistics, new KtlsStatus());
			properties.toFileResources(statistics);
		}
		catch (InvalidConfigurationPropertyValueException ex) {
			this.invalid = new InvalidProperty(ex.getName(),
					Objects.requireNonNullElse(ex.getReason(), "it is not valid"));
		}
		catch (LinkageError ex) {
			// Without the libraries, which are another check's.
			this.invalid = null;
		}
	}

	private static @Nullable String obstacle(WebApplicationType type) {
		if (type != WebApplicationType.REACTIVE) {
			return (type == WebApplicationType.SERVLET) ? "a servlet application"
					: "an application without a web server";
		}
		boolean netty = isPresent("reactor.netty.http.server.HttpServer")
				&& isPresent("org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory");
		return netty ? null : "a WebFlux application without Reactor Netty's server";
	}

	static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, ConfiguredServer.class.getClassLoader());
	}

	// All of KtlsProperties but what the report says anyway.
	private static Map<String, String> settings(KtlsProperties properties) {
		Map<String, String> settings = new LinkedHashMap<>();
		settings.put("mode", spelled(properties.getMode()));
		settings.put("activation", spelled(properties.getActivation()));
		settings.put("activation-threshold", properties.getActivationThreshold().toString());
		settings.put("fallback-chunk-size", properties.getFallbackChunkSize().toString());
		settings.put("max-open-files", String.valueOf(properties.getMaxOpenFiles()));
		settings.put("resource-cache.max-size", properties.getResourceCache().getMaxSize().toString());
		settings.put("receive", String.valueOf(properties.isReceive()));
		settings.put("receive-despite-advisories", String.valueOf(properties.isReceiveDespiteAdvisories()));
		settings.put("nic-offload", spelled(properties.getNicOffload()));
		settings.put("immutable-files", String.valueOf(properties.isImmutableFiles()));
		settings.put("rollout-percentage", String.valueOf(properties.getRolloutPercentage()));
		Long recordLimit = properties.getKeyUpdate().getRecordLimit();
		settings.put("key-update.record-limit", (recordLimit != null) ? recordLimit.toString() : "the cipher's");
		settings.put("key-update.max-received-per-second",
				String.valueOf(properties.getKeyUpdate().getMaxReceivedPerSecond()));
		return settings;
	}

	private static String spelled(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
