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

/**
 * What to do about network cards that can do the cryptography of TLS records.
 */
public enum NicOffloadMode {

	/**
	 * Have network cards do it: where an interface has the feature and this process may,
	 * it is switched on for as long as the server runs; else what to do is said once.
	 */
	AUTO,

	/**
	 * Change nothing and report what there is. The kernel still offloads where the
	 * feature is on.
	 */
	OBSERVE,

	/**
	 * Have no network card do it: where the feature is on and this process may, it is
	 * switched off for as long as the server runs; else what to do is said once.
	 */
	OFF

}
