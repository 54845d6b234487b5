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

package io.github.ktls.routes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.netty.util.internal.PlatformDependent;

/**
 * A way to a file in the application under test.
 */
enum FileRoute {

	/** A static resource location. */
	STATIC("static resource location", "/static/file", true),

	/** A controller's resource. */
	RESOURCE("controller's Resource", "/resource/file", false),

	/** A controller's entity. */
	ENTITY("ResponseEntity<Resource>", "/entity/file", false),

	/** A router function. */
	ROUTER_FUNCTION("RouterFunctions.resources", "/fn/file", false),

	/** What is inside a jar, here a library of Netty's. */
	JAR("class-path resource inside a jar", "/library/" + library(), true),

	/** A file that is compressed beforehand. */
	ENCODED("pre-compressed (EncodedResourceResolver)", "/variants/file", true),

	/** A file whose address has a version. */
	VERSIONED("versioned (VersionResourceResolver)", "/versions/v1/file", true),

	/** Without Spring. */
	PLAIN("Reactor Netty's sendFile", "/plain/file", false),

	/** Not a file to who sends it. */
	STREAM("InputStreamResource", "/stream/file", false);

	static final String NAME = "file";

	static final String ENCODED_NAME = "file.gz";

	private final String title;

	private final String path;

	private final boolean handler;

	FileRoute(String title, String path, boolean handler) {
		this.title = title;
		this.path = path;
		this.handler = handler;
	}

	private static String library() {
		return "libnetty_tcnative_linux_" + PlatformDependent.normalizedArch() + ".so";
	}

	String title() {
		return this.title;
	}

	String path() {
		return this.path;
	}

	boolean hasRanges() {
		return this != PLAIN && this != STREAM;
	}

	// Spring's handler of static resources announces the length of the file whatever is
	// asked for.
	boolean isOfResourceHandler() {
		return this.handler;
	}

	List<String> headers() {
		return (this == ENCODED) ? List.of("--header", "Accept-Encoding: gzip") : List.of();
	}

	byte[] content(Path files) throws IOException {
		if (this == JAR) {
			String name = "/META-INF/native/" + library();
			try (InputStream content = FileRoute.class.getResourceAsStream(name)) {
				if (content == null) {
					throw new IOException("There is no " + name);
				}
				return content.readAllBytes();
			}
		}
		return Files.readAllBytes(files.resolve((this == ENCODED) ? ENCODED_NAME : NAME));
	}

}
