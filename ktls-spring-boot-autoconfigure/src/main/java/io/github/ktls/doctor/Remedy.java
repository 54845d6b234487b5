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

package io.github.ktls.doctor;

/**
 * What mends something.
 *
 * @param where where it is to be put or run, for example {@code on the host}
 * @param line the command, property or line of a manifest, to be copied as it is
 */
record Remedy(String where, String line) {

	/**
	 * Return a property of the application.
	 * @param line the name and value
	 * @return the remedy
	 */
	static Remedy property(String line) {
		return new Remedy("application.properties", line);
	}

	/**
	 * Return a command to be run on the machine that the kernel is of.
	 * @param line the command
	 * @return the remedy
	 */
	static Remedy host(String line) {
		return new Remedy("on the host", line);
	}

}
