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

package io.github.ktls.protocol;

/**
 * What the kernel of this machine is known for.
 */
final class KernelRelease {

	private static final String[] NUMBERS = System.getProperty("os.version").split("[^0-9]+");

	private static final boolean REKEYS = number(0) > 6 || (number(0) == 6 && number(1) >= 14);

	private KernelRelease() {
	}

	/**
	 * Return whether the kernel takes a next key for a connection, as Linux 6.14 was the
	 * first to do.
	 * @return whether it does
	 */
	static boolean isRekeying() {
		return REKEYS;
	}

	private static int number(int index) {
		return Integer.parseInt(NUMBERS[index]);
	}

}
