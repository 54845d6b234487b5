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

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.core.io.support.ResourceRegion;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.MimeTypeUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes a file, or ranges of it, as the body of a response (RFC 9110 section 14).
 */
final class FileParts {

	private final FileBody file;

	private final ServerHttpResponse response;

	private final NettyDataBufferFactory buffers;

	/**
	 * Create a new instance.
	 * @param file the file
	 * @param response the response, whose status and headers are those of the whole
	 */
	FileParts(FileBody file, ServerHttpResponse response) {
		this.file = file;
		this.response = response;
		this.buffers = (NettyDataBufferFactory) response.bufferFactory();
	}

	/**
	 * Write ranges.
	 * @param regions the ranges, or none for the whole
	 * @return completes when they are written
	 */
	Mono<Void> write(List<ResourceRegion> regions) {
		if (regions.isEmpty()) {
			return (this.file.size() > 0) ? writeBody(List.of(content(0, this.file.size())))
					: this.response.setComplete();
		}
		this.response.setStatusCode(HttpStatus.PARTIAL_CONTENT);
		return (regions.size() == 1) ? writeRange(regions.get(0)) : writeRanges(regions);
	}

	private Mono<Void> writeRange(ResourceRegion region) {
		HttpHeaders headers = this.response.getHeaders();
		headers.set(HttpHeaders.CONTENT_RANGE, contentRange(region));
		headers.setContentLength(region.getCount());
		return writeBody(List.of(content(region.getPosition(), region.getCount())));
	}

	// Section 14.6. Between the parts is what ResourceRegionEncoder would put there.
	private Mono<Void> writeRanges(List<ResourceRegion> regions) {
		HttpHeaders headers = this.response.getHeaders();
		MediaType type = headers.getContentType();
		String boundary = MimeTypeUtils.generateMultipartBoundaryString();
		List<Supplier<DataBuffer>> parts = new ArrayList<>();
		long length = 0;
		for (ResourceRegion region : regions) {
			byte[] head = ascii(partHead(boundary, type, region));
			parts.add(text(head));
			parts.add(content(region.getPosition(), region.getCount()));
			length += head.length + region.getCount();
		}
		byte[] end = ascii("\r\n--" + boundary + "--");
		parts.add(text(end));
		headers.setContentType(MediaType.parseMediaType("multipart/byteranges;boundary=" + boundary));
		headers.setContentLength(length + end.length);
		return writeBody(parts);
	}

	private String partHead(String boundary, @Nullable MediaType type, ResourceRegion region) {
		return "\r\n--" + boundary + "\r\n" + ((type != null) ? "Content-Type: " + type + "\r\n" : "")
				+ "Content-Range: " + contentRange(region) + "\r\n\r\n";
	}

	private String contentRange(ResourceRegion region) {
		long start = region.getPosition();
		return "bytes %d-%d/%d".formatted(start, start + region.getCount() - 1, this.file.size());
	}

	private Supplier<DataBuffer> content(long position, long count) {
		return () -> this.buffers.wrap(this.file.content(position, count));
	}

	// Outside the heap, as what goes with a file into one record has to be.
	private Supplier<DataBuffer> text(byte[] bytes) {
		return () -> this.buffers.allocateBuffer(bytes.length).write(bytes);
	}

	// Each buffer is made when there is demand for it, so that none is left over.
	private Mono<Void> writeBody(List<Supplier<DataBuffer>> parts) {
		return this.response.writeWith(Flux.fromIterable(parts).map(Supplier::get));
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
