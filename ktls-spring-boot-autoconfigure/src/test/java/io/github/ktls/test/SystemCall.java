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

package io.github.ktls.test;

/**
 * A system call of another process.
 *
 * @param name its name
 * @param fd its first argument, a descriptor
 * @param file what the descriptor is of, for example {@code socket:[4711]}
 * @param arguments its other arguments
 * @param result what it returned
 * @param resultFile what the result is a descriptor of, or nothing
 */
public record SystemCall(String name, int fd, String file, String arguments, long result, String resultFile) {

	/**
	 * Return how many bytes were moved.
	 * @return the number, 0 if the call failed
	 */
	public long moved() {
		return Math.max(0, this.result);
	}

}
