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

package io.github.ktls.server;

import io.github.ktls.kernel.KernelTls;

/**
 * Does about network cards what a server does when it starts, in a process of its own
 * that may have fewer rights.
 */
public final class NicOffloadMain {

	private NicOffloadMain() {
	}

	/**
	 * Do it and say what was done.
	 * @param args none
	 */
	public static void main(String[] args) {
		System.out.println(NicOffload.of(KernelTls.get()).acquire(NicOffloadMode.AUTO, false).description());
	}

}
