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

package io.github.ktls.behaviour;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.AbstractResource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.UrlResource;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.web.reactive.config.ResourceHandlerRegistry;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.resource.CssLinkResourceTransformer;
import org.springframework.web.reactive.resource.EncodedResourceResolver;
import org.springframework.web.reactive.resource.VersionResourceResolver;

/**
 * Routes to resources of every kind, some of them inside a jar, which only this class
 * knows.
 */
final class ResourceRoutes implements WebFluxConfigurer {

	private final Path files;

	private final CountingClassLoader loader;

	ResourceRoutes(Path files, Path jar) {
		this.files = files;
		try {
			this.loader = new CountingClassLoader(jar.toUri().toURL());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void addTo(ConfigurableApplicationContext context) {
		GenericApplicationContext beans = (GenericApplicationContext) context;
		// A location is looked up by the context.
		beans.addProtocolResolver((location, resourceLoader) -> location.startsWith("jarred:")
				? new ClassPathResource(location.substring("jarred:".length()), this.loader) : null);
		beans.registerBean("resourceRoutes", WebFluxConfigurer.class, () -> this);
		beans.registerBean("jarredRoutes", RouterFunction.class, this::routes);
	}

	int opened(String name) {
		return this.loader.opened.getOrDefault(name, 0);
	}

	@Override
	public void addResourceHandlers(ResourceHandlerRegistry registry) {
		registry.addResourceHandler("/jar/**").addResourceLocations("jarred:web/");
		registry.addResourceHandler("/tagged/**")
			.addResourceLocations("file:" + this.files + "/", "jarred:web/")
			.setEtagGenerator((resource) -> "\"" + resource.getFilename() + "\"");
		registry.addResourceHandler("/encoded/**")
			.addResourceLocations("file:" + this.files + "/", "jarred:web/")
			.resourceChain(true)
			.addResolver(new EncodedResourceResolver());
		registry.addResourceHandler("/versioned/**")
			.addResourceLocations("file:" + this.files + "/", "jarred:web/")
			.resourceChain(true)
			.addResolver(new VersionResourceResolver().addFixedVersionStrategy("v1", "/**"));
		// With a cache, and with a transformer of links in style sheets.
		registry.addResourceHandler("/chained/**")
			.addResourceLocations("file:" + this.files + "/", "jarred:web/")
			.resourceChain(true)
			.addResolver(new EncodedResourceResolver())
			.addResolver(new VersionResourceResolver().addContentVersionStrategy("/**"))
			.addTransformer(new CssLinkResourceTransformer());
		registry.addResourceHandler("/transformed/**")
			.addResourceLocations("file:" + this.files + "/", "jarred:web/")
			.resourceChain(false)
			.addTransformer((exchange, resource, chain) -> chain.transform(exchange, resource)
				.map((untransformed) -> new ByteArrayResource("transformed".getBytes(StandardCharsets.US_ASCII)) {

					@Override
					public String getFilename() {
						return "transformed.txt";
					}

					@Override
					public long lastModified() {
						return 0;
					}

				}));
	}

	private RouterFunction<ServerResponse> routes() {
		return RouterFunctions.resources("/jar-fn/**", new ClassPathResource("web/", this.loader))
			.andRoute(RequestPredicates.GET("/jar-entity/{name}"), (request) -> {
				Resource resource = new ClassPathResource("web/" + request.pathVariable("name"), this.loader);
				return ServerResponse.ok()
					.eTag(request.pathVariable("name"))
					.contentType(MediaTypeFactory.getMediaType(resource).orElse(MediaType.APPLICATION_OCTET_STREAM))
					.bodyValue(resource);
			})
			.andRoute(RequestPredicates.GET("/other/{kind}/{name}"),
					(request) -> ServerResponse.ok()
						.contentType(MediaType.APPLICATION_OCTET_STREAM)
						.bodyValue(other(request.pathVariable("kind"), request.pathVariable("name"))));
	}

	private Resource other(String kind, String name) {
		try {
			byte[] content = Files.readAllBytes(this.files.resolve(name));
			return switch (kind) {
				case "stream" -> new InputStreamResource(new ByteArrayInputStream(content));
				case "bytes" -> new ByteArrayResource(content);
				case "url" -> new UrlResource(this.files.resolve(name).toUri());
				case "jar-url" -> new UrlResource(new ClassPathResource("web/" + name, this.loader).getURL());
				case "own" -> new OwnResource(content);
				default -> throw new IllegalArgumentException(kind);
			};
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	// Not by a name by which the first application to end would close it for others.
	void end() {
		try {
			this.loader.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Counts how often each resource is read.
	 */
	private static final class CountingClassLoader extends URLClassLoader {

		private final Map<String, Integer> opened = new ConcurrentHashMap<>();

		CountingClassLoader(URL jar) {
			super(new URL[] { jar }, null);
		}

		@Override
		public InputStream getResourceAsStream(String name) {
			this.opened.merge(name.substring(name.lastIndexOf('/') + 1), 1, Integer::sum);
			return super.getResourceAsStream(name);
		}

	}

	/**
	 * A resource of the user's.
	 */
	private static final class OwnResource extends AbstractResource {

		private final byte[] content;

		OwnResource(byte[] content) {
			this.content = content;
		}

		@Override
		public String getDescription() {
			return "own";
		}

		@Override
		public InputStream getInputStream() {
			return new ByteArrayInputStream(this.content);
		}

	}

}
