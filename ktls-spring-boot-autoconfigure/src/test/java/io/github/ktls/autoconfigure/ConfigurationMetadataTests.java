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

import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.BeanWrapperImpl;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.github.ktls.netty.KtlsStatistics;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What development tools show of the properties is complete, and true.
 */
class ConfigurationMetadataTests {

	private static final String PREFIX = "server.ssl.ktls.";

	/** Properties without a default, whose descriptions say what holds then. */
	private static final Set<String> UNSET = Set.of("key-update.record-limit");

	private static final Map<String, JsonNode> metadata = new LinkedHashMap<>();

	/** The values offered for each property, of all types as text. */
	private static final Map<String, List<String>> hints = new LinkedHashMap<>();

	@BeforeAll
	static void readMetadata() throws IOException {
		ClassLoader classLoader = ConfigurationMetadataTests.class.getClassLoader();
		for (URL url : Collections.list(classLoader.getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream json = url.openStream()) {
				JsonNode root = new JsonMapper().readTree(json);
				collect(root.path("properties"), metadata::put);
				collect(root.path("hints"), (name, hint) -> hints.put(name,
						hint.path("values").valueStream().map((value) -> value.get("value").asString()).toList()));
			}
		}
	}

	private static void collect(JsonNode nodes, BiConsumer<String, JsonNode> target) {
		for (JsonNode node : nodes) {
			String name = node.get("name").asString();
			if (name.startsWith(PREFIX)) {
				target.accept(name.substring(PREFIX.length()), node);
			}
		}
	}

	static List<String> properties() {
		List<String> names = new ArrayList<>(properties(KtlsProperties.class, ""));
		names.addAll(properties(KtlsProperties.KeyUpdate.class, "key-update."));
		names.addAll(properties(KtlsProperties.ResourceCache.class, "resource-cache."));
		return names;
	}

	private static List<String> properties(Class<?> type, String prefix) {
		return Arrays.stream(new BeanWrapperImpl(type).getPropertyDescriptors())
			.filter((property) -> property.getWriteMethod() != null)
			.map((property) -> prefix + kebabCase(property.getName()))
			.toList();
	}

	@Test
	void propertiesAreAllThatCanBeReached() {
		assertThat(Arrays.stream(new BeanWrapperImpl(KtlsProperties.class).getPropertyDescriptors())
			.filter((property) -> property.getWriteMethod() == null)
			.map(PropertyDescriptor::getName)).containsExactlyInAnyOrder("class", "keyUpdate", "resourceCache");
	}

	@Test
	void metadataHasEachPropertyAndNoOther() {
		assertThat(metadata.keySet()).containsExactlyInAnyOrderElementsOf(properties());
	}

	@ParameterizedTest
	@MethodSource("properties")
	void propertyIsDescribedInASentence(String name) {
		assertThat(metadata.get(name).path("description").asString()).matches("[A-Z].{20,}\\.");
	}

	@ParameterizedTest
	@MethodSource("properties")
	void defaultInMetadataIsTheDefault(String name) {
		String value = metadata.get(name).path("defaultValue").asString("");
		assertThat(value.isEmpty()).isEqualTo(UNSET.contains(name));
		KtlsProperties bound = new Binder(new MapConfigurationPropertySource(Map.of(PREFIX + name, value)))
			.bindOrCreate("server.ssl.ktls", KtlsProperties.class);
		assertThat(valueOf(bound, name)).isEqualTo(valueOf(new KtlsProperties(), name));
	}

	@ParameterizedTest
	@MethodSource("properties")
	void valuesThatAreOfferedCanBeBound(String name) {
		List<String> offered = hints.getOrDefault(name, List.of());
		assertThat(offered).doesNotHaveDuplicates().hasSizeGreaterThan(1);
		for (String value : offered) {
			KtlsProperties bound = new Binder(new MapConfigurationPropertySource(Map.of(PREFIX + name, value)))
				.bindOrCreate("server.ssl.ktls", KtlsProperties.class);
			assertThat(bound.toSettings()).isNotNull();
			assertThat(bound.toRollout()).isNotNull();
			assertThat(bound.toFileResources(new KtlsStatistics())).isNotNull();
		}
	}

	@Test
	void nothingElseIsOfferedAndNothingIsDeprecated() {
		assertThat(hints.keySet()).containsExactlyInAnyOrderElementsOf(properties());
		assertThat(metadata.values())
			.noneMatch((property) -> property.has("deprecation") || property.has("deprecated"));
	}

	@ParameterizedTest
	@MethodSource("properties")
	void propertyHasAType(String name) {
		assertThat(metadata.get(name).path("type").asString()).contains(".").doesNotContain("java.lang.Object");
	}

	private static @Nullable Object valueOf(KtlsProperties properties, String name) {
		return new BeanWrapperImpl(properties).getPropertyValue(camelCase(name));
	}

	private static String camelCase(String name) {
		return Pattern.compile("-([a-z])").matcher(name).replaceAll((match) -> match.group(1).toUpperCase(Locale.ROOT));
	}

	private static String kebabCase(String name) {
		return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

}
