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

package io.github.ktls.tls;

/**
 * What one record carried.
 */
public final class Plaintext {

	private final ContentType type;

	private final byte[] content;

	Plaintext(ContentType type, byte[] content) {
		this.type = type;
		this.content = content;
	}

	/**
	 * Return the real content type, which TLS 1.3 hides on the wire.
	 * @return the type
	 */
	public ContentType type() {
		return this.type;
	}

	/**
	 * Return the content without padding. The array belongs to the caller.
	 * @return the content
	 */
	public byte[] content() {
		return this.content;
	}

	@Override
	public String toString() {
		return "Plaintext[" + this.type + ", " + this.content.length + " bytes]";
	}

}
