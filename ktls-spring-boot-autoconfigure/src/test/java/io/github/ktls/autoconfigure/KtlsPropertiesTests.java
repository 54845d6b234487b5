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

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import io.github.ktls.autoconfigure.KtlsProperties.Mode;
import io.github.ktls.netty.Activation;
import io.github.ktls.netty.KtlsSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link KtlsProperties}.
 */
class KtlsPropertiesTests {

	@Test
	void defaults() {
		KtlsProperties properties = new KtlsProperties();
		assertThat(properties.isEnabled()).isFalse();
		assertThat(properties.getMode()).isEqualTo(Mode.PREFERRED);
		assertThat(properties.toSettings()).isEqualTo(new KtlsSettings(Activation.ON_FIRST_FILE, 65_536, 262_144));
	}

	@Test
	void eachPropertyIsBound() {
		KtlsProperties properties = bind("enabled", "true", "mode", "required", "activation", "on-handshake",
				"activation-threshold", "1MB", "fallback-chunk-size", "16KB");
		assertThat(properties.isEnabled()).isTrue();
		assertThat(properties.getMode()).isEqualTo(Mode.REQUIRED);
		assertThat(properties.toSettings()).isEqualTo(new KtlsSettings(Activation.ON_HANDSHAKE, 1_048_576, 16_384));
	}

	@Test
	void whenSizesHaveNoUnitTheyAreBytes() {
		KtlsSettings settings = bind("activation-threshold", "4096", "fallback-chunk-size", "2048").toSettings();
		assertThat(settings.activationThreshold()).isEqualTo(4096);
		assertThat(settings.fallbackChunkSize()).isEqualTo(2048);
	}

	@Test
	void whenValuesAreEmptyDefaultsStay() {
		KtlsProperties properties = bind("mode", "", "activation", "", "activation-threshold", "",
				"fallback-chunk-size", "");
		assertThat(properties.getMode()).isEqualTo(Mode.PREFERRED);
		assertThat(properties.toSettings()).isEqualTo(new KtlsProperties().toSettings());
	}

	@ParameterizedTest
	@CsvSource({ "activation-threshold, 0", "activation-threshold, 2147483647B", "fallback-chunk-size, 1KB",
			"fallback-chunk-size, 2147483647B" })
	void whenSizeIsAtItsLimitItIsAccepted(String name, String value) {
		assertThat(bind(name, value).toSettings()).isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "activation-threshold, -1B, 0B", "activation-threshold, 2GB, 0B", "activation-threshold, 5TB, 0B",
			"fallback-chunk-size, 0, 1024B", "fallback-chunk-size, 1023B, 1024B", "fallback-chunk-size, -64KB, 1024B",
			"fallback-chunk-size, 2GB, 1024B" })
	void whenSizeIsOutOfItsLimitsThePropertyAndTheLimitsAreNamed(String name, String value, String min) {
		KtlsProperties properties = bind(name, value);
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class).isThrownBy(properties::toSettings)
			.satisfies((ex) -> {
				assertThat(ex.getName()).isEqualTo("server.ssl.ktls." + name);
				assertThat(ex.getReason()).isEqualTo("It has to be at least %s and less than 2147483648B.", min);
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "mode", "activation", "activation-threshold", "fallback-chunk-size", "enabled" })
	void whenValueIsNonsenseThePropertyIsNamed(String name) {
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> bind(name, "nonsense"))
			.withMessageContaining("server.ssl.ktls");
	}

	private static KtlsProperties bind(String... namesAndValues) {
		Map<String, String> map = new LinkedHashMap<>();
		for (int i = 0; i < namesAndValues.length; i += 2) {
			map.put("server.ssl.ktls." + namesAndValues[i], namesAndValues[i + 1]);
		}
		return new Binder(new MapConfigurationPropertySource(map)).bindOrCreate("server.ssl.ktls",
				KtlsProperties.class);
	}

}
