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

package io.github.ktls.actuate;

import io.github.ktls.netty.KtlsStatistics;
import io.github.ktls.resource.FileResources;

/**
 * Files, and ranges of files, that were sent.
 *
 * @param sendfile those that the kernel read and encrypted
 * @param chunks those that were read in chunks, for the TLS engine or, where something
 * had to see the bytes (compression), for the kernel
 * @param open the number of files that are open now for the responses that send them
 */
record FilesDescriptor(Path sendfile, Path chunks, int open) {

	static FilesDescriptor of(KtlsStatistics statistics, FileResources files) {
		return new FilesDescriptor(new Path(statistics.getFilesBySendfile(), statistics.getBytesBySendfile()),
				new Path(statistics.getFilesByChunks(), statistics.getBytesByChunks()), files.openFiles());
	}

	/**
	 * One way that files take.
	 *
	 * @param files the number of files since the start
	 * @param bytes how much of them was taken, in bytes
	 */
	record Path(long files, long bytes) {

	}

}
