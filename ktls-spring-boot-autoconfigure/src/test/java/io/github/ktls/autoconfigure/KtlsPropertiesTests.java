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
	void whenNothingIsSetSettingsAreThoseOfPlainServers() {
		assertThat(new KtlsProperties().toSettings()).isEqualTo(KtlsSettings.defaults());
	}

	@Test
	void defaults() {
		KtlsProperties properties = new KtlsProperties();
		assertThat(properties.isEnabled()).isFalse();
		assertThat(properties.getMode()).isEqualTo(Mode.PREFERRED);
		assertThat(properties.isReceive()).isFalse();
		assertThat(properties.isReceiveDespiteAdvisories()).isFalse();
		assertThat(properties.getKeyUpdate().getRecordLimit()).isNull();
		assertThat(properties.toSettings())
			.isEqualTo(new KtlsSettings(Activation.ON_FIRST_FILE, 65_536, 262_144, false, Long.MAX_VALUE, 1000, false));
	}

	@Test
	void eachPropertyIsBound() {
		KtlsProperties properties = bind("enabled", "true", "mode", "required", "activation", "on-handshake",
				"activation-threshold", "1MB", "fallback-chunk-size", "16KB", "receive", "true",
				"receive-despite-advisories", "true", "key-update.record-limit", "5000000000",
				"key-update.max-received-per-second", "7");
		assertThat(properties.isEnabled()).isTrue();
		assertThat(properties.getMode()).isEqualTo(Mode.REQUIRED);
		assertThat(properties.isReceiveDespiteAdvisories()).isTrue();
		assertThat(properties.toSettings())
			.isEqualTo(new KtlsSettings(Activation.ON_HANDSHAKE, 1_048_576, 16_384, true, 5_000_000_000L, 7, false));
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
				"fallback-chunk-size", "", "key-update.record-limit", "");
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
	@CsvSource({ "record-limit, 64", "record-limit, 9223372036854775807", "max-received-per-second, 1",
			"max-received-per-second, 2147483647" })
	void whenCountIsAtItsLimitItIsAccepted(String name, String value) {
		assertThat(bind("key-update." + name, value).toSettings()).isNotNull();
	}

	@ParameterizedTest
	@CsvSource({ "record-limit, 63, 64", "record-limit, 0, 64", "record-limit, -1, 64", "max-received-per-second, 0, 1",
			"max-received-per-second, -1, 1" })
	void whenCountIsTooSmallThePropertyAndTheLimitAreNamed(String name, String value, String min) {
		KtlsProperties properties = bind("key-update." + name, value);
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class).isThrownBy(properties::toSettings)
			.satisfies((ex) -> {
				assertThat(ex.getName()).isEqualTo("server.ssl.ktls.key-update." + name);
				assertThat(ex.getValue()).hasToString(value);
				assertThat(ex.getReason()).startsWith("It has to be at least %s. ".formatted(min)).endsWith(".");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "mode", "activation", "activation-threshold", "fallback-chunk-size", "enabled", "receive",
			"receive-despite-advisories", "key-update.record-limit", "key-update.max-received-per-second" })
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
