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

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.github.ktls.test.Variant;

/**
 * A row of the table.
 *
 * @param route the way to the file
 * @param range what of the file is asked for
 * @param http2 whether over HTTP/2
 */
record Row(FileRoute route, RangeKind range, boolean http2) {

	static List<Row> all() {
		return Arrays.stream(FileRoute.values())
			.flatMap((route) -> Arrays.stream(RangeKind.values())
				.filter((range) -> range == RangeKind.WHOLE || route.hasRanges())
				.flatMap((range) -> Stream.of(new Row(route, range, false), new Row(route, range, true))))
			.toList();
	}

	String http() {
		return this.http2 ? "2" : "1.1";
	}

	// Without the starter the length of several ranges is wrong, so no client can tell
	// where they end.
	boolean isAskable(Variant variant) {
		return variant != Variant.STOCK || this.range != RangeKind.SEVERAL || !this.route.isOfResourceHandler();
	}

	boolean isOffloaded(Variant variant) {
		return variant.isOffloading() && !this.http2;
	}

	Carrier carrier(Variant variant) {
		return (isOffloaded(variant) && this.route != FileRoute.STREAM) ? Carrier.SENDFILE : Carrier.WRITE;
	}

	/**
	 * Return why something is not as for a file over HTTP/1.1.
	 * @return the reasons, or nothing
	 */
	String reason() {
		List<String> reasons = Stream
			.of(this.http2 ? "HTTP/2 is not handed over: its frames are made in user space" : "",
					(this.route == FileRoute.STREAM && !this.http2) ? "a stream has no file, the kernel encrypts writes"
							: "",
					isAskable(Variant.STOCK) ? ""
							: "stock announces the length of the file, so no client sees the end of the parts")
			.filter((reason) -> !reason.isEmpty())
			.toList();
		return String.join("; ", reasons);
	}

	@Override
	public String toString() {
		return this.route.title() + ", " + this.range.title() + ", HTTP/" + http();
	}

}
