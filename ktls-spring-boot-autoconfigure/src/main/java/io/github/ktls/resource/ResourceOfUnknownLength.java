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

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.AbstractResource;
import org.springframework.core.io.Resource;

/**
 * A file whose length is known when it was read, as those in {@code /proc}.
 */
final class ResourceOfUnknownLength extends AbstractResource {

	private final Resource resource;

	private ResourceOfUnknownLength(Resource resource) {
		this.resource = resource;
	}

	/**
	 * Return a resource that does not promise a length that it does not have.
	 * @param resource the resource
	 * @return the same, or one that stands for it
	 */
	static Resource of(Resource resource) {
		try {
			return (resource.isFile() && FileResources.isMadeWhenRead(resource.getFilePath()))
					? new ResourceOfUnknownLength(resource) : resource;
		}
		catch (IOException ex) {
			return resource;
		}
	}

	@Override
	public long contentLength() {
		return -1;
	}

	@Override
	public @Nullable String getFilename() {
		return this.resource.getFilename();
	}

	@Override
	public String getDescription() {
		return this.resource.getDescription();
	}

	// Not the resource's own: FileInputStream asks some of these files how much is left,
	// which they do not answer.
	@Override
	public InputStream getInputStream() throws IOException {
		return Files.newInputStream(this.resource.getFilePath());
	}

}
