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

package io.github.ktls.resource;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.ResourceRegion;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRange;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.codec.ResourceHttpMessageWriter;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerResponse;

import io.github.ktls.web.FileResponses;

/**
 * Writes resources that are files, or that files are made of, so that their bytes do not
 * pass through the JVM; others, and those whose response somebody wants to see the bytes
 * of, as its base class does. The file is opened first, and the response promises what
 * was opened, so that one that is replaced in the meantime does not end up half old and
 * half new.
 */
public final class FileResourceHttpMessageWriter extends ResourceHttpMessageWriter {

	private final FileResources files;

	/**
	 * Create a new instance.
	 * @param files opens the resources
	 */
	public FileResourceHttpMessageWriter(FileResources files) {
		this.files = files;
	}

	@Override
	public Mono<Void> write(Publisher<? extends Resource> input, @Nullable ResolvableType actualType,
			ResolvableType elementType, @Nullable MediaType mediaType, ServerHttpRequest request,
			ServerHttpResponse response, Map<String, Object> hints) {
		HttpServerResponse taker = contentTaker(response);
		if (taker == null) {
			return super.write(input, actualType, elementType, mediaType, request, response, hints);
		}
		return Mono.from(input)
			.flatMap((resource) -> Mono.using(() -> Optional.ofNullable(this.files.open(resource)),
					(opened) -> opened.isPresent()
							? write(opened.get(), resource, mediaType, request, response, hints)
								.subscribeOn(Schedulers.fromExecutor(FileResponses.eventLoop(taker)))
							: super.write(Mono.just(withoutWrongLength(resource, response)), actualType, elementType,
									mediaType, request, response, hints),
					(opened) -> opened.ifPresent(FileBody::done))
				.subscribeOn(Schedulers.boundedElastic()));
	}

	// A response that is wrapped by somebody does not take content, as whoever wraps it
	// may want to see it.
	private static @Nullable HttpServerResponse contentTaker(ServerHttpResponse response) {
		return (response instanceof ZeroCopyHttpOutputMessage && response instanceof AbstractServerHttpResponse own
				&& own.getNativeResponse() instanceof HttpServerResponse nativeResponse
				&& FileResponses.takesContent(nativeResponse)) ? nativeResponse : null;
	}

	// Whoever asked for it, as a handler of static resources does, may have promised the
	// wrong length already.
	private static Resource withoutWrongLength(Resource resource, ServerHttpResponse response) {
		Resource actual = ResourceOfUnknownLength.of(resource);
		if (actual != resource) {
			response.getHeaders().remove(HttpHeaders.CONTENT_LENGTH);
		}
		return actual;
	}

	private Mono<Void> write(FileBody file, Resource resource, @Nullable MediaType mediaType, ServerHttpRequest request,
			ServerHttpResponse response, Map<String, Object> hints) {
		HttpHeaders headers = response.getHeaders();
		Resource opened = new OpenedResource(resource, file.size());
		List<ResourceRegion> regions;
		try {
			List<HttpRange> ranges = request.getHeaders().getRange();
			regions = (ranges.isEmpty() || !IfRange.holds(request.getHeaders(), headers)) ? List.of()
					: HttpRange.toResourceRegions(ranges, opened);
		}
		catch (IllegalArgumentException ex) {
			headers.set(HttpHeaders.ACCEPT_RANGES, "bytes");
			headers.set(HttpHeaders.CONTENT_RANGE, "bytes */" + file.size());
			headers.setContentLength(0);
			response.setStatusCode(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE);
			return response.setComplete();
		}
		headers.setContentLength(file.size());
		return addDefaultHeaders(response, opened, mediaType, hints)
			.then(Mono.defer(() -> new FileParts(file, response).write(regions)));
	}

}
